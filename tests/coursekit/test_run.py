"""A page runs once, with nbval as the judge, and again only when what it read has changed."""

import subprocess
import sys

import pytest
from clones import cell
from jupyter_cache import get_cache

from coursekit import ROOT, pairs
from coursekit.run import chapter, everything, record

LISTS = "import pathlib; print(len(list(pathlib.Path('..', 'tables').iterdir())))"


@pytest.fixture
def runner(clone, forked):
    """Run a page here and keep what it printed, as the workers and their parent do."""

    def run(source):
        result, notebook = chapter.run(source)
        if not result.errors:
            bundle = everything.CacheBundleIn(notebook, str(source))
            cache = get_cache(everything.CACHE)
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        result.save()
        record._digest.cache_clear()
        return result

    return run


def kinds(source):
    return [finding.kind for finding in everything.findings(source)]


def test_outputs_are_compared_to_the_letter(clone, runner):
    source = clone.page("a", cell("print(1 + 1)"), cell("print('b')"), outputs=["2\n", "c\n"])
    result = runner(source)
    assert [one.difference is None for one in result.cells] == [True, False]
    assert kinds(source) == ["output"]
    assert "-c\n+b" in everything.findings(source)[0].text


def test_tags_ask_for_less(clone, runner):
    cells = [cell("print(1.01)", "approx-2pct"), cell("print(5)", "nbval-ignore-output")]
    source = clone.page("a", *cells, outputs=["1.00\n", "6\n"])
    assert not any(one.difference for one in runner(source).cells)
    assert kinds(source) == []
    assert everything.compared(source) == everything.Compared(0, 1, (1,))


def test_a_cell_without_stored_outputs_is_new_and_not_compared(clone, runner):
    source = clone.page("a", cell("print(2)"), outputs=["2\n"])
    clone.page("a", cell("print(2)"), cell("print(3)"))
    assert not any(one.difference for one in runner(source).cells)
    assert kinds(source) == []


def test_after_a_failed_cell_no_other_runs_and_nothing_is_kept(clone, runner):
    source = clone.page("a", cell("print(1)"), cell("1 / 0"), cell("open('made', 'w')"))
    result = runner(source)
    assert [number for number, _ in result.errors] == [1]
    assert "ZeroDivisionError" in result.errors[0][1]
    assert not (clone.book / "made").exists()
    assert kinds(source) == ["error"]
    assert everything.executed(source) is None


def test_what_ran_is_what_the_book_shows(clone, runner):
    source = clone.page("a", cell("import matplotlib.pyplot as plt; plt.plot([1, 2]);"))
    runner(source)
    _, notebook = everything.executed(source)
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    (output,) = [output for output in outputs if output.get("name") != "stderr"]
    assert {"image/png", "text/plain"} <= set(output.data), outputs


def test_costs_are_noted_and_held_against_the_budget(clone, runner, monkeypatch):
    work = "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass"
    source = clone.page("a", cell(work), cell("pass"))
    result = runner(source)
    assert 0.8 < result.cells[0].cpu < 2
    assert result.cells[1].cpu < 0.5
    assert 1e7 < result.memory < 1.5e9
    assert kinds(source) == []
    monkeypatch.setattr(everything, "CELL", 0.5)
    assert kinds(source) == ["cost"]
    text = source.read_text(encoding="utf-8").replace(
        "kernelspec:", "course:\n  budget: {cell: 3}\nkernelspec:"
    )
    source.write_text(text, encoding="utf-8")
    assert kinds(source) == []


def test_a_busy_machine_only_takes_longer(forked, monkeypatch, tmp_path):
    """A real chapter beside six processes that never wait."""
    monkeypatch.setattr(record, "RECORDS", tmp_path)
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
    try:
        result, _ = chapter.run(pairs.BOOK / "04-mathematics.md")
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert result.errors == []
    assert [one.difference for one in result.cells if one.difference] == []


MODULE = '''"""About."""\n\ndef two():\n    """Two."""\n    return 2  # as it says\n'''


@pytest.fixture
def page(clone, runner):
    """A page that imports a module, opens a table and lists a folder, and has run."""
    (clone.root / "tables").mkdir()
    (clone.root / "tables" / "a.csv").write_text("1\n", encoding="utf-8")
    (clone.root / "package").mkdir()
    (clone.root / "package" / "__init__.py").touch()
    (clone.root / "package" / "module.py").write_text(MODULE, encoding="utf-8")
    (clone.root / "package" / "other.py").write_text("", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(clone.root)!r})\nfrom package import (\n module)\n"
    code += "print(module.two(), open('../tables/a.csv').read())"
    source = clone.page("a", cell(code), cell(LISTS))
    runner(source)
    assert everything.executed(source)
    return source


def forget():
    record._digest.cache_clear()


@pytest.mark.parametrize(
    ("file", "content", "current"),
    [
        ("package/module.py", MODULE.replace("as it says", "indeed"), True),
        ("package/module.py", MODULE.replace("Two.", "One and one."), True),
        ("package/module.py", MODULE.replace("return 2", "return 3"), False),
        ("package/module.py", None, False),
        ("package/__init__.py", "import this", False),
        ("package/other.py", "changed = True", True),
        ("tables/a.csv", "2\n", False),
        ("tables/a.csv", None, False),
        ("tables/b.csv", "new in a folder that is listed", False),
        ("elsewhere/c.csv", "no page asked", True),
    ],
)
def test_content_decides_what_is_stale(clone, page, file, content, current):
    path = clone.root / file
    if content is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    forget()
    assert (everything.executed(page) is not None) == current


def test_time_stamps_decide_nothing(clone, page):
    for path in clone.root.rglob("*.*"):
        if "_build" not in path.parts:
            path.touch()
    forget()
    assert everything.executed(page)


def test_prose_decides_nothing_and_code_does(clone, page):
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("# a", "# A new title"), encoding="utf-8")
    assert everything.executed(page)
    page.write_text(text.replace("print(module", "print('now', module"), encoding="utf-8")
    assert everything.executed(page) is None


@pytest.mark.parametrize(
    ("name", "value"), [("SSL_COURSE_MODE", "quick"), ("KERAS_BACKEND", "jax")]
)
def test_settings_are_part_of_what_a_page_read(page, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    record.versions.cache_clear()
    assert everything.executed(page) is None
    monkeypatch.undo()
    record.versions.cache_clear()


def test_versions_are_part_of_what_a_page_read(page, monkeypatch):
    monkeypatch.setattr(record.importlib.metadata, "distributions", lambda path: [])
    record.versions.cache_clear()
    assert everything.executed(page) is None
    monkeypatch.undo()
    record.versions.cache_clear()


def test_what_a_package_brings_along_is_no_version_of_ours():
    """setuptools puts a folder of its own copies first on the path when it is imported."""
    code = (
        "from coursekit.run import record; before = record.versions()\n"
        "record.versions.cache_clear(); import setuptools, sys; "
        "print([before == record.versions(), any('_vendor' in path for path in sys.path)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "[True, True]\n", done.stderr


def test_a_record_of_another_form_means_another_run(page):
    file = record.RECORDS / "a.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"code"', '"kode"'), encoding="utf-8")
    assert everything.executed(page) is None


def test_syntax_leaves_comments_and_docstrings_out():
    one = 'def f(x):\n    """Doc."""\n    return x  # why\n'
    two = "def f(x):\n    return x\n"
    assert record.syntax(one) == record.syntax(two)
    assert record.syntax(two) != record.syntax("def f(y):\n    return y\n")
