"""What this machine gives: processors and memory."""

from __future__ import annotations

import os


def workers() -> int:
    """How many kernels may run side by side."""
    return max(1, len(os.sched_getaffinity(0)))
