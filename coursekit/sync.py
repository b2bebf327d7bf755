"""Bring everything that is generated in step with the chapters: python -m coursekit sync [PAGE…]"""

from __future__ import annotations

from coursekit import article_map, checks, exercise_list
from coursekit.run import everything


def main(arguments: list[str] | None = None) -> int:
    """Checks first, because chapters use them; then the run and the pairs; then the lists."""
    checks.main([])
    status = everything.main(["--write", *(arguments or [])])
    article_map.main([])
    exercise_list.main([])
    return status
