"""Shared by all tests: where things are, and a mirror of the full data where there is one."""

import os
from pathlib import Path

import pytest

from coursekit import colab
from coursekit.run import kernels
from ssl_course.data.fetch import MIRROR_LIST, MIRROR_VARIABLE

ROOT = Path(__file__).parents[1]
MIRROR = os.environ.get(MIRROR_VARIABLE)  # as it is outside; tests change it


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
def mirror() -> Path:
    """The directory with full data sets that SSL_COURSE_DATA names; skips where it names none."""
    if MIRROR is None or not (Path(MIRROR) / MIRROR_LIST).is_file():
        pytest.skip(f"the full data sets are not at hand: {MIRROR_VARIABLE} names no mirror")
    return Path(MIRROR)


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
    return colab.wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def kernel_server():
    """The environment in which kernels are forks of one process."""
    with kernels.server() as settings:
        yield settings


@pytest.fixture(scope="module")
def forked(kernel_server):
    """Kernels of this module's tests are forks; those of hostile submissions have to be fresh."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in kernel_server.items():
            patch.setenv(name, value)
        yield kernel_server
