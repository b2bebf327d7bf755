"""One line for each thing that is done, and on a terminal a bar below them."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

WIDTH = 30


class Bar:
    """A bar over ``total`` steps; in a log, where lines stay, the lines alone.

    >>> with Bar(2, "cutting", stream=sys.stdout) as bar:
    ...     bar.step("first")
    ...     bar.step("second")
    [1/2] first
    [2/2] second
    """

    def __init__(self, total: int, what: str, stream: TextIO | None = None):
        self.total, self.what = total, what
        self.stream = stream or sys.stderr
        self.done, self.began = 0, time.monotonic()

    def __enter__(self) -> Bar:
        self._draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wipe()

    def step(self, line: str) -> None:
        """One step is done; ``line`` says which."""
        self.done += 1
        self.note(f"[{self.done}/{self.total}] {line}")

    def note(self, line: str) -> None:
        """Print a line above the bar."""
        self._wipe()
        print(line, file=self.stream, flush=True)
        if self.done < self.total:
            self._draw()

    def _draw(self) -> None:
        if self.stream.isatty():
            full = WIDTH * self.done // max(self.total, 1)
            seconds = time.monotonic() - self.began
            bar = "█" * full + "░" * (WIDTH - full)
            self.stream.write(f"{self.what} {bar} {self.done}/{self.total} {seconds:.0f} s")
            self.stream.flush()

    def _wipe(self) -> None:
        if self.stream.isatty():
            self.stream.write("\r\033[2K")
            self.stream.flush()
