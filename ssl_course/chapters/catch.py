"""Catch, a game of pixels, and a DQN agent with a contrastive loss beside it (chapter 8.2).

The game is NumPy, many games at once.  The agent is deep Q-learning (Mnih et al., 2015) with a
target network that follows by a moving average; the loss beside it is that of CURL (Laskin et
al., 2020), and views of the frames in the Q-learning loss alone are RAD and DrQ (Laskin et al.,
2020; Kostrikov et al., 2021).
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from sklearn.linear_model import Ridge

from ssl_course.methods.target import follow, target_copy

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

    def __init__(self, games, digits=None, seed=0, staggered=True):
        self.random = np.random.default_rng(seed)
        self.digits = None if digits is None else dim(digits)
        self.row, self.ball, self.paddle = np.zeros((3, games), dtype=int)
        self.digit, self.place, self.drift = (np.zeros((k, games), dtype=int) for k in (1, 2, 2))
        self.begin(np.ones(games, dtype=bool))
        if staggered:
            self.row = self.random.integers(STEPS, size=games)

    def begin(self, which) -> None:
        """A new ball, paddle and picture in the games ``which``, a boolean (games,)."""
        count, draw = which.sum(), self.random.integers
        self.row[which] = 0
        self.ball[which], self.paddle[which] = draw(CELLS, size=count), draw(CELLS, size=count)
        self.place[:, which] = draw(SIZE, size=(2, count))
        self.drift[:, which] = draw(-1, 2, size=(2, count))
        if self.digits is not None:
            self.digit[0, which] = draw(len(self.digits), size=count)

    def step(self, actions):
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


def keep(images, random):
    """No view at all."""
    return images


def shift(images, random, most=1):
    """Each image (n, h, w) moved by up to ``most`` pixels either way, its edge repeated."""
    count, height, width = images.shape
    padded = np.pad(images, ((0, 0), (most, most), (most, most)), mode="edge")
    top, left = random.integers(2 * most + 1, size=(2, count, 1))
    rows, columns = top + np.arange(height), left + np.arange(width)
    return padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def overlay(pictures):
    """A view: a random one of ``pictures`` (n, h, w), uint8, behind each frame."""
    behind = dim(pictures)

    def view(images, random):
        return np.maximum(images, behind[random.integers(len(behind), size=len(images))])

    return view


def pixel_encoder(width=64) -> keras.Model:
    """Frames (n, 28, 28), 0 to 255 → representation (n, ``width``), normalized per example."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE)),
            layers.Rescaling(1 / 255, name="scale"),
            layers.Reshape((SIZE, SIZE, 1), name="channel"),
            layers.Conv2D(32, 4, 4, activation="relu", name="patches"),
            layers.Conv2D(32, 3, 2, activation="relu", name="context"),
            layers.Flatten(name="flat"),
            layers.Dense(width, name="representation"),
            layers.LayerNormalization(name="norm"),
        ],
        name="encoder",
    )


def state_encoder(width=64) -> keras.Model:
    """The state (n, 3) → representation (n, ``width``)."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(width, activation="relu", name="hidden"),
            layers.Dense(width, name="representation"),
            layers.LayerNormalization(name="norm"),
        ],
        name="encoder",
    )


def value_head(width=64) -> keras.Model:
    """Representation (n, ``width``) → the value of each action (n, 3)."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((width,)),
            layers.Activation("relu", name="relu"),
            layers.Dense(width, activation="relu", name="hidden"),
            layers.Dense(ACTIONS, name="values"),
        ],
        name="head",
    )


def bilinear_nce(queries, keys, weights):
    """CURL's loss: logits q W kᵀ, each query (n, d) to find the key (n, d) of its own row.

    The log of n if all keys are equal.
    """
    logits = ops.matmul(ops.matmul(queries, weights), ops.transpose(keys))
    own = ops.arange(ops.shape(queries)[0])
    return ops.mean(keras.losses.sparse_categorical_crossentropy(own, logits, from_logits=True))


