"""What builds the course: students' versions, pairs, checks, assignments, the run, the book."""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):  # in words that every Python reads
    sys.exit(
        "The course needs Python 3.11, 3.12 or 3.13; "
        + sys.executable
        + " is Python "
        + ".".join(map(str, sys.version_info[:2]))
        + ". Name another one: make PYTHON=python3.12 ..., or python3.12 -m coursekit ..."
    )

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"

# nbformat validates with jsonschema, which spends two seconds of every process on a grammar of
# web addresses, if that is installed; notebooks have none to check.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
