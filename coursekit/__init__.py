"""What builds the course: students' versions, pairs, checks, assignments, the run, the book."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"

# nbformat validates with jsonschema, which spends two seconds of every process on a grammar of
# web addresses, if that is installed; notebooks have none to check.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
