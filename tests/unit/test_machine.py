"""Workers by affinity, control group and memory, in machines made of files."""

import os

import pytest

from coursekit import machine

GIGABYTE = 10**9


@pytest.fixture
def eight_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def write(root, files: dict[str, str]):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="ascii")
    return root


def available(gigabytes: float) -> str:
    return f"MemTotal: 99999999 kB\nMemAvailable: {int(gigabytes * GIGABYTE / 1024) + 1} kB\n"


@pytest.mark.parametrize(("gigabytes", "expected"), [(64, 8), (6, 4), (2, 1), (0.2, 1)])
def test_a_kernel_needs_memory(tmp_path, eight_cores, gigabytes, expected):
    root = write(tmp_path, {"proc/meminfo": available(gigabytes)})
    assert machine.workers({}, root) == expected


def test_affinity_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5}, raising=False)
    assert machine.workers({}, write(tmp_path, {"proc/meminfo": available(64)})) == 1


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1), ("1600000 100000", 8)],
)
def test_quota_of_a_container(tmp_path, eight_cores, quota, expected):
    files = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": quota}
    assert machine.cores(write(tmp_path, files)) == expected


def test_quota_of_a_group_around(tmp_path, eight_cores):
    files = {
        "proc/self/cgroup": "0::/user/session\n",
        "sys/fs/cgroup/user/cpu.max": "300000 100000",
        "sys/fs/cgroup/user/session/cpu.max": "max 100000",
    }
    assert machine.cores(write(tmp_path, files)) == 3


@pytest.mark.parametrize(("quota", "expected"), [("-1", 8), ("300000", 3)])
def test_quota_in_the_first_version(tmp_path, eight_cores, quota, expected):
    folder = "sys/fs/cgroup/cpu,cpuacct/docker/1"
    files = {
        "proc/self/cgroup": "4:cpu,cpuacct:/docker/1\n3:cpuset:/docker/1\n",
        f"{folder}/cpu.cfs_quota_us": quota,
        f"{folder}/cpu.cfs_period_us": "100000",
    }
    assert machine.cores(write(tmp_path, files)) == expected


@pytest.mark.parametrize(
    ("limit", "free"), [("max", 64), ("8000000000", 8 - 3 + 1), ("1000000000", 0)]
)
def test_memory_of_a_container(tmp_path, limit, free):
    files = {
        "proc/meminfo": available(64),
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.max": limit,
        "sys/fs/cgroup/memory.current": "3000000000",
        "sys/fs/cgroup/memory.stat": "anon 2000000000\ninactive_file 1000000000\n",
    }
    assert machine.memory(write(tmp_path, files)) == pytest.approx(free * GIGABYTE, abs=2048)


@pytest.mark.parametrize(("limit", "free"), [("9223372036854771712", 64), ("4000000000", 1)])
def test_memory_in_the_first_version(tmp_path, limit, free):
    files = {
        "proc/meminfo": available(64),
        "proc/self/cgroup": "9:memory:/job\n",
        "sys/fs/cgroup/memory/job/memory.limit_in_bytes": limit,
        "sys/fs/cgroup/memory/job/memory.usage_in_bytes": "3000000000",
    }
    assert machine.memory(write(tmp_path, files)) == pytest.approx(free * GIGABYTE, abs=2048)


def test_system_without_such_files(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.workers({}, tmp_path) == 1


def test_variable_says_otherwise(tmp_path, eight_cores):
    assert machine.workers({"COURSEKIT_WORKERS": " 3 "}, tmp_path) == 3


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_no_number_of_workers(value):
    with pytest.raises(SystemExit, match=f"COURSEKIT_WORKERS={value} is no number of workers"):
        machine.workers({"COURSEKIT_WORKERS": value})
