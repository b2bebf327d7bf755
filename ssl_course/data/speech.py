"""Spoken digits: sound, its log-mel picture, and splits that keep speakers apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.fft import dct

from ssl_course.data import contents
from ssl_course.data.dataset import Dataset, Split
from ssl_course.data.fetch import locate, packaged
from ssl_course.data.registry import REGISTRY, Entry

RATE = 8000
FRAME, HOP = 200, 80
"""Samples in a frame (25 ms) and from one frame to the next (10 ms)."""
FRAMES, BANDS = 80, 32
"""Size of a picture: 0.8 s by 32 mel bands."""
RANGE, SILENCE = 60.0, 40.0
"""Decibels below a clip's loudest: what counts as nothing, and what is cut off at both ends."""

FOLDS = (("theo", "yweweler"), ("george", "jackson"), ("lucas", "nicolas"))
"""Pairs of speakers of the Free Spoken Digit Dataset that take turns as the unseen ones."""
VALIDATION = {"theo": "lucas", "george": "nicolas", "lucas": "yweweler"}
"""For each fold, by its first speaker: the seen speaker on whose labels settings are chosen."""
OFFICIAL_TEST = 5
"""Recordings 0 to 4 of each word and speaker are the data set's official test part."""


@dataclass(frozen=True)
class Clips:
    """Recordings: ``audio`` (one int16 array each), ``digit``, ``speaker`` (a name), ``take``."""

    audio: tuple[np.ndarray, ...]
    digit: np.ndarray
    speaker: np.ndarray
    take: np.ndarray

    def __len__(self) -> int:
        return len(self.digit)

    def pick(self, chosen: np.ndarray) -> Clips:
        """The clips of an array of indices or of truth values."""
        index = np.arange(len(self))[chosen]
        audio = tuple(self.audio[i] for i in index)
        return Clips(audio, self.digit[index], self.speaker[index], self.take[index])


