"""Forked kernels: quick, separate, and gone when their client is."""

import os
import signal
import time

import nbclient
import nbformat
import psutil
import pytest
from jupyter_client.manager import start_new_kernel

from coursekit.run import kernels

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def run(*code: str, **settings) -> list[list]:
    """The outputs of cells on a new kernel."""
    cells = [nbformat.v4.new_code_cell(one) for one in code]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, kernel_name="python3", **settings).execute()
    return [cell.outputs for cell in notebook.cells]


def test_a_kernel_has_imported_tensorflow_and_nothing_of_the_course(forked):
    (outputs,) = run("import sys; print('tensorflow' in sys.modules, 'ssl_course' in sys.modules)")
    assert outputs[0].text == "True False\n"


def test_kernels_share_nothing(forked):
    code = "import numpy; print(hasattr(numpy, 'mark')); numpy.mark = 1"
    assert [run(code)[0][0].text for _ in range(2)] == ["False\n", "False\n"]


def test_a_kernel_costs_a_fraction_of_the_imports(forked):
    code = "import time, tensorflow, keras, sklearn, pandas, ssl_course; print(time.process_time())"
    (outputs,) = run(code)
    assert float(outputs[0].text) < 3  # a fresh one spends about seven seconds


def test_figures_are_drawn_whatever_backend_the_caller_has(forked, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    (outputs,) = run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()")
    assert "image/png" in outputs[0].data


def test_one_thread_a_kernel(forked):
    (outputs,) = run("import os; print(os.environ['OMP_NUM_THREADS'])")
    assert outputs[0].text == "1\n"


def test_a_kernel_that_dies_is_seen(forked):
    with pytest.raises(nbclient.exceptions.DeadKernelError):
        run("import os; os._exit(3)")


def test_a_cell_that_takes_too_long_is_interrupted_and_the_kernel_goes_on(forked):
    with pytest.raises(nbclient.exceptions.CellTimeoutError):
        run("import time; time.sleep(60)", timeout=2)
    (outputs,) = run("print('the next kernel works')")
    assert "works" in outputs[0].text


def test_the_kernel_ends_when_its_client_is_killed(forked):
    manager, client = start_new_kernel(kernel_name="python3")
    identifier = client.execute("import os; print(os.getpid())")
    while True:
        message = client.get_iopub_msg(timeout=30)
        ours = message["parent_header"].get("msg_id") == identifier
        if ours and message["msg_type"] == "stream":
            break
    kernel = psutil.Process(int(message["content"]["text"]))
    os.kill(manager.provisioner.pid, signal.SIGKILL)
    client.stop_channels()
    end = time.monotonic() + 20
    while kernel.is_running() and kernel.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_server_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setattr(kernels.sys, "executable", "/bin/false")
    with (
        pytest.raises(kernels.KernelServerError, match="COURSEKIT_FRESH_KERNELS=1"),
        kernels.forked(),
    ):
        pass


def test_fresh_kernels_do_the_same_work(monkeypatch):
    monkeypatch.setenv("COURSEKIT_FRESH_KERNELS", "1")
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    with kernels.forked() as settings:
        assert "JUPYTER_PATH" not in settings
        (outputs,) = run("import sys; print('tensorflow' in sys.modules)")
    assert outputs[0].text == "False\n"
