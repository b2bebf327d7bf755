"""What the test run itself relies on."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="tests run one by one")
def test_tests_of_a_file_run_in_one_process(request):
    """Else what a file's tests share, such as a graded course, is made in every process."""
    assert request.node.nodeid.endswith("@test_suite.py")
