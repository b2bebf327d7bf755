"""What builds the course: students' versions, pairs, checks, assignments, the run, the book."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
