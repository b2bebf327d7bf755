"""Random views, corruptions and puzzles of a batch of images, drawn per image and per step."""

from ssl_course.views.corruptions import AddNoise, MaskPatches
from ssl_course.views.puzzles import CutHole, ShuffleTiles, Turn
from ssl_course.views.random_view import RandomView, resample
from ssl_course.views.settings import require_usual_settings
from ssl_course.views.tensor import Tensor

__all__ = [
    "AddNoise",
    "CutHole",
    "MaskPatches",
    "RandomView",
    "ShuffleTiles",
    "Tensor",
    "Turn",
    "resample",
]

require_usual_settings()
