"""Catch, a game of pixels in NumPy, many games at once; and views of its frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Seed = int | Sequence[int]
View = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""From frames (n, h, w), and what draws random numbers, to frames."""

SIZE, CELL = 28, 2
"""Pixels of a frame's side, and of a cell's."""
CELLS = SIZE // CELL
STEPS = CELLS - 1
"""Moves from the top row to the bottom row: the length of every game."""
ACTIONS = 3
"""Left, stay, right."""
DIM = 0.35
"""Brightness of the pictures behind the game; ball and paddle have 1."""


class Catch:
    """``games`` games of catch at once: a ball falls, a paddle three cells wide waits below.

    ``digits`` (n, 28, 28), uint8, are the pictures that drift behind the game, a new one for
    each game, dimmed; None leaves the background black.  A game that ends is
    followed by the next at once.  ``staggered`` begins with balls at different heights.
    """

    def __init__(
        self,
        games: int,
        digits: np.ndarray | None = None,
        seed: Seed = 0,
        staggered: bool = True,
    ):
        self.random = np.random.default_rng(seed)
        self.digits = None if digits is None else dim(digits)
        self.row, self.ball, self.paddle = np.zeros((3, games), dtype=int)
        self.digit, self.place, self.drift = (np.zeros((k, games), dtype=int) for k in (1, 2, 2))
        self.begin(np.ones(games, dtype=bool))
        if staggered:
            self.row = self.random.integers(STEPS, size=games)

    def begin(self, which: np.ndarray) -> None:
        """A new ball, paddle and picture in the games ``which``, a boolean (games,)."""
        count, draw = which.sum(), self.random.integers
        self.row[which] = 0
        self.ball[which], self.paddle[which] = draw(CELLS, size=count), draw(CELLS, size=count)
        self.place[:, which] = draw(SIZE, size=(2, count))
        self.drift[:, which] = draw(-1, 2, size=(2, count))
        if self.digits is not None:
            self.digit[0, which] = draw(len(self.digits), size=count)

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Move all games on.  Rewards (games,), 1 caught, −1 missed, else 0; and which ended."""
        self.paddle = np.clip(self.paddle + actions - 1, 0, CELLS - 1)
        self.row = self.row + 1
        self.place = (self.place + self.drift) % SIZE
        ended = self.row == STEPS
        caught = np.abs(self.ball - self.paddle) <= 1
        rewards = np.where(ended, np.where(caught, 1.0, -1.0), 0.0)
        self.begin(ended)
        return rewards.astype("float32"), ended

    def frames(self) -> np.ndarray:
        """What a player sees: (games, 28, 28), uint8."""
        games, pixels = np.arange(len(self.row)), np.arange(SIZE)
        if self.digits is None:
            frames = np.zeros((len(games), SIZE, SIZE), dtype="uint8")
        else:
            rows, columns = (self.place[:, :, None] + pixels) % SIZE
            frames = self.digits[
                self.digit[0][:, None, None], rows[:, :, None], columns[:, None, :]
            ]
        cells = frames.reshape(-1, CELLS, CELL, CELLS, CELL)  # a view: writing writes frames
        for offset in (-1, 0, 1):
            inside = np.clip(self.paddle + offset, 0, CELLS - 1)
            cells[games, -1, :, inside] = 255
        cells[games, self.row, :, self.ball] = 255
        return frames

    def state(self) -> np.ndarray:
        """What the game knows: row and column of the ball, column of the paddle; (games, 3)."""
        state = np.stack([self.row, self.ball, self.paddle], axis=1)
        return (2 * state / (CELLS - 1) - 1).astype("float32")


def keep(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """No view at all."""
    return images


def shift(images: np.ndarray, random: np.random.Generator, most: int = 1) -> np.ndarray:
    """Each image (n, h, w) moved by up to ``most`` pixels either way, its edge repeated."""
    count, height, width = images.shape
    padded = np.pad(images, ((0, 0), (most, most), (most, most)), mode="edge")
    top, left = random.integers(2 * most + 1, size=(2, count, 1))
    rows, columns = top + np.arange(height), left + np.arange(width)
    return padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def overlay(pictures: np.ndarray) -> View:
    """A view: a random one of ``pictures`` (n, h, w), uint8, behind each frame."""
    behind = dim(pictures)

    def view(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return np.maximum(images, behind[random.integers(len(behind), size=len(images))])

    return view


def dim(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, h, w), uint8, as dark as they are behind the game."""
    return (pictures * DIM).astype("uint8")


def grey_levels(images: np.ndarray) -> np.ndarray:
    """Images (n, h, w, 1) in [0, 1] as the game takes them: (n, h, w), uint8."""
    return np.round(255 * images[..., 0]).astype("uint8")
