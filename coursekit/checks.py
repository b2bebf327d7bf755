"""Write course/checks.json, what `exercises.check` knows of every exercise, from the chapters.

    python -m coursekit.checks

Visible checks and hints only: hidden checks and solutions stay in the chapters.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import jupytext

from coursekit import ROOT, student
from coursekit.assignment import chapters

FILE = ROOT / "ssl_course" / "course" / "checks.json"
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n?", re.S)
HINT = re.compile(
    r":{3,}\{admonition\} (?:Detailed hint|Hint)\n:class: dropdown\n(.*?)\n:{3,}", re.S
)


def of_chapter(source: Path) -> dict[str, dict]:
    """{"03-5.a": {"names", "setup", "checks", "hints"}} of one chapter."""
    found, setup, statement, names = {}, [], "", []
    for cell in jupytext.read(source).cells:
        about = cell.metadata.get("nbgrader", {})
        if "exercise-setup" in cell.metadata.get("tags", []):
            setup.append(cell.source)
        elif cell.cell_type == "markdown" and "### Exercise" in cell.source:
            statement = cell.source[cell.source.rindex("### Exercise") :]
        elif about.get("solution"):
            names = student.defined(cell.source)
        elif about.get("grade"):
            chapter, _, letter = about["grade_id"].removesuffix("-tests").rpartition("-")
            found[f"{chapter}.{letter}"] = {
                "names": names,
                "setup": "\n".join(setup),
                "checks": HIDDEN.sub("", cell.source).rstrip(),
                "hints": HINT.findall(statement),
            }
    return found


def everything() -> str:
    """The text of the file."""
    checks = {}
    for source in chapters().values():
        checks |= of_chapter(source)
    return json.dumps(checks, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(everything(), encoding="utf-8")


if __name__ == "__main__":
    main()