class Agent:
    """Deep Q-learning, with a contrastive loss of weight ``contrast`` beside it if that is > 0.

    ``augment`` (images, random) → images makes the frames that Q-learning sees, ``views`` those
    of the contrastive loss; None leaves them as they are.  The keys come from the target network
    that Q-learning has anyway, or with ``own_keys`` from the encoder itself.
    """

    def __init__(
        self,
        encoder: keras.Model,
        augment: Callable | None = None,
        views: Callable | None = None,
        contrast: float = 0.0,
        own_keys: bool = False,
        rate: float = 1e-3,
        discount: float = 0.95,
        momentum: float = 0.95,
        seed: int = 0,
    ):
        width = encoder.output_shape[-1]
        self.encoder, self.head = encoder, value_head(width)
        self.target_encoder, self.target_head = target_copy(encoder), target_copy(self.head)
        self.similarity = keras.Variable(np.eye(width, dtype="float32") / width**0.5)
        self.augment, self.views = augment or keep, views or keep
        self.contrast, self.own_keys = contrast, own_keys
        self.discount, self.momentum = discount, momentum
        self.optimizer = keras.optimizers.Adam(rate)
        self.random = np.random.default_rng(seed)
        self.learn = tf.function(self._learn, reduce_retracing=True)
        self.values = tf.function(lambda seen: self.head(self.encoder(seen)))

    def act(self, seen, explore=0.0) -> np.ndarray:
        """The best action in each game, or with probability ``explore`` a random one."""
        best = self.values(seen).numpy().argmax(axis=1)
        chance = self.random.random(len(best)) < explore
        return np.where(chance, self.random.integers(ACTIONS, size=len(best)), best)

    def update(self, batch) -> tuple:
        """One step on (seen, action, reward, ended, next); the two losses."""
        seen, actions, rewards, ended, after = batch
        views = seen[:0], seen[:0]
        if self.contrast:
            views = self.views(seen, self.random), self.views(seen, self.random)
        seen, after = self.augment(seen, self.random), self.augment(after, self.random)
        return self.learn(*map(tf.constant, (seen, actions, rewards, ended, after, *views)))

    def _learn(self, seen, actions, rewards, ended, after, query_view, key_view):
        best = ops.max(self.target_head(self.target_encoder(after)), axis=1)
        goal = rewards + self.discount * (1.0 - ended) * best
        with tf.GradientTape() as tape:
            values = self.head(self.encoder(seen))
            chosen = ops.sum(values * ops.one_hot(actions, ACTIONS), axis=1)
            error = ops.mean(keras.losses.huber(goal[:, None], chosen[:, None]))
            nce = ops.zeros(())
            if self.contrast:
                keys = self.encoder if self.own_keys else self.target_encoder
                key = ops.stop_gradient(keys(key_view))
                nce = bilinear_nce(self.encoder(query_view), key, self.similarity)
            loss = error + self.contrast * nce
        weights = self.encoder.trainable_weights + self.head.trainable_weights
        weights = weights + ([self.similarity] if self.contrast else [])
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        follow(self.target_encoder, self.encoder, self.momentum)
        follow(self.target_head, self.head, self.momentum)
        return error, nce


class Replay:
    """The latest ``size`` transitions, from which batches are drawn."""

    def __init__(self, size: int, shape: tuple, dtype):
        self.seen, self.after = np.zeros((2, size, *shape), dtype)
        self.actions = np.zeros(size, "int32")
        self.rewards, self.ended = np.zeros((2, size), "float32")
        self.count = 0

    def add(self, seen, actions, rewards, ended, after) -> None:
        where = (self.count + np.arange(len(seen))) % len(self.seen)
        self.seen[where], self.after[where] = seen, after
        self.actions[where], self.rewards[where], self.ended[where] = actions, rewards, ended
        self.count += len(seen)

    def sample(self, size, random) -> tuple:
        rows = random.integers(min(self.count, len(self.seen)), size=size)
        everything = self.seen, self.actions, self.rewards, self.ended, self.after
        return tuple(part[rows] for part in everything)


def caught(agent, digits, state=False, games=200, seed=0) -> float:
    """Share of ``games`` new games in which the agent, without exploring, catches the ball."""
    game = Catch(games, digits, seed, staggered=False)
    for _ in range(STEPS):
        rewards, _ended = game.step(agent.act(game.state() if state else game.frames()))
    return float(np.mean(rewards > 0))


