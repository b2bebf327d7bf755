"""Kernels for the tests that grade: forks, which start in half a second."""

import pytest

from coursekit.run import kernels


@pytest.fixture(scope="session")
def kernel_server():
    """The environment in which kernels are forks of one process."""
    with kernels.server() as settings:
        yield settings


@pytest.fixture(scope="module")
def forked_kernels(kernel_server):
    """Kernels of this module's tests are forks; those of hostile submissions have to be fresh."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in kernel_server.items():
            patch.setenv(name, value)
        yield
