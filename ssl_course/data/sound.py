"""A packaged sound: one spoken word."""

import numpy as np

from ssl_course.data.fetch import packaged
from ssl_course.data.registry import File

_FILE = File("spoken_seven.npz", "d1fda1798cefbe04aab067a7047ae6467a6ef7a77960cad4d74d6b5e36f7abf4")


def spoken_seven() -> tuple[np.ndarray, int]:
    """The English word "seven": samples (n,), float32 in [−1, 1], and samples a second.

    Spoken by Allison Smith for Asterisk's core sounds (CC BY-SA 3.0).

    >>> audio, rate = spoken_seven()
    >>> rate, len(audio)
    (8000, 6561)
    """
    with packaged(_FILE) as path, np.load(path) as stored:
        return stored["audio"].astype(np.float32) / 32768, int(stored["rate"])
