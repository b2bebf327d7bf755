"""Pretext tasks: a question about the image whose answer is known because we asked it."""

from __future__ import annotations

from typing import NamedTuple

import keras

from ssl_course.methods.method import Method
from ssl_course.objectives import classification, squared_error
from ssl_course.views.tensor import Tensor


class Answered(NamedTuple):
    """Logits (n, answers) and the right answers (n,)."""

    logits: Tensor
    answers: Tensor


class Puzzle(Method):
    """Classify what a puzzle did to the image.

    ``puzzle`` is a layer that maps images to (puzzled images, answers (n,)): `views.Turn` for
    rotation prediction (Gidaris et al., 2018), `views.ShuffleTiles` for jigsaws (Noroozi &
    Favaro, 2016).  ``head`` maps representations to logits, one an answer.
    """

    def __init__(self, encoder: keras.Model, head: keras.Model, puzzle: keras.Layer):
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.puzzle = puzzle

    def compute(self, images: Tensor, training: bool) -> Answered:
        """What the head answers for puzzled images, and what is right."""
        puzzled, answers = self.puzzle(images)
        return Answered(self.head(self.encoder(puzzled, training=training)), answers)

    def compare(self, images: Tensor, outputs: Answered) -> Tensor:
        """`objectives.classification`."""
        return classification(outputs.answers, outputs.logits)


class Filled(NamedTuple):
    """Images with the hole filled, and where it was: (n, height, width, 1), 1 in the hole."""

    filled: Tensor
    mask: Tensor


class Inpainting(Method):
    """Fill a hole (Pathak et al., 2016, without their adversarial loss).

    ``hole`` is a layer that maps images to (images with a hole, mask of the hole); the loss
    looks at the hole alone.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, hole: keras.Layer):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.hole = hole

    def compute(self, images: Tensor, training: bool) -> Filled:
        """Whole images made of damaged ones, and the holes."""
        damaged, mask = self.hole(images)
        code = self.encoder(damaged, training=training)
        return Filled(self.decoder(code, training=training), mask)

    def compare(self, images: Tensor, outputs: Filled) -> Tensor:
        """`objectives.squared_error` in the hole."""
        return squared_error(images, outputs.filled, where=outputs.mask)
