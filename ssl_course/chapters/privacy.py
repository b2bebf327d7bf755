"""Private training of an autoencoder made of dense layers, in NumPy: DP-SGD, and federated.

A dense layer's gradient of *one* example is an outer product, input ⊗ error.  So the gradients
of all examples are at hand after one backward pass, as two small arrays a layer; their lengths
are products of lengths, and none of the outer products has to be formed to clip it.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from ssl_course.methods.autoencoder import Autoencoder


def dense_layers(method: Autoencoder) -> list[keras.layers.Dense]:
    """The dense layers of encoder and decoder, in order: all that may have weights here."""
    layers = [*method.encoder.layers, *method.decoder.layers]
    weighted = [layer for layer in layers if layer.weights]
    if not all(isinstance(layer, keras.layers.Dense) for layer in weighted):
        raise ValueError("only dense layers: other gradients of one example are no outer product")
    return weighted


def read(method: Autoencoder) -> list[tuple[np.ndarray, np.ndarray, bool]]:
    """(kernel, bias, whether ReLU follows) of each dense layer, copied."""
    layers = dense_layers(method)
    if layers[-1].activation is not keras.activations.sigmoid:
        raise ValueError("the last layer has to end in a sigmoid")
    return [(*layer.get_weights(), layer.activation is keras.activations.relu) for layer in layers]


def write(method: Autoencoder, layers: list[tuple]) -> None:
    """Put the kernels and biases of `read` back."""
    for layer, (kernel, bias, _) in zip(dense_layers(method), layers, strict=True):
        layer.set_weights([kernel, bias])


def forward(layers: list[tuple], rows: np.ndarray) -> list[np.ndarray]:
    """The rows (n, d), the output of each layer (n, units), and last the logits (n, d)."""
    outputs = [rows]
    for kernel, bias, rectified in layers:
        output = outputs[-1] @ kernel + bias
        outputs.append(np.maximum(output, 0) if rectified else output)
    return outputs


def example_losses(layers: list[tuple], rows: np.ndarray) -> np.ndarray:
    r"""Cross-entropy of each example with its copy, summed over the pixels: (n, d) → (n,).

    .. math:: \ell_i = -\sum_j x_{ij} \log \hat x_{ij} + (1 - x_{ij}) \log (1 - \hat x_{ij})
    """
    logits = forward(layers, rows)[-1]
    return np.sum(np.logaddexp(0, logits) - rows * logits, axis=1)


def example_gradients(layers: list[tuple], rows: np.ndarray) -> list[tuple]:
    """Gradients of `example_losses` as factors: one pair (inputs, errors) for each layer.

    The kernel's gradient of example i is ``outer(inputs[i], errors[i])``, the bias's is
    ``errors[i]``.
    """
    *inputs, logits = forward(layers, rows)
    error = (1 + np.tanh(logits / 2)) / 2 - rows  # sigmoid, then cross-entropy
    factors = [(inputs[-1], error)]
    for position in range(len(layers) - 1, 0, -1):
        error = error @ layers[position][0].T
        if layers[position - 1][2]:
            error = error * (inputs[position] > 0)
        factors.insert(0, (inputs[position - 1], error))
    return factors


def gradient_lengths(factors: list[tuple]) -> np.ndarray:
    """Length of each example's whole gradient, (n,): kernels and biases of all layers."""
    squares = [((a**2).sum(axis=1) + 1) * (e**2).sum(axis=1) for a, e in factors]
    return np.sqrt(sum(squares))


def private_gradient(
    factors: list[tuple],
    bound: float,
    noise: float,
    expected: float,
    generator: np.random.Generator,
) -> list[np.ndarray]:
    """Clip each example's gradient to length ``bound``, add them, add noise, divide.

    ``noise`` is the noise multiplier: the standard deviation in units of ``bound``.
    ``expected`` is the expected number of examples, which does not depend on who was drawn.
    Returns one array for each kernel and bias (Abadi et al., 2016).
    """
    weight = np.minimum(1, bound / np.maximum(gradient_lengths(factors), 1e-12))
    gradient = []
    for inputs, errors in factors:
        clipped = errors * weight[:, None]
        for total in (inputs.T @ clipped, clipped.sum(axis=0)):
            if noise > 0:
                draw = generator.standard_normal(total.shape, dtype=np.float32)
                total = total + np.float32(noise * bound) * draw
            gradient.append(total / np.float32(expected))
    return gradient


def poisson_sample(count: int, rate: float, generator: np.random.Generator) -> np.ndarray:
    """Indices of a Poisson sample: each of ``count`` comes with probability ``rate``, alone."""
    return np.flatnonzero(generator.random(count) < rate)


