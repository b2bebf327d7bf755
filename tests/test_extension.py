"""No page shows outputs of another package, no failed page counts as built, two run at a time."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_cache import get_cache

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "_ext"), str(ROOT / "tools")]

import course  # noqa: E402
import package_hash  # noqa: E402


class Book:
    """Two pages, and an execution cache in which one notebook is stored."""

    def __init__(self, folder):
        self.stored = folder / "cache" / "notebook"
        self.forget_pages()

    def forget_pages(self):
        config = SimpleNamespace(execution_cache_path=str(self.stored.parent))
        self.env = SimpleNamespace(found_docs={"a", "b"}, mystnb_config=config)

    def outdated(self, package, monkeypatch):
        monkeypatch.setattr(course, "package_hash", lambda: package)
        return course.forget_stale_outputs(None, self.env, set(), set(), set())


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = Book(tmp_path)
    assert book.outdated("first", monkeypatch) == ["a", "b"]
    book.stored.touch()
    return book


def test_same_package_keeps_everything(book, monkeypatch):
    assert book.outdated("first", monkeypatch) == []
    assert book.stored.exists()


def test_changed_package_forgets_everything(book, monkeypatch):
    assert book.outdated("second", monkeypatch) == ["a", "b"]
    assert not book.stored.exists()
    assert book.outdated("second", monkeypatch) == []


def test_interrupted_build_reads_the_pages_but_keeps_what_ran(book, monkeypatch):
    book.forget_pages()
    assert book.outdated("first", monkeypatch) == ["a", "b"]
    assert book.stored.exists()


@pytest.mark.parametrize("warnings", [0, 1])
def test_pages_are_read_again_after_warnings(tmp_path, warnings):
    pages = tmp_path / "environment.pickle"
    pages.touch()
    app = SimpleNamespace(_warncount=warnings, doctreedir=str(tmp_path))
    course.forget_build_with_warnings(app, None)
    assert pages.exists() == (not warnings)


def test_package_hash_covers_names_and_bytes_but_no_hidden_files(tmp_path, monkeypatch):
    monkeypatch.setattr(package_hash, "ROOT", tmp_path)
    seen = {package_hash.package_hash()}
    package = tmp_path / "ssl_course"
    package.mkdir()
    (package / "a.py").write_text("1")
    seen.add(package_hash.package_hash())
    (package / "a.py").write_text("2")
    seen.add(package_hash.package_hash())
    (package / "a.py").rename(package / "b.py")
    seen.add(package_hash.package_hash())
    assert len(seen) == 4
    (package / ".DS_Store").touch()
    assert package_hash.package_hash() in seen


def test_hash_for_a_notebook_leaves_out_what_it_does_not_name(tmp_path, monkeypatch):
    monkeypatch.setattr(package_hash, "ROOT", tmp_path)
    named = {
        "benchmarks/results/a.csv": 'results.load("a")',
        "ssl_course/quizzes/01.toml": 'quiz("01.why")',
        "ssl_course/logs/run/events.out": 'events.shipped("run")',
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
    head = (
        "---\njupytext:\n  formats: ipynb,md:myst\n  text_representation:\n    format_name: myst\n"
        "kernelspec:\n  name: python3\n  display_name: Python 3\n---\n"
    )
    codes = {"sum": "print(1 + 1)", "fault": "1 / 0", "elsewhere": "print(3)"}
    for name, code in codes.items():
        text = f"{head}\n```{{code-cell}} ipython3\n{code}\n```\n"
        (tmp_path / f"{name}.md").write_text(text)
    sources = [tmp_path / f"{name}.md" for name in codes]
    monkeypatch.setattr(course.notebooks, "sources", lambda: sources)
    env = SimpleNamespace(
        mystnb_config=SimpleNamespace(
            execution_cache_path=str(tmp_path / "cache"), execution_timeout=60
        ),
        found_docs={"sum", "fault"},
        path2doc=lambda path: Path(path).stem,
    )
    assert course.run_side_by_side(None, env, set(), set(), set()) == []
    cache = get_cache(env.mystnb_config.execution_cache_path)
    assert [Path(record.uri).stem for record in cache.list_cache_records()] == ["sum"]
    (outputs,) = (cell.outputs for cell in cache.get_cache_bundle(1).nb.cells if "outputs" in cell)
    assert outputs[0].text == "2\n"
