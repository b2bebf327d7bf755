"""The commands: each exists, make only calls them, and a build with nothing to do does nothing."""

import importlib
import re

import pytest
from clones import cell

from coursekit import __main__ as commands
from coursekit import book
from coursekit.run import record


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_each_command_has_a_main_of_its_own(name):
    module, help_text = commands.COMMANDS[name]
    assert callable(importlib.import_module(module).main)
    assert help_text


@pytest.mark.parametrize(("arguments", "status"), [([], 0), (["--help"], 0), (["bake"], 1)])
def test_without_a_command_they_are_listed(capsys, arguments, status):
    assert commands.main(arguments) == status
    listed = capsys.readouterr().out
    assert all(name in listed for name in commands.COMMANDS)


def test_make_calls_known_commands_only(root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    called = set(re.findall(r"\$\(KIT\) (\w+)", makefile))
    assert {"book", "test", "sync"} <= called <= set(commands.COMMANDS)


@pytest.fixture
def built(clone, monkeypatch):
    """A clone whose pages are built, as far as `book` can tell; yields what Sphinx was asked."""
    asked = []
    clone.page("a", cell("pass"))
    page = clone.root / "_build" / "html" / "book" / "intro.html"
    page.parent.mkdir(parents=True)
    page.touch()
    for name, value in {
        "ROOT": clone.root,
        "PAGE": page,
        "STAMP": clone.root / "_build" / "stamp",
        "SOURCES": ("book", "_toc.yml"),
        "sphinx": lambda: asked.append("sphinx") or 0,
    }.items():
        monkeypatch.setattr(book, name, value)
    monkeypatch.setattr(book.pairs, "sources", list)
    (clone.root / "_toc.yml").write_text("root: a\n", encoding="utf-8")
    assert book.build() == 0
    assert asked == ["sphinx"]
    asked.clear()
    return asked


def test_nothing_changed_and_nothing_is_built(built, clone):
    for path in clone.root.rglob("*.*"):
        path.touch()
    (clone.book / "a.ipynb").write_text(
        "{}", encoding="utf-8"
    )  # generated, and no part of the pages
    assert book.build() == 0
    assert built == []


def test_a_page_the_contents_a_record_or_a_missing_page_asks_for_a_build(built, clone):
    (clone.book / "a.md").write_text("# Changed\n", encoding="utf-8")
    book.build()
    (clone.root / "_toc.yml").write_text("root: b\n", encoding="utf-8")
    book.build()
    record.Record(page="a", code="", surroundings="", files={}).save()
    book.build()
    book.PAGE.unlink()
    book.build()
    assert len(built) == 4


def test_a_build_that_failed_is_tried_again(built, clone, monkeypatch):
    (clone.book / "a.md").write_text("# Changed\n", encoding="utf-8")
    monkeypatch.setattr(book, "sphinx", lambda: 1)
    assert [book.build(), book.build()] == [1, 1]
