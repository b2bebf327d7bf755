"""A DQN agent that plays `Catch`, with a contrastive loss beside its own.

Deep Q-learning (Mnih et al., 2015) with a target network that follows by a moving average; the
loss beside it is that of CURL (Laskin et al., 2020), and views of the frames in the Q-learning
loss alone are RAD and DrQ (Laskin et al., 2020; Kostrikov et al., 2021).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from ssl_course.chapters.catch.game import ACTIONS, SIZE, STEPS, Catch, Seed, View, keep
from ssl_course.methods.target import follow, target_copy


def pixel_encoder(width: int = 64) -> keras.Model:
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


def state_encoder(width: int = 64) -> keras.Model:
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


def value_head(width: int = 64) -> keras.Model:
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


def bilinear_nce(queries: Any, keys: Any, weights: Any) -> Any:
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
        augment: View | None = None,
        views: View | None = None,
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
        self.optimizer.build(self.trained)
        self.random = np.random.default_rng(seed)
        self.learn = tf.function(self._learn, reduce_retracing=True)
        self.values = tf.function(lambda seen: self.head(self.encoder(seen)))

    @property
    def trained(self) -> list[keras.Variable]:
        """What the loss moves."""
        weights = self.encoder.trainable_weights + self.head.trainable_weights
        return weights + ([self.similarity] if self.contrast else [])

    @property
    def variables(self) -> list[keras.Variable]:
        """All that an agent has learned, and the state of its optimizer."""
        networks = self.encoder, self.head, self.target_encoder, self.target_head
        weights = [weight for network in networks for weight in network.weights]
        return [*weights, self.similarity, *self.optimizer.variables]

    def act(self, seen: np.ndarray, explore: float = 0.0) -> np.ndarray:
        """The best action in each game, or with probability ``explore`` a random one."""
        best = self.values(seen).numpy().argmax(axis=1)
        chance = self.random.random(len(best)) < explore
        return np.where(chance, self.random.integers(ACTIONS, size=len(best)), best)

    def update(self, batch: tuple[np.ndarray, ...]) -> tuple:
        """One step on (seen, action, reward, ended, next); the two losses."""
        seen, actions, rewards, ended, after = batch
        views = seen[:0], seen[:0]
        if self.contrast:
            views = self.views(seen, self.random), self.views(seen, self.random)
        seen, after = self.augment(seen, self.random), self.augment(after, self.random)
        return self.learn(*map(tf.constant, (seen, actions, rewards, ended, after, *views)))

    def _learn(
        self,
        seen: tf.Tensor,
        actions: tf.Tensor,
        rewards: tf.Tensor,
        ended: tf.Tensor,
        after: tf.Tensor,
        query_view: tf.Tensor,
        key_view: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
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
        self.optimizer.apply(tape.gradient(loss, self.trained))
        follow(self.target_encoder, self.encoder, self.momentum)
        follow(self.target_head, self.head, self.momentum)
        return error, nce


class Replay:
    """The latest ``size`` transitions, from which batches are drawn; ``shape`` is that of what is
    seen in one game.
    """

    def __init__(self, size: int, shape: tuple[int, ...], dtype: np.dtype):
        self.seen, self.after = np.zeros((2, size, *shape), dtype)
        self.actions = np.zeros(size, "int32")
        self.rewards, self.ended = np.zeros((2, size), "float32")
        self.count = 0

    def add(
        self,
        seen: np.ndarray,
        actions: np.ndarray,
        rewards: np.ndarray,
        ended: np.ndarray,
        after: np.ndarray,
    ) -> None:
        """Take in one transition of each game; the oldest ones give way."""
        where = (self.count + np.arange(len(seen))) % len(self.seen)
        self.seen[where], self.after[where] = seen, after
        self.actions[where], self.rewards[where], self.ended[where] = actions, rewards, ended
        self.count += len(seen)

    def sample(self, size: int, random: np.random.Generator) -> tuple[np.ndarray, ...]:
        """``size`` transitions as (seen, action, reward, ended, next), for `Agent.update`."""
        rows = random.integers(min(self.count, len(self.seen)), size=size)
        everything = self.seen, self.actions, self.rewards, self.ended, self.after
        return tuple(part[rows] for part in everything)


def caught(
    agent: Agent,
    digits: np.ndarray | None,
    state: bool = False,
    games: int = 200,
    seed: Seed = 0,
) -> float:
    """Share of ``games`` new games in which the agent, without exploring, catches the ball."""
    game = Catch(games, digits, seed, staggered=False)
    for _ in range(STEPS):
        rewards, _ended = game.step(agent.act(game.state() if state else game.frames()))
    return float(np.mean(rewards > 0))


def play(
    agent: Agent,
    digits: np.ndarray | None,
    held_out: np.ndarray | None,
    transitions: int = 16_384,
    every: int = 1_024,
    state: bool = False,
    games: int = 32,
    updates: int = 2,
    batch: int = 64,
    explore: tuple[float, float, int] = (1.0, 0.05, 4_096),
    seed: int = 0,
) -> list[dict[str, float]]:
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
    rows: list[dict[str, float]] = []
    losses: list[list[float]] = []
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
