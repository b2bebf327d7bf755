"""Make a trained encoder smaller: distillation, pruning, eight-bit integers (chapter 8.1)."""

import gzip
from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops
from safetensors.numpy import save

from ssl_course.methods import Method
from ssl_course.networks.patch import CHANNELS, GRID
from ssl_course.views.tensor import Tensor


def small_encoder(narrow: int = 16, wide: int = 32) -> keras.Model:
    """`networks.patch_encoder` with fewer channels: images (n, 28, 28, 1) → (n, 16 · wide)."""
    images = keras.Input((28, 28, 1))
    x = images
    for number, (channels, size, stride) in enumerate(((narrow, 7, 4), (wide, 3, 2)), start=1):
        name = f"student_{number}"
        x = layers.Conv2D(channels, size, stride, padding="same", use_bias=False, name=name)(x)
        x = layers.BatchNormalization(momentum=0.95, name=f"{name}_norm")(x)
        x = layers.ReLU()(x)
    return keras.Model(images, layers.Flatten()(x), name="student")


def small_projector(student: keras.Model, outputs: int = 128, hidden: int = 128) -> keras.Model:
    """A projector for `small_encoder`, so that it can be pretrained without a teacher."""
    features = keras.Input(student.output_shape[1:])
    x = layers.Reshape((GRID, GRID, -1))(features)
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    x = layers.Dense(hidden, use_bias=False, name="project_1")(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.95, name="project_1_norm")(x))
    return keras.Model(features, layers.Dense(outputs, name="project_2")(x), name="projector")


class Lesson(NamedTuple):
    """What the student says of a view, in the teacher's numbers, and the teacher: (n, 2048)."""

    student: Tensor
    teacher: Tensor


class Distillation(Method):
    """A small encoder learns to say what a large one says of the same view; no labels.

    ``encoder`` is the student, images → (n, 16 · c); ``teacher`` images → (n, 2048), frozen.
    At each of the 4 × 4 places one linear map, the same everywhere, takes the student's c
    numbers to the teacher's 128; it is dropped afterwards.  The loss is the squared error in
    units of the teacher's variance: 1 is what the teacher's mean would get, 0 is perfect.
    (Features as the target: Romero et al., 2015.)
    """

    def __init__(self, encoder: keras.Model, teacher: keras.Model, views: keras.Layer):
        super().__init__()
        self.encoder = encoder
        self.teacher = teacher
        self.views = views
        teacher.trainable = False
        features = keras.Input(encoder.output_shape[1:])
        places = layers.Reshape((GRID, GRID, -1))(features)
        same = layers.Flatten()(layers.Dense(CHANNELS, name="adapt")(places))
        self.adapter = keras.Model(features, same, name="adapter")

    def compute(self, images: Tensor, training: bool) -> Lesson:
        """What both say of one view of each image."""
        seen = self.views(images)
        said = ops.stop_gradient(self.teacher(seen, training=False))
        return Lesson(self.adapter(self.encoder(seen, training=training)), said)

    def compare(self, images: Tensor, outputs: Lesson) -> Tensor:
        """The squared error in units of the teacher's variance."""
        error = ops.mean(ops.square(outputs.student - outputs.teacher))
        return error / ops.mean(ops.var(outputs.teacher, axis=0))


def magnitude_masks(kernels: list[np.ndarray], share: float) -> list[np.ndarray]:
    """True where a weight stays: all but the ``share`` (0–1) that is smallest in absolute value.

    One threshold serves all kernels (Han et al., 2015, took one a layer).
    """
    sizes = np.concatenate([np.abs(kernel).ravel() for kernel in kernels])
    removed = np.argsort(sizes, kind="stable")[: round(share * len(sizes))]
    kept = np.ones(len(sizes), bool)
    kept[removed] = False
    ends = np.cumsum([kernel.size for kernel in kernels])[:-1]
    return [part.reshape(k.shape) for part, k in zip(np.split(kept, ends), kernels, strict=True)]


class Masked(keras.constraints.Constraint):
    """Keep removed weights at 0 while the others are trained."""

    def __init__(self, mask: np.ndarray):
        self.mask = mask.astype("float32")

    def __call__(self, weights: keras.Variable) -> keras.Variable:
        """The weights, with 0 where the mask is 0."""
        return weights * self.mask


