"""What a machine lends to this process: cores and memory."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "COURSEKIT_WORKERS"
KERNEL = 1_500_000_000
"""Bytes that a chapter's kernel may come to need."""
UNLIMITED = 1 << 60
"""A control group of version 1 without a limit names a number beyond all memory."""


def workers(environment: dict[str, str] | None = None, root: Path = Path("/")) -> int:
    """How many chapters or tests run at a time: a core and the memory of a kernel for each.

    ``COURSEKIT_WORKERS`` says otherwise; raises SystemExit if it is no number above 0.
    """
    chosen = (os.environ if environment is None else environment).get(VARIABLE, "").strip()
    if chosen:
        if not chosen.isascii() or not chosen.isdigit() or int(chosen) < 1:
            raise SystemExit(f"{VARIABLE}={chosen} is no number of workers: use 1, 2, …")
        return int(chosen)
    by_memory = memory(root) // KERNEL
    return max(1, min(cores(root), by_memory))


def cores(root: Path = Path("/")) -> int:
    """Cores that this process may use: of the machine, by affinity, and by control group."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # neither macOS nor Windows
        count = os.cpu_count() or 1
    for folder in _groups(root, "cpu"):
        quotas = [_numbers(folder / "cpu.max")]
        quotas.append(
            _numbers(folder / "cpu.cfs_quota_us") + _numbers(folder / "cpu.cfs_period_us")
        )
        for quota, period in (pair for pair in quotas if len(pair) == 2 and pair[0] > 0):
            count = min(count, max(1, quota // period))
    return count


def memory(root: Path = Path("/")) -> int:
    """Bytes that are free for this process, in the machine and within its control groups."""
    free = _available(root)
    for folder in _groups(root, "memory"):
        for limit, used in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            numbers = _numbers(folder / limit) + _numbers(folder / used)
            if len(numbers) == 2 and numbers[0] < UNLIMITED:
                # What files have in the cache counts as used, and is given up when needed.
                free = min(free, numbers[0] - numbers[1] + _cached(folder))
    return max(0, free)


def _available(root: Path) -> int:
    try:
        for line in (root / "proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows
        return UNLIMITED


def _groups(root: Path, controller: str) -> list[Path]:
    """Folders of the control groups that this process is in, the inner ones and those around."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return []
    base = root / "sys/fs/cgroup"
    folders = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        # Within a container the path may be the host's; then only the top is there.
        start = base / controllers if controllers else base
        inner = start / path.strip("/")
        around = [inner, *inner.parents]
        folders += around[: around.index(start) + 1]
    return folders


def _numbers(file: Path) -> list[int]:
    """The whole numbers of a file; none if it is not there or says "max", no limit."""
    try:
        return [int(word) for word in file.read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return []


def _cached(folder: Path) -> int:
    try:
        lines = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError):
        return 0
    stat = dict(line.split(maxsplit=1) for line in lines)
    return int(stat.get("inactive_file", 0))
