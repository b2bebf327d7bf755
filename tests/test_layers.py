"""The package is a stack of rooms: each imports only from those before it, and stays small."""

from __future__ import annotations

import ast
import io
import shutil
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "ssl_course"
CORE = (
    "data",
    "views",
    "networks",
    "objectives",
    "methods",
    "diagnose",
    "evaluate",
    "pretrain",
    "figures",
    "interactive",
    "exercises",
)
"""In this order; a room knows those before it, and the data of ``course``."""

ANY_BACKEND = ("views", "networks", "objectives", "methods")
BACKENDS = ("tensorflow", "jax", "torch")
MOST_LINES = 330
LONGER = {"data/registry.py"}
"""One literal, which only grows with the data sets."""
CORE_LINES = 4500
"""Of code: docstrings, which every public name needs, comments and blank lines do not count."""
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
NO_CODE |= {tokenize.ENDMARKER}
CHECKS = "course/checks"
"""Generated from the pages, and free to import what pages import."""


def imports(path: Path, package: Path) -> Iterator[str]:
    """Dotted names that a file imports, anywhere in it; one name for each ``from … import``."""
    inside = (PACKAGE, *path.relative_to(package).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = inside[: len(inside) - node.level + 1] if node.level else ()
            origin = ".".join([*start, *filter(None, [node.module])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def rooms(package: Path) -> set[str]:
    """What the top level shows: its modules, and its folders that hold Python."""
    modules = {file.stem for file in package.glob("*.py")} - {"__init__"}
    return modules | {file.parent.name for file in package.glob("*/*.py")}


def complaint(here: tuple[str, ...], name: str) -> str | None:
    """Why the file with these parts, such as ("chapters", "clinic"), may not import ``name``."""
    top, *inner = name.split(".")
    own = here[0]
    if top == "coursekit":
        return "the package does not know what builds the course"
    if top in BACKENDS and own in ANY_BACKEND:
        return "runs on any backend of Keras"
    if top != PACKAGE or not inner:
        return None
    room = inner[0]
    if own == "chapters":
        is_sibling = room == "chapters" and inner[1:2] != [here[1]]
        return "a chapter knows no other" if is_sibling else None
    if room in (own, "course"):
        return None
    if own == "course":
        return "the data of pages knows nothing of the package"
    if room == "chapters":
        return "the core knows no chapter"
    if own in CORE and (room not in CORE or CORE.index(room) > CORE.index(own)):
        return "a room knows only those before it"
    return None


def lines_of_code(text: str) -> int:
    """How many lines a module has without docstrings, comments and blank lines."""
    words = tokenize.generate_tokens(io.StringIO(text).readline)
    lines = {
        line
        for word in words
        if word.type not in NO_CODE
        for line in range(word.start[0], word.end[0] + 1)
    }
    for node in ast.walk(ast.parse(text)):
        first = getattr(node, "body", None)
        if isinstance(first, list) and first and isinstance(first[0], ast.Expr):
            value = first[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                lines -= set(range(value.lineno, value.end_lineno + 1))
    return len(lines)


def faults(package: Path) -> list[str]:
    """All that breaks the rules of this page, one line each."""
    found = []
    expected = {*CORE, "chapters", "course"}
    if wrong := rooms(package) ^ expected:
        found.append(f"the top level should show {len(expected)} names, not: {sorted(wrong)}")
    core_lines = 0
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package)
        if place.as_posix().startswith(CHECKS):
            continue
        here = place.with_suffix("").parts
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        core_lines += lines_of_code(text) if here[0] in CORE else 0
        if lines > MOST_LINES and place.as_posix() not in LONGER:
            found.append(f"{place.as_posix()} has {lines} lines, more than {MOST_LINES}")
        for name in imports(path, package):
            if reason := complaint(here, name):
                found.append(f"{place.as_posix()} imports {name}: {reason}")
    print(f"the core has {core_lines:,} lines of code")
    if core_lines >= CORE_LINES:
        found.append(f"the core has {core_lines:,} lines of code, not fewer than {CORE_LINES:,}")
    return found


@pytest.fixture(scope="module")
def today(root) -> list[str]:
    return faults(root / PACKAGE)


def test_rules_hold(today):
    assert today == []


PLANTED = (
    ("data/text.py", "from ssl_course.evaluate import embed", "only those before it"),
    ("views/puzzles.py", "def f():\n    from ssl_course import networks", "those before it"),
    ("networks/patch.py", "from ..methods import SimCLR", "only those before it"),
    ("evaluate.py", "import ssl_course.pretrain", "only those before it"),
    ("figures.py", "from ssl_course.chapters import clinic", "core knows no chapter"),
    ("chapters/clinic.py", "from ssl_course.chapters.fraud import errors", "knows no other"),
    ("chapters/clinic.py", "from . import fraud", "knows no other"),
    ("course/results/__init__.py", "from ssl_course import data", "nothing of the package"),
    ("exercises.py", "import coursekit.pairs", "does not know what builds the course"),
    ("views/puzzles.py", "def f():\n    import tensorflow as tf", "any backend"),
    ("methods/masked.py", "from torch.nn import functional", "any backend"),
    ("extra.py", "", "the top level should show 13 names, not: ['extra']"),
    ("extra/deep.py", "", "the top level should show 13 names, not: ['extra']"),
    ("chapters/clinic.py", "\n" * MOST_LINES, "lines, more than 330"),
    ("data/registry.py", "1\n" * CORE_LINES, "not fewer than 4,500"),
)


@pytest.mark.parametrize(("file", "line", "message"), PLANTED, ids=range(len(PLANTED)))
def test_planted_faults_are_found(root, today, tmp_path, file, line, message):
    package = tmp_path / PACKAGE
    for path in (root / PACKAGE).rglob("*.py"):
        copy = package / path.relative_to(root / PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    target = package / file
    target.parent.mkdir(exist_ok=True)
    with open(target, "a", encoding="utf-8") as stream:
        stream.write(f"\n{line}\n")
    new = set(faults(package)) - set(today)
    assert any(message in fault for fault in new), new


def test_data_of_pages_and_earlier_rooms_may_be_imported(root, tmp_path):
    package = tmp_path / PACKAGE
    for file, line in (
        ("data/a.py", "from ssl_course.course import results"),
        ("evaluate.py", "import tensorflow\nfrom ssl_course.data import Split"),
        ("chapters/a.py", "from ssl_course import evaluate\nfrom ssl_course.chapters.a import b"),
    ):
        (package / file).parent.mkdir(parents=True, exist_ok=True)
        (package / file).write_text(line, encoding="utf-8")
    assert not [fault for fault in faults(package) if "imports" in fault]
