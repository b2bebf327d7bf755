"""A packaged sound: one spoken word."""

from importlib import resources

import numpy as np

from ssl_course.data.fetch import verify

_SHA256 = "d1fda1798cefbe04aab067a7047ae6467a6ef7a77960cad4d74d6b5e36f7abf4"


def spoken_seven() -> tuple[np.ndarray, int]:
    """The English word "seven": samples (n,), float32 in [−1, 1], and samples a second.

    Spoken by Allison Smith for Asterisk's core sounds (CC BY-SA 3.0).

    >>> audio, rate = spoken_seven()
    >>> rate, len(audio)
    (8000, 6561)
    """
    resource = resources.files("ssl_course.data") / "samples" / "spoken_seven.npz"
    with resources.as_file(resource) as path:
        verify(path, _SHA256, "It is part of the installed course: install ssl_course again.")
        with np.load(path) as stored:
            return stored["audio"].astype(np.float32) / 32768, int(stored["rate"])
