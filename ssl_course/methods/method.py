"""What all methods share: the training step, and the places where they differ."""

from __future__ import annotations

import math
from typing import Any

import keras


class Method(keras.Model):
    """A self-supervised method; Keras's own `fit` trains it: ``fit(inputs)``, no labels.

    A method says what it makes of a batch (`compute`) and how far that is from what it wants
    (`compare`); where it needs to, also what happens before and after a training step.

    ``encoder``: inputs → representations (n, D), the part that is kept after training.
    """

    def compute(self, inputs: Any, training: bool) -> Any:
        """What `compare` needs of a batch: one tensor, or a named tuple of tensors."""
        raise NotImplementedError

    def compare(self, inputs: Any, outputs: Any) -> Any:
        """The loss of a batch, one number, from ``inputs`` and what `compute` made of them.

        Where `fit` was given labels, which few methods want, ``inputs`` is (inputs, labels).
        """
        raise NotImplementedError

    def before_step(self) -> None:
        """Called at the start of each training step, never in evaluation."""

    def after_step(self, outputs: Any) -> None:
        """Called with the outputs once the loss of a training step is known."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        """`compute`, in training after `before_step`."""
        if training:
            self.before_step()
        return self.compute(inputs, training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Keras's name for `compare`, in training followed by `after_step`."""
        loss = self.compare(x if y is None else (x, y), y_pred)
        if training:
            self.after_step(y_pred)
        return loss

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: list[keras.callbacks.Callback] | None = None,
        **options: Any,
    ) -> keras.callbacks.History:
        """Keras's `fit`, which here stops with FloatingPointError at a loss that is no number."""
        watched = [*(callbacks or []), StopAtNaN()]
        return super().fit(x, y, batch_size, epochs, verbose, watched, **options)


class StopAtNaN(keras.callbacks.Callback):
    """Stop training at the first batch whose loss is NaN or infinite, and say which it was.

    The step is done by then, so the weights are lost.
    """

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Raises FloatingPointError; Keras counts batches from 0, and so does the message."""
        loss = float((logs or {}).get("loss", 0.0))
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"The loss of {type(self.model).__name__} became {loss} in batch {batch}, and its "
                f"weights with it. Look for NaN or huge numbers in the inputs of that batch; if "
                f"there are none, lower the learning rate. Build the method again to go on."
            )
