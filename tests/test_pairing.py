"""What JupyterLab and jupytext make of a chapter and of its notebook: the source stays whole.

The commands and the contents manager are the real ones; they work on copies.
"""

import contextlib
import os
import shutil

import jupytext
import nbformat
import pytest
import yaml
from jupytext import TextFileContentsManager
from jupytext.cli import jupytext as command

from coursekit import BOOK, pairs, student

CHAPTER = "05-project"
PAIRED = "formats = 'ipynb,md:myst'\n"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A chapter and its notebook as `pairs` writes it, and a user who pairs all notebooks."""
    folder = tmp_path / "book"
    folder.mkdir()
    shutil.copy(BOOK / f"{CHAPTER}.md", folder)
    shutil.copy(BOOK / "jupytext.toml", folder)
    source = folder / f"{CHAPTER}.md"
    pairs.write(source, jupytext.read(source), {})
    (tmp_path / "settings" / "jupytext").mkdir(parents=True)
    (tmp_path / "settings" / "jupytext" / "jupytext.toml").write_text(PAIRED, encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    return folder


def content(source) -> tuple:
    """All that a source says: front matter but for jupytext's own, and cells with metadata."""
    front = yaml.safe_load(student.front_matter(source))
    del front["jupytext"]
    cells = [(c.cell_type, c.source, dict(c.metadata)) for c in jupytext.read(source).cells]
    return front, cells


def jupytext_command(folder, *arguments) -> None:
    with contextlib.chdir(folder):
        assert not command([*arguments, "--quiet"])


@pytest.mark.parametrize("source", pairs.sources(), ids=lambda path: path.stem)
def test_writing_a_source_with_jupytext_loses_nothing(source, tmp_path):
    copy = tmp_path / source.name
    jupytext.write(jupytext.read(source), copy, fmt="md:myst")
    assert content(copy) == content(source)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sync", f"{CHAPTER}.md"],
        ["--sync", f"{CHAPTER}.ipynb"],
        ["--to", "ipynb", f"{CHAPTER}.md"],
        ["--to", "ipynb", "--update", f"{CHAPTER}.md"],
    ],
    ids=" ".join,
)
def test_command_leaves_the_source(book, arguments):
    source = book / f"{CHAPTER}.md"
    before = content(source)
    newer = source.stat().st_mtime + 60
    os.utime(source.with_suffix(".ipynb"), (newer, newer))
    jupytext_command(book, *arguments)
    assert content(source) == before
    assert pairs.fault(source) is None


@pytest.mark.parametrize("name", [f"{CHAPTER}.md", f"{CHAPTER}.ipynb"])
def test_pairing_on_purpose_goes_from_the_source_to_the_notebook(book, name):
    source = book / f"{CHAPTER}.md"
    before = content(source)
    jupytext_command(book, "--set-formats", "ipynb,md:myst", name)
    assert content(source) == before
    assert not pairs.is_in_step(source), "the notebook now holds the solutions"


@pytest.mark.parametrize("root", ["book", "."])
@pytest.mark.parametrize("suffix", [".md", ".ipynb"])
def test_opening_and_saving_in_jupyterlab_leaves_the_source(book, root, suffix):
    source, pair = book / f"{CHAPTER}.md", book / f"{CHAPTER}.ipynb"
    before, secret = content(source), "### BEGIN SOLUTION"
    manager = TextFileContentsManager()
    manager.root_dir = str((book.parent / root).resolve())
    file = f"{CHAPTER}{suffix}" if root == "book" else f"book/{CHAPTER}{suffix}"
    model = manager.get(file, type="notebook")
    model["content"]["metadata"]["language_info"] = {"name": "python"}  # JupyterLab adds it
    manager.save(model, file)
    assert content(source) == before
    assert secret in source.read_text(encoding="utf-8")
    assert secret not in pair.read_text(encoding="utf-8")


def test_pair_names_no_other_file(book):
    assert "jupytext" not in nbformat.read(book / f"{CHAPTER}.ipynb", as_version=4).metadata


def test_overwritten_source_is_noticed(book):
    """Converting the notebook onto the source is asked for in so many words; git has the source."""
    source = book / f"{CHAPTER}.md"
    jupytext_command(book, "--to", "md:myst", f"{CHAPTER}.ipynb")
    assert pairs.fault(source) == (
        "book/05-project.md has lost nbgrader's metadata and solutions and hidden tests and the "
        "front matter under course:; probably a notebook program wrote the student's version over "
        "it. Bring the source back: git restore book/05-project.md"
    )


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ("course:", "the front matter under course:"),
        ("### BEGIN SOLUTION", "solutions"),
        ("### BEGIN HIDDEN TESTS", "hidden tests"),
        ("solution: true, ", "nbgrader's metadata and solutions"),
        ("grade: true, ", "nbgrader's metadata and hidden tests"),
    ],
)
def test_each_loss_is_named(book, lost, named):
    source = book / f"{CHAPTER}.md"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace(lost, "", 1), encoding="utf-8")
    assert f"has lost {named};" in pairs.fault(source)


def test_changed_notebook_is_not_current(book):
    source, pair = book / f"{CHAPTER}.md", book / f"{CHAPTER}.ipynb"
    assert pairs.is_in_step(source)
    notebook = nbformat.read(pair, as_version=4)
    notebook.cells[-1].source += "\n1 / 0"
    nbformat.write(notebook, pair)
    assert not pairs.is_in_step(source)
