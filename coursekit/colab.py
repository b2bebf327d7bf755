"""A stand-in for Colab: its packages, an empty folder, and each notebook as a student opens it.

    python -m coursekit.colab [CHAPTER…]     # all notebooks, or those named, such as 05-project

The course comes as a wheel of this clone in place of the released tag, and is installed by the
notebook's own first cell.  Nothing else may change: what `pip freeze` says before and after
differs by the course, and by what the page's own cells install by name.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from packaging.utils import canonicalize_name

from coursekit import ROOT, pairs, student

IMAGE = tomllib.loads((ROOT / "coursekit" / "colab.toml").read_text(encoding="utf-8"))
FOLDER = ROOT / "_build" / "colab"
TAG = re.compile(r"git\+https://\S+@v[\d.]+")
ADDED = re.compile(r'%pip install [^"\n]*"([\w.-]+)')
"""A package that a page's own cell installs by name."""
COLOR = re.compile(r"\x1b\[[\d;]*m")
OURS = ("PYTHON", "JUPYTER", "IPYTHON", "KERAS", "MPL", "SSL_COURSE", "VIRTUAL_ENV", "PIP_USER")
"""Beginnings of environment variables that Colab does not have."""
SECONDS = 900
"""Longest time of one cell: a busy machine is slow, not wrong."""
RUN = f"""
import nbformat, nbclient
notebook = nbformat.read("chapter.ipynb", as_version=4)
client = nbclient.NotebookClient(notebook, timeout={SECONDS}, kernel_name="python3")
try:
    client.execute()
finally:
    nbformat.write(notebook, "chapter.ipynb")
"""


class ColabError(RuntimeError):
    """The stand-in cannot be made here."""


@dataclass(frozen=True)
class Result:
    """What a notebook did: its new packages, and why it failed, or None."""

    notebook: nbformat.NotebookNode
    brought: set[str]
    problem: str | None


def interpreter() -> Path:
    """Colab's Python where this machine has one, else the one that runs this."""
    wanted = IMAGE["python"]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    there = [
        sys.executable,
        shutil.which(f"python{wanted}"),
        *versions.glob(f"{wanted}.*/bin/python"),
    ]
    for candidate in filter(None, there):
        ask = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        said = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
        if said.strip() == wanted:
            return Path(candidate)
    return Path(sys.executable)


def packages() -> list[str]:
    """The image as requirements of pip."""
    versions = dict(IMAGE["versions"])
    if sys.platform == "linux" and platform.machine() == "x86_64":
        versions["tensorflow-cpu"] = versions.pop("tensorflow")  # the same without a GPU, smaller
    return [f"{name}=={version}" for name, version in versions.items()] + IMAGE["others"]["names"]


def environment(folder: Path = FOLDER) -> Path:
    """The Python of an environment like Colab's; one that is there already is used again.

    Raises ColabError if the packages cannot be had.
    """
    base = interpreter()
    python = folder / "env" / "bin" / "python"
    note = _note(python)
    wanted = "\n".join([str(base), *packages()])
    if note.is_file() and note.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder / "env", ignore_errors=True)
    subprocess.run([base, "-m", "venv", folder / "env"], check=True)
    done = _pip(python, "install", "--quiet", *packages())
    if done.returncode:
        raise ColabError(f"pip cannot make Colab's environment:\n{done.stderr[-2000:]}")
    note.write_text(wanted, encoding="utf-8")
    return python


def wheel(folder: Path) -> Path:
    """The course as a wheel."""
    command = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


def notebook(source: Path, course: str) -> nbformat.NotebookNode:
    """A chapter as students get it, without outputs; its first cell installs ``course``."""
    chapter = student.version(jupytext.read(source))
    first = next(cell for cell in chapter.cells if cell.cell_type == "code")
    first.source, replaced = TAG.subn(course, first.source)
    if replaced != 1:
        raise ValueError(f"the first cell of {source.name} does not install a tag of the course")
    return chapter


def added(chapter: nbformat.NotebookNode) -> set[str]:
    """What may be new after a notebook: the course, and what its own cells install by name."""
    code = "\n".join(cell.source for cell in chapter.cells if cell.cell_type == "code")
    return {canonicalize_name(name) for name in ["ssl_course", *ADDED.findall(code)]}


def run(python: Path, source: Path, course: Path, folder: Path) -> Result:
    """Run a notebook in an empty folder; the environment is afterwards as it was before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(course, folder)
    chapter = notebook(source, f"./{course.name}")  # a whole path may have blanks
    nbformat.write(chapter, folder / "chapter.ipynb")
    _pip(python, "uninstall", "--yes", "--quiet", *added(chapter))  # of a run that was killed
    before = _frozen(python)
    command, settings = [python, "-c", RUN], {"cwd": folder, "env": _clean(folder)}
    done = subprocess.run(command, **settings, capture_output=True, text=True, check=False)
    after = _frozen(python)
    brought = {_name(line) for line in after - before}
    problem = None
    if done.returncode:
        problem = COLOR.sub("", done.stderr.strip().splitlines()[-1])
    if not before <= after or not brought <= added(chapter):
        problem = f"changes packages: {', '.join(sorted(before ^ after))}"
        _note(python).unlink()  # the environment is spoiled
    elif brought:
        _pip(python, "uninstall", "--yes", "--quiet", *brought).check_returncode()
    return Result(nbformat.read(folder / "chapter.ipynb", as_version=4), brought, problem)


def _clean(folder: Path) -> dict[str, str]:
    """The environment of this process without what Colab lacks; downloads stay in the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {"SSL_COURSE_CACHE": str(folder / "cache")}


def _frozen(python: Path) -> set[str]:
    """Every installed package with its version."""
    done = _pip(python, "freeze", "--all")
    done.check_returncode()
    return set(done.stdout.splitlines())


def _pip(python: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [python, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, env=_clean(FOLDER), capture_output=True, text=True, check=False)


def _name(line: str) -> str:
    """The package of a line of `pip freeze`: "x==1.0" or "x @ file:///x.whl"."""
    return canonicalize_name(re.split(r"==| @ ", line)[0])


def _note(python: Path) -> Path:
    """What an environment was made from."""
    return python.parents[1] / "image.txt"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    sources = {source.stem: source for source in pairs.sources()}
    parser.add_argument("names", nargs="*", metavar="CHAPTER", help="default: all notebooks")
    names = parser.parse_args(arguments).names or list(sources)
    if unknown := set(names) - sources.keys():
        parser.error(f"no chapter {', '.join(sorted(unknown))}; there are: {', '.join(sources)}")
    python = environment()
    shutil.rmtree(FOLDER / "wheel", ignore_errors=True)
    course = wheel(FOLDER / "wheel")
    here = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"Colab's image as compared on {IMAGE['compared']}; {here}, Colab's is {IMAGE['python']}")
    failed = []
    for name in names:
        start = time.monotonic()
        result = run(environment(), sources[name], course, FOLDER / "run")
        said = result.problem or f"passed, with {', '.join(sorted(result.brought))}"
        print(f"{name:28} {time.monotonic() - start:5.0f} s  {said}", flush=True)
        failed += [name] if result.problem else []
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
