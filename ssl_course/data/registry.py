"""What the course knows about each data set: license, citation, files, hashes, sources."""

from __future__ import annotations

from dataclasses import dataclass

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_ZALANDO = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"


@dataclass(frozen=True)
class File:
    """One file of a data set: its name, its sha256, and the addresses that serve it."""

    name: str
    sha256: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One data set.

    ``official`` are the files of the official source.  A mirror directory may hold these, or
    one ``<name>.npz`` with the arrays ``x_train, y_train, x_test, y_test``.
    ``sample`` is the part that is packaged with the course.
    """

    name: str
    title: str
    license: str
    citation: str
    megabytes: float
    classes: tuple[str, ...]
    sample: File
    official: tuple[File, ...]


REGISTRY = {
    entry.name: entry
    for entry in (
        Entry(
            name="mnist",
            title="MNIST handwritten digits",
            license="CC BY-SA 3.0",
            citation="lecun1998gradient",
            megabytes=11.5,
            classes=tuple("0123456789"),
            sample=File(
                "mnist.npz", "8acb36a70699abe961e7caaf889f8fc3bc03e34233bdd68bcf7f98f38111916f"
            ),
            official=(
                File(
                    "mnist.npz",
                    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                    (f"{_KERAS}/mnist.npz",),
                ),
            ),
        ),
        Entry(
            name="fashion_mnist",
            title="Fashion-MNIST articles of clothing",
            license="MIT",
            citation="xiao2017fashion",
            megabytes=30.9,
            classes=(
                "T-shirt",
                "trouser",
                "pullover",
                "dress",
                "coat",
                "sandal",
                "shirt",
                "sneaker",
                "bag",
                "ankle boot",
            ),
            sample=File(
                "fashion_mnist.npz",
                "ddbaf37ed6e6f6cc7d438412c6a46b9d4bb7e1cc1896718c82ee39e444e35021",
            ),
            official=tuple(
                File(name, sha256, (f"{_KERAS}/{name}", f"{_ZALANDO}/{name}"))
                for name, sha256 in (
                    (
                        "train-images-idx3-ubyte.gz",
                        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                    ),
                    (
                        "train-labels-idx1-ubyte.gz",
                        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                    ),
                    (
                        "t10k-images-idx3-ubyte.gz",
                        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                    ),
                    (
                        "t10k-labels-idx1-ubyte.gz",
                        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                    ),
                )
            ),
        ),
    )
}
