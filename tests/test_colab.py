"""A stand-in for Colab: its TensorFlow and Keras, an empty folder, one copied notebook.

The course comes as a wheel built here, in place of the released tag, and is installed by the
notebook's own first cell.
"""

import re
import subprocess
import sys

import nbformat
import pytest

IMAGE = ("tensorflow==2.19.*", "keras==3.10.*")
"""What the notebooks must leave alone."""
BESIDE = "ipykernel ipywidgets==7.7.1 matplotlib nbclient pandas pillow pooch safetensors"
BESIDE += " scikit-learn"
"""What Colab has as well, and the course needs; its ipywidgets is an old one."""
RUN = """
import nbformat, nbclient
notebook = nbformat.read("chapter.ipynb", as_version=4)
nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
nbformat.write(notebook, "chapter.ipynb")
"""


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """The Python of a fresh environment without the course."""
    if sys.version_info >= (3, 13):
        pytest.skip("TensorFlow 2.19 is not made for this Python")
    folder = tmp_path_factory.mktemp("colab")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    image = [one.replace("tensorflow=", "tensorflow-cpu=") for one in IMAGE]
    if sys.platform != "linux":
        image = list(IMAGE)
    run = subprocess.run([*install, *image, *BESIDE.split()], capture_output=True, text=True)
    if run.returncode and re.search("ConnectionError|No matching distribution|resolve", run.stderr):
        pytest.skip("the package index is out of reach")
    assert run.returncode == 0, run.stderr[-2000:]
    return python


def frozen(python) -> set[str]:
    """Every installed package with its version."""
    command = [python, "-m", "pip", "freeze", "--all", "--disable-pip-version-check"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines())


def test_one_notebook_brings_the_course_and_changes_nothing_else(colab, wheel, root, tmp_path):
    text = (root / "book" / "05-project.ipynb").read_text(encoding="utf-8")
    text, replaced = re.subn(r"git\+https://\S+@v[\d.]+", str(wheel), text)
    assert replaced == 1
    (tmp_path / "chapter.ipynb").write_text(text, encoding="utf-8")
    before = frozen(colab)
    run = subprocess.run(
        [colab, "-c", RUN], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    after = frozen(colab)
    assert before <= after
    assert [line.split(" ")[0].split("==")[0] for line in after - before] == ["ssl_course"]
    ran = nbformat.read(tmp_path / "chapter.ipynb", as_version=4)
    card = "".join(o.get("text", "") for o in ran.cells[-1].outputs)
    assert "Keras 3.10" in card
