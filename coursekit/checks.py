"""Write course/checks, what `exercises.check` knows of every exercise, from the chapters.

    python -m coursekit.checks

Visible checks and hints only: hidden checks and solutions stay in the chapters.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import jupytext

from coursekit import ROOT, student
from coursekit.assignment import chapters, number

FOLDER = ROOT / "ssl_course" / "course" / "checks"
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n?", re.S)
HINT = re.compile(
    r":{3,}\{admonition\} (?:Detailed hint|Hint)\n:class: dropdown\n(.*?)\n:{3,}", re.S
)
PART = re.compile(r"[^\n]{1,72}(?:\s|$)|\S+\s?|\n")
"""What of a text stands in one line of code, its blank or line end included."""

_MODULE = '''"""Visible checks of {chapter}; written by ``{command}``, do not edit."""

{setup}
from ssl_course.course.checks import Exercise

{functions}

EXERCISES = {{
{exercises}
}}
'''


class Found(NamedTuple):
    """An exercise as the chapter has it."""

    names: list[str]
    checks: str
    hints: list[str]


def of_chapter(source: Path) -> tuple[str, dict[str, Found]]:
    """The set-up of a chapter's exercises, and the exercises by letter."""
    exercises, setup, statement, names = {}, [], "", []
    for cell in jupytext.read(source).cells:
        about = cell.metadata.get("nbgrader", {})
        if "exercise-setup" in cell.metadata.get("tags", []):
            setup.append(cell.source)
        elif cell.cell_type == "markdown" and "### Exercise" in cell.source:
            statement = cell.source[cell.source.rindex("### Exercise") :]
        elif about.get("solution"):
            names = student.defined(cell.source)
        elif about.get("grade"):
            letter = about["grade_id"].removesuffix("-tests").rpartition("-")[2]
            checks = HIDDEN.sub("", cell.source).rstrip()
            exercises[letter] = Found(names, checks, HINT.findall(statement))
    return "\n".join(setup), exercises


def module(source: Path) -> str:
    """The text of a chapter's module, as nobody has formatted it."""
    setup, exercises = of_chapter(source)
    used = set().union(*(_free(ast.parse(found.checks)) for found in exercises.values()))
    functions = [
        f"def check_{letter}({', '.join(found.names)}):\n"
        f"{textwrap.indent(_wrap_messages(found.checks), '    ')}\n"
        for letter, found in exercises.items()
    ]
    entries = [
        f"{letter!r}: Exercise({tuple(found.names)}, check_{letter}, "
        f"({' '.join(_literal(hint) + ',' for hint in found.hints)}),),"
        for letter, found in exercises.items()
    ]
    return _MODULE.format(
        chapter=f"chapter {number(source.stem)}",
        command="python -m coursekit.checks",
        setup=needed(setup, used),
        functions="\n\n".join(functions),
        exercises="\n".join(entries),
    )


def needed(setup: str, names: set[str]) -> str:
    """The part of a set-up that defines these names, and what those definitions use."""
    kept: dict[int, str] = {}
    statements = ast.parse(setup).body
    names = set(names)
    while True:
        before = len(names)
        for position, statement in enumerate(statements):
            if isinstance(statement, ast.Import | ast.ImportFrom):
                used = [n for n in statement.names if _bound(n) in names]
                if used:
                    kept[position] = ast.unparse(_with_names(statement, used))
            elif _defines(statement) & names:
                kept[position] = ast.get_source_segment(setup, statement)
                names |= _free(statement)
        if len(names) == before:
            return "\n".join(kept[position] for position in sorted(kept))


def _bound(name: ast.alias) -> str:
    return name.asname or name.name.partition(".")[0]


def _with_names(statement: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> ast.stmt:
    if isinstance(statement, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(statement.module, names, statement.level)


def _defines(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _free(code: ast.AST) -> set[str]:
    """Names that code reads and does not assign."""
    names = [node for node in ast.walk(code) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    return read - {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _wrap_messages(code: str) -> str:
    """The code with the long messages of its assertions in lines."""
    starts = [0]
    for line in code.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    text = code.encode()  # positions in a syntax tree count bytes
    messages = [node.msg for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Assert)]
    for message in sorted(messages, key=lambda node: -node.lineno):
        if isinstance(message, ast.Constant):
            begin = starts[message.lineno - 1] + message.col_offset
            end = starts[message.end_lineno - 1] + message.end_col_offset
            text = text[:begin] + _literal(message.value).encode() + text[end:]
    return text.decode()


def _literal(text: str) -> str:
    """A string as code, in as many parts as it needs lines."""
    parts = [repr(part) for part in PART.findall(text)]
    return parts[0] if len(parts) == 1 else f"({' '.join(parts)})"


def name(source: Path) -> str:
    """The name of a chapter's module."""
    return f"ch_{number(source.stem).replace('-', '_')}"


def write(folder: Path) -> None:
    """Write all modules into a folder, as ruff wants them; those of former chapters go."""
    texts = {folder / f"{name(page)}.py": module(page) for page in chapters().values()}
    for file in set(folder.glob("ch_*.py")) - texts.keys():
        file.unlink()
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8", newline="\n")
    for command in (["check", "--fix-only", "--select", "I"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--quiet", "--config", "pyproject.toml"]
        subprocess.run([*ruff, *texts], cwd=ROOT, check=True)


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args(arguments)
    write(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