def mel_filters(bands: int = BANDS, size: int = 256, lowest: float = 60.0) -> np.ndarray:
    """Triangles (size // 2 + 1, bands) whose corners are equally far apart in mel.

    >>> mel_filters().shape
    (129, 32)
    """
    first, last = (2595 * np.log10(1 + f / 700) for f in (lowest, RATE / 2))
    mel = np.linspace(first, last, bands + 2)
    corners = 700 * (10 ** (mel / 2595) - 1)
    frequency = np.arange(size // 2 + 1)[:, None] * RATE / size
    rising = (frequency - corners[:-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[2:] - frequency) / (corners[2:] - corners[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


def log_mel(audio: np.ndarray) -> np.ndarray:
    """Loudness over time and frequency: (frames, 32), from 0 (−60 dB or less) to 1 (the loudest).

    ``audio`` are samples at 8 kHz.  Decibels are relative to the clip's own maximum, so how far
    the speaker sat from the microphone does not show.  Quiet frames at both ends are cut off.
    Raises ValueError if there is nothing but silence.
    """
    audio = np.pad(np.asarray(audio, np.float64), (0, max(0, FRAME - len(audio))))
    frames = np.lib.stride_tricks.sliding_window_view(audio, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), 256)) ** 2
    mel = power @ mel_filters()
    if not mel.max() > 0:
        raise ValueError("nothing is to be heard in this clip: all samples are equal")
    decibels = 10 * np.log10(np.maximum(mel / mel.max(), 1e-12))
    heard = np.flatnonzero(decibels.max(axis=1) > -SILENCE)
    return np.clip(1 + decibels[heard[0] : heard[-1] + 1] / RANGE, 0.0, 1.0)


def pictures(clips: Clips) -> np.ndarray:
    """Log-mel pictures (n, 80, 32, 1), float32: time, band, one channel; zeros after the end."""
    images = np.zeros((len(clips), FRAMES, BANDS, 1), np.float32)
    for image, audio in zip(images, clips.audio, strict=True):
        mel = log_mel(audio)[:FRAMES]
        image[: len(mel), :, 0] = np.round(255 * mel) / np.float32(255)  # a byte is plenty
    return images


def lengths(images: np.ndarray) -> np.ndarray:
    """How many frames of each picture (n, frames, bands, 1) come before the silence at its end."""
    heard = images.max(axis=(2, 3)) > 0
    return np.where(heard.any(axis=1), images.shape[1] - heard[:, ::-1].argmax(axis=1), 0)


def cepstra(images: np.ndarray, count: int = 13) -> np.ndarray:
    """MFCCs (n, frames, 2 · count) of log-mel pictures: a cosine transform and its slope."""
    coefficients = dct(images[..., 0], norm="ortho", axis=2)[..., :count]
    return np.concatenate([coefficients, np.gradient(coefficients, axis=1)], axis=2)


def mean_and_std(sequences: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Pool sequences (n, T, d) over time: (n, 2 d).  What was said first is forgotten."""
    parts = [sequence[:end] for sequence, end in zip(sequences, length, strict=True)]
    return np.stack([np.concatenate([part.mean(axis=0), part.std(axis=0)]) for part in parts])


def in_order(sequences: np.ndarray, length: np.ndarray, pieces: int = 8) -> np.ndarray:
    """Pool sequences (n, T, d) into the means of ``pieces`` equal parts, in order: (n, pieces · d).

    A clip that is spoken slowly and one that is spoken fast get the same number of parts.
    """
    pooled = []
    for sequence, end in zip(sequences, length, strict=True):
        edges = np.linspace(0, end, pieces + 1)
        starts = np.floor(edges[:-1]).astype(int)
        stops = np.maximum(np.ceil(edges[1:]).astype(int), starts + 1)
        pooled.append([sequence[a:b].mean(axis=0) for a, b in zip(starts, stops, strict=True)])
    return np.stack(pooled).reshape(len(pooled), -1)


@cache
def clips(name: str) -> Clips:
    """Recordings by name.

    ``"human"`` (packaged): each digit once in English, Spanish, French, Italian and Russian,
    prompts of the Asterisk telephone exchange.  ``"synthetic"`` (packaged): English digits by ten
    voices of espeak-ng at two speeds.  ``"fsdd"``: the Free Spoken Digit Dataset, six people,
    50 takes of each digit; it has to be in the cache or in a mirror.
    """
    if name == "fsdd":
        entry = REGISTRY["spoken_digits"]
        (path,), _ = locate(entry)
        with contents.reading(path, entry):
            recorded = _read(path)
            contents.require_labels(path, entry, recorded.digit)
            if unheard := {name for pair in FOLDS for name in pair} - {*recorded.speaker.tolist()}:
                raise ValueError(f"no recordings of {', '.join(sorted(unheard))}")
            return recorded
    if name not in ("human", "synthetic"):
        raise ValueError(f"unknown clips {name!r}; there are human, synthetic and fsdd")
    with packaged(REGISTRY["spoken_digits"].sample) as path:
        clips = _read(path)
    is_human = np.char.find(clips.speaker, "_") >= 0  # en_US_f_Allison; espeak has en-us
    return clips.pick(is_human if name == "human" else ~is_human)


def _read(path: Path) -> Clips:
    names = ("audio", "offset", "speaker", "speaker_names", "label")
    arrays = contents.arrays(path, REGISTRY["spoken_digits"], names)
    audio = tuple(np.split(arrays["audio"], arrays["offset"][1:-1]))
    speaker = arrays["speaker_names"][arrays["speaker"]]
    take = arrays.get("index", np.zeros(len(audio), int)).astype(int)
    return Clips(audio, arrays["label"].astype(np.int64), speaker, take)


def load(entry: Entry, full: bool) -> Dataset:
    """Pictures of spoken digits; the speakers of ``test`` are in no other part.

    ``full`` is the first fold of the Free Spoken Digit Dataset (`fold`).  The packaged sample
    holds synthetic voices alone: seven to learn from, one for validation, two for the test.
    """
    if full:
        return fold()
    spoken = clips("synthetic")
    voices = np.unique(spoken.speaker)
    train, validation, test = (
        spoken.pick(np.isin(spoken.speaker, some)) for some in np.split(voices, (7, 8))
    )
    return _dataset(train, train, validation, test, "packaged sample (synthetic voices)")


def fold(unseen: tuple[str, str] = FOLDS[0]) -> Dataset:
    """The Free Spoken Digit Dataset with two speakers held out.

    ``unlabeled``: the other four, without the official test takes.  ``train``: three of these;
    ``validation``: the fourth, whose labels choose settings.  ``test``: all of the unseen two.
    Raises ValueError for a pair that is none of `FOLDS`.
    """
    if unseen not in FOLDS:
        raise ValueError(f"{unseen} is no fold; there are: {', '.join(map(str, FOLDS))}")
    _, source = locate(REGISTRY["spoken_digits"])
    spoken = clips("fsdd")
    seen = spoken.pick(~np.isin(spoken.speaker, unseen) & (spoken.take >= OFFICIAL_TEST))
    chooses = seen.speaker == VALIDATION[unseen[0]]
    test = spoken.pick(np.isin(spoken.speaker, unseen))
    return _dataset(seen, seen.pick(~chooses), seen.pick(chooses), test, source)


def _dataset(
    unlabeled: Clips, train: Clips, validation: Clips, test: Clips, source: str
) -> Dataset:
    entry = REGISTRY["spoken_digits"]
    images = pictures(unlabeled)
    grey = np.round(images * 255).astype(np.uint8)
    return Dataset(
        name=entry.name,
        classes=entry.classes,
        unlabeled=images,
        train=_split(train),
        validation=_split(validation),
        test=_split(test),
        official_test=None,
        source=source,
        sha256=hashlib.sha256(grey.tobytes()).hexdigest(),
    )


def _split(part: Clips) -> Split:
    """In mixed order: metrics that look at the first few see every digit."""
    order = np.random.default_rng(0).permutation(len(part))
    mixed = part.pick(order)
    return Split(pictures(mixed), mixed.digit)
