"""Several pretext tasks for one encoder (chapter 8.1)."""

import math
import time
from collections.abc import Mapping

import keras
from keras import ops

from ssl_course import networks, views
from ssl_course.methods import Method
from ssl_course.objectives import binary_cross_entropy, classification, nt_xent
from ssl_course.views.tensor import Tensor

TASKS = ("contrastive", "rotation", "reconstruction")


class MultiTask(Method):
    """One encoder, up to three heads; the loss is the weighted sum of the tasks' losses.

    ``weights`` maps some of `TASKS` to positive numbers; what is not named is not computed and
    costs nothing.  Each task is that of chapter 3: SimCLR on two views, rotation of the image,
    an autoencoder on the plain image.  Train with ``fit(images)``, (n, 28, 28, 1) in [0, 1].
    (Doersch & Zisserman, 2017.)
    """

    def __init__(
        self,
        encoder: keras.Model,
        view: keras.Layer,
        weights: Mapping[str, float],
        temperature: float = 0.2,
    ):
        super().__init__()
        if unknown := set(weights) - set(TASKS):
            raise ValueError(f"unknown task {', '.join(unknown)}; known: {', '.join(TASKS)}")
        self.encoder = encoder
        self.view = view
        self.task_weights = dict(weights)
        self.temperature = temperature
        if "contrastive" in weights:
            self.projector = networks.projector()
        if "rotation" in weights:
            self.turn = views.Turn()
            self.head = networks.head(encoder.output_shape[-1], self.turn.answers)
        if "reconstruction" in weights:
            self.decoder = networks.patch_decoder()

    def contrastive(self, images: Tensor, training: bool) -> Tensor:
        """The loss of SimCLR on two views of each image."""
        seen = (self.encoder(self.view(images), training=training) for _ in range(2))
        first, second = (self.projector(h, training=training) for h in seen)
        return nt_xent(first, second, self.temperature)

    def rotation(self, images: Tensor, training: bool) -> Tensor:
        """Cross-entropy of the quarter turns by which the images were turned."""
        turned, answers = self.turn(images)
        logits = self.head(self.encoder(turned, training=training))
        return classification(answers, logits)

    def reconstruction(self, images: Tensor, training: bool) -> Tensor:
        """Cross-entropy of each image with its copy."""
        return binary_cross_entropy(images, self.decoder(self.encoder(images, training=training)))

    def losses_of(self, images: Tensor, training: bool = False) -> dict[str, Tensor]:
        """The loss of each task, unweighted."""
        return {name: getattr(self, name)(images, training) for name in self.task_weights}

    def compute(self, images: Tensor, training: bool) -> Tensor:
        """The losses of the tasks, (tasks,)."""
        return ops.stack(list(self.losses_of(images, training).values()))

    def compare(self, images: Tensor, losses: Tensor) -> Tensor:
        """Their weighted sum."""
        return ops.sum(losses * ops.array(list(self.task_weights.values()), "float32"))


class Budget(keras.callbacks.Callback):
    """Stop after so many CPU seconds; the learning rate falls with them along half a cosine.

    The clock starts after the first step, which holds the compilation.
    """

    def __init__(self, seconds: float, rate: float = 1e-3):
        super().__init__()
        self.seconds, self.rate = seconds, rate
        self.steps, self.spent = 0, 0.0
        self.start: float | None = None

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Look at the clock, set the learning rate, and stop if the time is up."""
        self.steps += 1
        if self.start is None:
            self.start = time.process_time()
        self.spent = time.process_time() - self.start
        done = min(self.spent / self.seconds, 1.0)
        self.model.optimizer.learning_rate = 0.5 * self.rate * (1 + math.cos(math.pi * done))
        self.model.stop_training = done >= 1.0