def play(
    agent,
    digits,
    held_out,
    transitions=16_384,
    every=1_024,
    state=False,
    games=32,
    updates=2,
    batch=64,
    explore=(1.0, 0.05, 4_096),
    seed=0,
) -> list[dict]:
    """Let the agent play and learn; what it catches against ``held_out`` pictures on the way.

    ``updates`` steps of ``batch`` transitions follow every move of the ``games`` games.
    Exploration falls in a line over the number of transitions in ``explore``.
    A row {"transitions", "caught", "td", "nce"} every ``every`` transitions, a multiple of
    ``games``, the first at 0; the losses are nan until there is enough to learn from.
    """
    if every % games:
        raise ValueError(f"every ({every}) has to be a multiple of the {games} games")
    random = np.random.default_rng([seed, 1])
    game = Catch(games, digits, seed=[seed, 2])
    look = game.state if state else game.frames
    seen = look()
    replay = Replay(transitions, seen.shape[1:], seen.dtype)
    rows, losses = [], []
    first, last, steps = explore
    for done in range(0, transitions + 1, games):
        if done % every == 0:
            td, nce = np.mean(losses, axis=0) if losses else (np.nan, np.nan)
            score = caught(agent, held_out, state, seed=[seed, 3])
            rows.append({"transitions": done, "caught": score, "td": td, "nce": nce})
            losses = []
        chance = max(last, first + (last - first) * done / steps)
        actions = agent.act(seen, chance)
        rewards, ended = game.step(actions)
        after = look()
        replay.add(seen, actions, rewards, ended, after)
        seen = after
        if replay.count < 10 * batch:
            continue
        for _ in range(updates):
            losses.append([float(x) for x in agent.update(replay.sample(batch, random))])
    return rows


def snapshots(digits, count=1_500, seed=0) -> dict:
    """``count`` unrelated moments: {"frames", "ball", "paddle"}, the last two as columns."""
    game = Catch(count, digits, seed)
    return {"frames": game.frames(), "ball": game.ball, "paddle": game.paddle}


def represent(encoder, frames) -> np.ndarray:
    """Frames (n, 28, 28) → representations (n, d)."""
    return encoder.predict(frames, batch_size=500, verbose=0)


def decoded(encoder, train: dict, test: dict) -> dict:
    """R² of linear readers of the columns of ball and paddle, on frozen representations.

    ``train`` and ``test`` are `snapshots`.  At most 1; 0 is no better than the mean column.
    """
    x, new = (represent(encoder, part["frames"]) for part in (train, test))
    return {
        name: float(Ridge().fit(x, train[name]).score(new, test[name]))
        for name in ("ball", "paddle")
    }


def shares(encoder, digits, count=50, seed=0) -> dict:
    """How much of the representation's variance the picture behind decides, how much the game.

    Every one of ``count`` drawn pictures stands behind every one of ``count`` moments of the
    game.  "behind" is the variance of the means over moments, "game" that of the means over
    pictures, both as shares of the total variance; what is left depends on the two together.
    """
    moments = Catch(count, seed=seed).frames()
    draw = np.random.default_rng(seed).integers
    behind = dim(digits)[draw(len(digits), size=count)]
    rows, columns = (draw(SIZE, size=(2, count, 1)) + np.arange(SIZE)) % SIZE
    behind = behind[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    frames = np.maximum(behind[:, None], moments).reshape(-1, SIZE, SIZE)
    h = represent(encoder, frames).reshape(count, count, -1)
    total = h.var(axis=(0, 1)).sum()
    parts = {"behind": h.mean(axis=1), "game": h.mean(axis=0)}
    return {name: float(part.var(axis=0).sum() / total) for name, part in parts.items()}


def dim(pictures) -> np.ndarray:
    """Pictures (n, h, w), uint8, as dark as they are behind the game."""
    return (pictures * DIM).astype("uint8")


def pixels(images) -> np.ndarray:
    """Images (n, h, w, 1) in [0, 1] as the game takes them: (n, h, w), uint8."""
    return np.round(255 * images[..., 0]).astype("uint8")
