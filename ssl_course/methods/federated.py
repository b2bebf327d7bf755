"""Federated averaging of dense autoencoders, simulated on one machine (McMahan et al., 2017)."""

import numpy as np

from ssl_course.methods import private


def dirichlet_clients(labels, clients: int, concentration: float, seed: int) -> list[np.ndarray]:
    """Deal the examples out to clients; returns the indices of each client that got some.

    The shares of each class are drawn from a symmetric Dirichlet distribution: a small
    ``concentration`` gives clients with one or two classes, a large one equal clients.
    """
    generator, parts = np.random.default_rng(seed), [[] for _ in range(clients)]
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label))
        shares = generator.dirichlet(np.full(clients, concentration))
        cuts = (np.cumsum(shares)[:-1] * len(rows)).astype(int)
        for part, more in zip(parts, np.split(rows, cuts), strict=True):
            part.extend(more)
    return [np.array(part) for part in parts if part]


def average(updates: list[list[tuple]], sizes: list[int]) -> list[tuple]:
    """The mean of the clients' layers (as `private.read` gives them), weighted by their sizes."""
    shares = [size / sum(sizes) for size in sizes]
    layers = []
    for versions in zip(*updates, strict=True):  # one layer, as each client has it
        kernel = sum(share * kernel for share, (kernel, _, _) in zip(shares, versions, strict=True))
        bias = sum(share * bias for share, (_, bias, _) in zip(shares, versions, strict=True))
        layers.append((kernel, bias, versions[0][2]))
    return layers


def train(method, images, parts: list[np.ndarray], *, rounds: int, steps: int, seed: int) -> None:
    """In each round every client trains the common weights on its own, and all are averaged.

    ``parts`` are the clients' indices into ``images``; a client takes ``steps`` steps of about 50
    images.  No image leaves its client; the weights do.  Changes ``method`` in place.
    """
    layers = private.read(method)
    for turn in range(rounds):
        updates = []
        for client, part in enumerate(parts):
            private.write(method, layers)
            rate, draws = min(1, 50 / len(part)), [seed, turn, client]
            settings = {"rate": rate, "steps": steps, "bound": np.inf, "noise": 0}
            private.train(method, images[part], seed=draws, **settings)
            updates.append(private.read(method))
        layers = average(updates, [len(part) for part in parts])
    private.write(method, layers)
