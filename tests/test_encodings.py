"""Text is read and written as UTF-8 on every system: each call says so."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [
    path
    for room in ("coursekit", "ssl_course", "tests", "benchmarks")
    for path in (ROOT / room).rglob("*.py")
]
BINARY = "b"


def unsaid(code: str) -> list[int]:
    """Lines with a call that opens text in the encoding of the user's locale."""
    lines = []
    for call in ast.walk(ast.parse(code)):
        if not isinstance(call, ast.Call) or any(word.arg == "encoding" for word in call.keywords):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        strings = [one.value for one in call.args if isinstance(one, ast.Constant)]
        opens = name == "open" and isinstance(call.func, ast.Name) and len(call.args) < 4
        in_text = opens and not any(BINARY in str(one) for one in strings[-1:])
        if (
            (name == "read_text" and not call.args)
            or (name == "write_text" and len(call.args) < 2)
            or in_text
        ):
            lines.append(call.lineno)
    return lines


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("path.read_text()", [1]),
        ("path.read_text('utf-8')", []),
        ("path.write_text(x)", [1]),
        ("path.write_text(x, encoding='utf-8')", []),
        ("open(path)", [1]),
        ("open(path, 'w', newline='')", [1]),
        ("open(path, 'rb')", []),
        ("image.open(path)", []),
    ],
)
def test_finds_what_says_none(code, lines):
    assert unsaid(code) == lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_call_names_its_encoding(path):
    assert unsaid(path.read_text(encoding="utf-8")) == []
