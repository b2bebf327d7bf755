"""Catch, a game of pixels, and a DQN agent with a contrastive loss beside it (chapter 8.2)."""

from ssl_course.chapters.catch.agent import (
    Agent,
    Replay,
    bilinear_nce,
    caught,
    pixel_encoder,
    play,
    state_encoder,
)
from ssl_course.chapters.catch.contrast import Contrast, without_reward
from ssl_course.chapters.catch.game import (
    CELLS,
    DIM,
    STEPS,
    Catch,
    dim,
    grey_levels,
    keep,
    overlay,
    shift,
)
from ssl_course.chapters.catch.measure import decoded, represent, shares, snapshots

__all__ = [
    "CELLS",
    "DIM",
    "STEPS",
    "Agent",
    "Catch",
    "Contrast",
    "Replay",
    "bilinear_nce",
    "caught",
    "decoded",
    "dim",
    "grey_levels",
    "keep",
    "overlay",
    "pixel_encoder",
    "play",
    "represent",
    "shares",
    "shift",
    "snapshots",
    "state_encoder",
    "without_reward",
]
