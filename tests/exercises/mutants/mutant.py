"""What a mutant is."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """In the model solution of ``exercise``, ``old`` becomes ``new``.

    It must be rejected with a message that contains ``message``.
    """

    exercise: str
    misconception: str
    old: str
    new: str
    message: str
