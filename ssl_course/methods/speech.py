"""Self-supervision on speech: predict what is heard next, or tell real sound from made sound."""

from __future__ import annotations

from typing import NamedTuple

import keras
from keras import layers, ops

from ssl_course.methods.gan import GAN, Played
from ssl_course.methods.method import Method
from ssl_course.networks.speech import sounding
from ssl_course.objectives import frame_nce
from ssl_course.views.tensor import Tensor


class Heard(NamedTuple):
    """Latents (n, T, d), which of them sound (n, T), and a prediction (n, T, d) for each step."""

    latents: Tensor
    where: Tensor
    predictions: tuple[Tensor, ...]


class CPC(Method):
    """Contrastive predictive coding (van den Oord et al., 2018).

    ``encoder`` is a `networks.speech_encoder`.  From the context at time t one linear map for
    each of ``steps`` predicts the latent at t + step; the loss is how badly it is recognized
    among ``negatives``: other latents of the ``"same"`` clip, or latents of ``"other"`` clips of
    the batch, equally many.

    Scores are cosines over ``temperature``, not the paper's log-bilinear ones.
    Raises ValueError for other ``negatives``.
    """

    def __init__(
        self,
        encoder: keras.Model,
        negatives: str = "same",
        steps: tuple[int, ...] = (2, 4, 6),
        temperature: float = 0.1,
    ):
        super().__init__()
        if negatives not in ("same", "other"):
            raise ValueError(f"negatives are of the 'same' clip or of 'other' ones: {negatives!r}")
        self.encoder = encoder
        self.listen = keras.Model(
            encoder.input, [encoder.get_layer(name).output for name in ("latents", "contexts")]
        )
        width = encoder.get_layer("latents").output.shape[-1]
        self.predictors = [layers.Dense(width, name=f"predict_{step}") for step in steps]
        self.negatives, self.steps, self.temperature = negatives, steps, temperature

    def compute(self, pictures: Tensor, training: bool) -> Heard:
        """The latents of pictures (n, frames, bands, 1), and what the contexts predict of them."""
        latents, contexts = self.listen(pictures, training=training)
        predictions = tuple(predict(contexts) for predict in self.predictors)
        return Heard(latents, sounding(pictures), predictions)

    def compare(self, pictures: Tensor, outputs: Heard) -> Tensor:
        """`objectives.frame_nce`, the mean over the steps."""
        latents, where, predictions = outputs
        negatives, heard = candidates(latents, where, self.negatives)
        losses = []
        for step, prediction in zip(self.steps, predictions, strict=True):
            allowed = heard[:, None, :] & elsewhere(latents.shape[1], step, self.negatives)
            losses.append(
                frame_nce(
                    prediction[:, :-step],
                    latents[:, step:],
                    negatives,
                    allowed,
                    where[:, step:],
                    self.temperature,
                )
            )
        return sum(losses) / len(losses)


def candidates(latents: Tensor, where: Tensor, kind: str) -> tuple[Tensor, Tensor]:
    """Negatives (n, T, d) for each clip, and which of them are heard (n, T).

    ``"same"``: the clip's own latents.  ``"other"``: at each time the latent of another clip,
    the next one of the batch, the one after that, and so on.
    """
    if kind == "same":
        return latents, where > 0
    count, length, width = ops.shape(latents)[0], latents.shape[1], latents.shape[2]
    time = ops.arange(length)
    clip = (ops.arange(count)[:, None] + 1 + time % (count - 1)) % count
    index = clip * length + time
    flat = ops.reshape(latents, (-1, width))
    return ops.take(flat, index, axis=0), ops.take(ops.reshape(where, (-1,)), index, axis=0) > 0


def elsewhere(length: int, step: int, kind: str) -> Tensor:
    """Which candidates (T − step, T) are not the answer itself; of other clips none is."""
    query, candidate = ops.arange(length - step)[:, None], ops.arange(length)
    return (query + step != candidate) | (kind != "same")


class SpeechGAN(GAN):
    """A GAN on patches of 0.32 s, cut at random out of each picture (after DCGAN, Radford et al.,
    2016).
    """

    def compute(self, pictures: Tensor, training: bool) -> Played:
        """As a GAN does, on patches."""
        return super().compute(self.cut(pictures), training)

    def cut(self, pictures: Tensor, width: int = 32) -> Tensor:
        """One patch (n, width, bands, 1) of each picture, from where there is sound."""
        end = ops.cast(ops.sum(sounding(pictures, 1), axis=1), "int32")
        room = ops.cast(ops.maximum(end - width, 0) + 1, "float32")
        start = ops.floor(keras.random.uniform(ops.shape(end), seed=self.seeds) * room)
        index = ops.cast(start, "int32")[:, None] + ops.arange(width)
        return ops.take_along_axis(pictures, index[:, :, None, None], axis=1)