def convolutions(encoder: keras.Model) -> list[layers.Conv2D]:
    """The convolutions of an encoder, in order."""
    return [layer for layer in encoder.layers if isinstance(layer, layers.Conv2D)]


def prune(encoder: keras.Model, share: float) -> list[np.ndarray]:
    """Set the smallest weights of all convolutions to 0, and hold them there; returns the masks.

    Normalizations are left alone: they have few weights, which are not on the same scale.
    """
    kernels = [layer.kernel for layer in convolutions(encoder)]
    masks = magnitude_masks([kernel.numpy() for kernel in kernels], share)
    for kernel, mask in zip(kernels, masks, strict=True):
        kernel.constraint = Masked(mask)
        kernel.assign(kernel.constraint(kernel))
    return masks


def folded(encoder: keras.Model) -> list[tuple[np.ndarray, np.ndarray]]:
    """(kernel, bias) of each convolution with its batch normalization multiplied in.

    A frozen normalization is one factor and one shift a channel, so nothing is lost.
    """
    found = []
    for layer in convolutions(encoder):
        norm = encoder.get_layer(f"{layer.name}_norm")
        gamma, beta, mean, variance = (np.asarray(w) for w in norm.weights)
        factor = gamma / np.sqrt(variance + norm.epsilon)
        found.append((np.asarray(layer.kernel) * factor, beta - mean * factor))
    return found


def quantize(
    kernel: np.ndarray, bits: int = 8, per_channel: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """(integers int8, scales) with kernel ≈ integers · scales; symmetric, 0 stays 0.

    One scale for each output channel, the last axis, or one for all.  Two to eight bits.
    """
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be 2 to 8, not {bits}")
    largest = 2 ** (bits - 1) - 1
    axes = tuple(range(kernel.ndim - 1)) if per_channel else None
    peak = np.abs(kernel).max(axis=axes)
    scales = np.where(peak > 0, peak, 1.0) / largest
    return np.round(kernel / scales).astype(np.int8), scales.astype(np.float32)


def packed(integers: np.ndarray) -> np.ndarray:
    """Integers from -8 to 7 as bytes of two each; the size of the kernels here is even."""
    low, high = (integers.reshape(-1, 2).astype(np.uint8) & 15).T
    return low | high << 4


def in_eights(
    kernels: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    scales: Sequence[np.ndarray],
    hidden_scale: float,
    images: np.ndarray,
) -> np.ndarray:
    """Representations of a two-convolution encoder whose products are all between integers.

    ``images`` (n, 28, 28, 1) in [0, 1] become integers 0 … 255, and so does the map between
    the convolutions, in steps of ``hidden_scale``.  float32 adds integers exactly up to 2²⁴.
    """
    x = np.round(255 * images).astype("float32")
    steps = 1 / 255
    for number, stride in enumerate((4, 2)):
        kernel = kernels[number].astype("float32")
        sums = np.asarray(ops.conv(x, kernel, strides=stride, padding="same"))
        x = np.maximum(sums * (scales[number] * steps) + biases[number], 0)
        if number == 0:
            x, steps = np.clip(np.round(x / hidden_scale), 0, 255), hidden_scale
    return x.reshape(len(images), -1)


def hidden_peak(kernel: np.ndarray, bias: np.ndarray, images: np.ndarray) -> float:
    """The largest value of the first map on some unlabeled images: what 255 shall stand for."""
    sums = np.asarray(ops.conv(images.astype("float32"), kernel, strides=4, padding="same"))
    return float((sums + bias).max())


def bytes_dense(tensors: dict[str, np.ndarray]) -> int:
    """Bytes of a safetensors file with these arrays."""
    return len(save({name: np.ascontiguousarray(array) for name, array in tensors.items()}))


def bytes_sparse(tensors: dict[str, np.ndarray]) -> int:
    """The same, an array with enough zeros being stored as one bit a weight and the others."""
    found = {}
    for name, array in tensors.items():
        if np.mean(array == 0) < 1 / (8 * array.itemsize):  # the bits cost more than they save
            found[name] = array
        else:
            found[f"{name}/kept"] = np.packbits(array != 0)
            found[f"{name}/values"] = array[array != 0]
    return bytes_dense(found)


def bytes_zipped(tensors: dict[str, np.ndarray]) -> int:
    """The same file through gzip."""
    arrays = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    return len(gzip.compress(save(arrays), mtime=0))
