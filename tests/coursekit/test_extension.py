"""No page shows old outputs, and no build with warnings counts as done."""

from types import SimpleNamespace

import pytest
from clones import cell

from coursekit import extension
from coursekit.run import record


@pytest.fixture
def environment(clone):
    """What Sphinx knows of a book with the pages "a", "b" and "costs"; they have been read."""
    for name in ("a", "b"):
        clone.page(name, cell("pass"))
    (clone.book / "costs.md").write_text("# Costs\n\n```{chapter-costs}\n```\n", encoding="utf-8")
    env = SimpleNamespace(
        found_docs={"a", "b", "costs"}, doc2path=lambda name: str(clone.book / f"{name}.md")
    )
    assert outdated(env) == ["a", "b", "costs"]
    assert outdated(env) == []
    return env


def outdated(env) -> list[str]:
    return extension.changed_pages(None, env, set(), set(), set())


def ran(page: str, code: str) -> None:
    record.Record(page=page, code=code, surroundings="", files={}).save()


def test_new_outputs_concern_their_page_and_the_table_of_costs(environment):
    ran("a", "first")
    assert outdated(environment) == ["a", "costs"]
    assert outdated(environment) == []


def test_a_page_with_an_older_time_stamp_is_read(environment, clone):
    source = clone.book / "b.md"
    source.write_text(source.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    assert outdated(environment) == ["b"]


def test_a_touched_page_is_not(environment, clone):
    (clone.book / "b.md").touch()
    assert outdated(environment) == []


@pytest.mark.parametrize("warnings", [0, 1])
def test_pages_are_read_again_after_warnings(tmp_path, warnings):
    pages = tmp_path / "environment.pickle"
    pages.touch()
    app = SimpleNamespace(_warncount=warnings, doctreedir=str(tmp_path))
    extension.forget_build_with_warnings(app, None)
    assert pages.exists() == (not warnings)
