"""Named data sets as arrays: packaged samples, verified downloads, an offline mirror."""

from __future__ import annotations

from ssl_course.data import digits, images, medical, sequences, speech, tables, text
from ssl_course.data.dataset import Dataset, Split, few_labels
from ssl_course.data.fetch import DataError, cache_directory
from ssl_course.data.medical import retina_patches, tissue_slide
from ssl_course.data.registry import REGISTRY
from ssl_course.data.sound import spoken_seven
from ssl_course.data.tables import breast_cancer

__all__ = [
    "REGISTRY",
    "DataError",
    "Dataset",
    "Split",
    "breast_cancer",
    "cache_directory",
    "few_labels",
    "load",
    "retina_patches",
    "spoken_seven",
    "tissue_slide",
]


def load(name: str, *, full: bool = False) -> Dataset:
    """Load a data set by name.

    Parameters
    ----------
    name : one of `REGISTRY`
    full : the whole data set (cache, mirror or download) instead of the packaged sample

    Raises
    ------
    DataError : unknown name; no sample is packaged; file missing, altered or out of reach

    >>> digits = load("mnist")
    >>> digits.train.x.shape, len(digits.validation), len(digits.test)
    ((2500, 28, 28, 1), 1000, 1500)
    """
    if name not in REGISTRY:
        raise DataError(f"Unknown data set {name!r}. Known: {', '.join(sorted(REGISTRY))}.")
    entry = REGISTRY[name]
    if entry.sample is None and not full:
        raise DataError(
            f"{entry.title} is not packaged with the course (license: {entry.license}). "
            f"Ask for all of it, {entry.megabytes} MB: data.load({name!r}, full=True)"
        )
    return _LOADERS[name](entry, full)


_LOADERS = {
    "mnist": images.load,
    "fashion_mnist": images.load,
    "cifar10": images.load,
    "usps": digits.usps,
    "optical_digits": digits.optical_digits,
    "spoken_digits": speech.load,
    "reviews": text.load,
    "sst2": text.load,
    "tissue": medical.load,
    "pneumoniamnist": medical.load,
    "credit_default": tables.load,
    "molecules": sequences.molecules,
    "splice": sequences.splice,
    "esol": sequences.solubility,
}
"""How each data set is read: from its registry entry and ``full`` to a `Dataset`."""
