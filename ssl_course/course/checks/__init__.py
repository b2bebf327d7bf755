"""What `exercises.check` knows: a module a chapter, written by ``python -m coursekit.checks``.

Each has ``EXERCISES``, by letter.  A module is imported at the first check of its chapter.
"""

from collections.abc import Callable
from typing import NamedTuple


class Exercise(NamedTuple):
    """What an exercise asks for, its visible checks, and hints, the gentler first."""

    names: tuple[str, ...]
    check: Callable[..., None]
    """Takes the answers in the order of ``names``; raises AssertionError with the reason."""
    hints: tuple[str, ...]
