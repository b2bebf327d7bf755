"""No page shows outputs of another package, no failed page counts as built, two run at a time."""

import re
from pathlib import Path
from types import SimpleNamespace

import jupytext
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from coursekit import extension
from coursekit import hashing as package_hash

ROOT = Path(__file__).parents[1]

HEAD = """---
jupytext:
  notebook_metadata_filter: all,-language_info,-widgets
  text_representation:
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---
"""


def write(path: Path, code: str) -> None:
    path.write_text(f"{HEAD}\n```{{code-cell}} ipython3\n{code}\n```\n")


class Book:
    """Pages "a" and "b", which have run; ``packages`` is what each is made with."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.packages = folder, {"a": "first", "b": "first"}
        self.sources = [folder / f"{name}.md" for name in self.packages]
        for source in self.sources:
            write(source, f"# {source.stem}")
        monkeypatch.setattr(extension.pairs, "sources", lambda: self.sources)
        monkeypatch.setattr(extension, "package_hash", self.package)
        self.cache = get_cache(folder / "cache")
        self.forget_pages()
        assert self.outdated() == ["a", "b"]
        for source in self.sources:
            bundle = CacheBundleIn(jupytext.read(source), str(source))
            self.cache.cache_notebook_bundle(bundle, check_validity=False)

    def package(self, text, files):
        return self.packages[re.search(r"^# (\w)$", text, re.M)[1]]

    def forget_pages(self):
        config = SimpleNamespace(execution_cache_path=str(self.folder / "cache"))
        self.env = SimpleNamespace(
            found_docs={"a", "b", "c"}, mystnb_config=config, path2doc=lambda path: Path(path).stem
        )

    def outdated(self):
        return extension.forget_stale_outputs(None, self.env, set(), set(), set())

    def stored(self):
        return sorted(Path(record.uri).stem for record in self.cache.list_cache_records())


@pytest.fixture
def book(tmp_path, monkeypatch):
    return Book(tmp_path, monkeypatch)


def test_same_package_keeps_everything(book):
    assert book.outdated() == []
    assert book.stored() == ["a", "b"]


def test_changed_package_forgets_the_pages_that_it_concerns(book):
    book.packages["b"] = "second"
    assert book.outdated() == ["b"]
    assert book.stored() == ["a"]
    assert book.outdated() == []


def test_interrupted_build_reads_the_pages_but_keeps_what_ran(book):
    book.forget_pages()
    assert book.outdated() == ["a", "b"]
    assert book.stored() == ["a", "b"]


@pytest.mark.parametrize("warnings", [0, 1])
def test_pages_are_read_again_after_warnings(tmp_path, warnings):
    pages = tmp_path / "environment.pickle"
    pages.touch()
    app = SimpleNamespace(_warncount=warnings, doctreedir=str(tmp_path))
    extension.forget_build_with_warnings(app, None)
    assert pages.exists() == (not warnings)


def test_package_hash_covers_names_and_bytes_but_no_hidden_files(tmp_path, monkeypatch):
    monkeypatch.setattr(package_hash, "ROOT", tmp_path)
    seen = {package_hash.package_hash("")}
    package = tmp_path / "ssl_course" / "data"
    package.mkdir(parents=True)
    (package / "a.py").write_text("1")
    seen.add(package_hash.package_hash(""))
    (package / "a.py").write_text("2")
    seen.add(package_hash.package_hash(""))
    (package / "a.py").rename(package / "b.py")
    seen.add(package_hash.package_hash(""))
    assert len(seen) == 4
    (package / ".DS_Store").touch()
    assert package_hash.package_hash("") in seen


def test_hash_for_a_notebook_leaves_out_what_it_does_not_name(tmp_path, monkeypatch):
    monkeypatch.setattr(package_hash, "ROOT", tmp_path)
    named = {
        "ssl_course/course/results/a.csv": 'results.load("a")',
        "ssl_course/course/quizzes/01.toml": 'quiz("01.why")',
        "ssl_course/course/logs/run/events.out": 'events.shipped("run")',
        "ssl_course/leaf.py": "from ssl_course import data, leaf",
        "ssl_course/used.py": "",
    }
    for file in named:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    user = tmp_path / "ssl_course" / "data" / "user.py"
    user.parent.mkdir()
    user.write_text("from ssl_course.used import something")
    for file, text in named.items():
        before = [package_hash.package_hash(notebook) for notebook in (text, "nothing")]
        (tmp_path / file).write_text("changed")
        after = [package_hash.package_hash(notebook) for notebook in (text, "nothing")]
        assert before[0] != after[0]
        assert (before[1] == after[1]) == bool(text)


def test_notebooks_run_side_by_side_into_the_cache_and_failed_ones_stay_out(tmp_path, monkeypatch):
    codes = {"sum": "print(1 + 1)", "fault": "1 / 0", "elsewhere": "print(3)"}
    for name, code in codes.items():
        write(tmp_path / f"{name}.md", code)
    sources = [tmp_path / f"{name}.md" for name in codes]
    monkeypatch.setattr(extension.pairs, "sources", lambda: sources)
    env = SimpleNamespace(
        mystnb_config=SimpleNamespace(
            execution_cache_path=str(tmp_path / "cache"), execution_timeout=60
        ),
        found_docs={"sum", "fault"},
        path2doc=lambda path: Path(path).stem,
    )
    assert extension.run_side_by_side(None, env, set(), set(), set()) == []
    cache = get_cache(env.mystnb_config.execution_cache_path)
    assert [Path(record.uri).stem for record in cache.list_cache_records()] == ["sum"]
    (outputs,) = (cell.outputs for cell in cache.get_cache_bundle(1).nb.cells if "outputs" in cell)
    assert outputs[0].text == "2\n"
