"""Shared by all tests: where things are, and a mirror of the full data where there is one."""

import subprocess
import sys
from pathlib import Path

import pytest

from ssl_course.data.fetch import MIRROR_LIST, sha256_of

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
FULL_SETS = ("mnist.npz", "fashion_mnist.npz")


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items):
    """For ``pytest -n``: the tests of a file stay together; of large ones, those of a chapter."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        part = parameters.get("chapter") or parameters.get("address") or ""
        item.add_marker(pytest.mark.xdist_group(f"{item.path.name} {part}".strip()))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Data that only some machines have."""
    return SHARED


@pytest.fixture(scope="session")
def mirror(tmp_path_factory) -> Path:
    """A mirror directory with the full data sets; skips where they are out of reach."""
    if not all((SHARED / name).is_file() for name in FULL_SETS):
        pytest.skip("the full data sets are not on this machine")
    folder = tmp_path_factory.mktemp("mirror")
    lines = []
    for name in FULL_SETS:
        (folder / name).symlink_to(SHARED / name)
        lines.append(f"{sha256_of(folder / name)}  {name}\n")
    (folder / MIRROR_LIST).write_text("".join(lines))
    return folder


@pytest.fixture
def private(tmp_path, monkeypatch) -> Path:
    """Cache and checkpoints in a folder of the test's own, and no mirror."""
    monkeypatch.setenv("SSL_COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SSL_COURSE_CHECKPOINTS", str(tmp_path / "checkpoints"))
    monkeypatch.delenv("SSL_COURSE_DATA", raising=False)
    monkeypatch.delenv("SSL_COURSE_MODE", raising=False)
    return tmp_path


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The course as a wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = ["pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path