def train(
    method: Autoencoder,
    images: np.ndarray,
    *,
    rate: float,
    steps: int,
    bound: float,
    noise: float,
    learning_rate: float = 1e-3,
    seed: int | Sequence[int] = 0,
) -> None:
    """DP-SGD, with Adam on what comes out of `private_gradient`; changes ``method`` in place.

    ``images`` (n, …) in [0, 1].  With ``noise`` 0 and ``bound`` infinite: ordinary training on
    Poisson batches.  What Adam does with a private gradient costs no privacy.
    """
    layers, rows = read(method), np.reshape(images, (len(images), -1))
    adam = Adam(learning_rate)
    generator = np.random.default_rng(seed)
    for _ in range(steps):
        drawn = rows[poisson_sample(len(rows), rate, generator)]
        factors = example_gradients(layers, drawn)
        adam.step(layers, private_gradient(factors, bound, noise, rate * len(rows), generator))
    write(method, layers)


class Adam:
    """Adam (Kingma & Ba, 2015) on the arrays of `read`, in place."""

    def __init__(self, learning_rate: float):
        self.learning_rate, self.steps = learning_rate, 0
        self.moments: list[tuple[np.ndarray, np.ndarray]] = []

    def step(self, layers: list[tuple], gradient: list[np.ndarray]) -> None:
        """Move the kernels and biases against the gradient of `private_gradient`."""
        weights = [array for layer in layers for array in layer[:2]]
        if not self.moments:
            self.moments = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]
        self.steps += 1
        rate = self.learning_rate * (1 - 0.999**self.steps) ** 0.5 / (1 - 0.9**self.steps)
        for weight, g, (mean, square) in zip(weights, gradient, self.moments, strict=True):
            mean += 0.1 * (g - mean)
            square += 0.001 * (g * g - square)
            weight -= rate * mean / (np.sqrt(square) + 1e-7)


def epsilon(noise: float, rate: float, steps: int, delta: float) -> float:
    """The ε of `train` at this δ, by the Rényi accountant of dp-accounting.

    Neighbors are data sets that differ by one added or removed example.
    """
    import dp_accounting  # only the page on privacy needs it

    step = dp_accounting.PoissonSampledDpEvent(rate, dp_accounting.GaussianDpEvent(noise))
    return dp_accounting.rdp.RdpAccountant().compose(step, steps).get_epsilon(delta)


def noise_for(target: float, rate: float, steps: int, delta: float) -> float:
    """The smallest noise multiplier from 0.3 on, to 0.01, with `epsilon` at most ``target``.

    Raises ValueError if not even 100 is enough.
    """
    low, high = 0.3, 100.0
    if epsilon(high, rate, steps, delta) > target:
        raise ValueError(f"no noise multiplier up to {high:g} gives ε ≤ {target:g}")
    while high - low > 0.01:
        middle = (low + high) / 2
        if epsilon(middle, rate, steps, delta) > target:
            low = middle
        else:
            high = middle
    return high


def dirichlet_clients(
    labels: np.ndarray, clients: int, concentration: float, seed: int
) -> list[np.ndarray]:
    """Deal the examples out to clients; returns the indices of each client that got some.

    The shares of each class are drawn from a symmetric Dirichlet distribution: a small
    ``concentration`` gives clients with one or two classes, a large one equal clients.
    """
    generator = np.random.default_rng(seed)
    parts: list[list[int]] = [[] for _ in range(clients)]
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label))
        shares = generator.dirichlet(np.full(clients, concentration))
        cuts = (np.cumsum(shares)[:-1] * len(rows)).astype(int)
        for part, more in zip(parts, np.split(rows, cuts), strict=True):
            part.extend(more)
    return [np.array(part) for part in parts if part]


def federated_average(updates: list[list[tuple]], sizes: list[int]) -> list[tuple]:
    """The mean of the clients' layers (as `read` gives them), weighted by their sizes."""
    shares = [size / sum(sizes) for size in sizes]
    layers = []
    for versions in zip(*updates, strict=True):  # one layer, as each client has it
        kernel = sum(share * kernel for share, (kernel, _, _) in zip(shares, versions, strict=True))
        bias = sum(share * bias for share, (_, bias, _) in zip(shares, versions, strict=True))
        layers.append((kernel, bias, versions[0][2]))
    return layers


def federated_train(
    method: Autoencoder,
    images: np.ndarray,
    parts: list[np.ndarray],
    *,
    rounds: int,
    steps: int,
    seed: int,
) -> None:
    """In each round every client trains the common weights on its own, and all are averaged.

    ``parts`` are the clients' indices into ``images``; a client takes ``steps`` steps of about 50
    images.  No image leaves its client; the weights do.  Changes ``method`` in place.
    """
    layers = read(method)
    for turn in range(rounds):
        updates = []
        for client, part in enumerate(parts):
            write(method, layers)
            train(
                method,
                images[part],
                rate=min(1, 50 / len(part)),
                steps=steps,
                bound=np.inf,
                noise=0,
                seed=[seed, turn, client],
            )
            updates.append(read(method))
        layers = federated_average(updates, [len(part) for part in parts])
    write(method, layers)
