"""Hold the outputs of a run against those that are stored, to the letter or within a tolerance."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from coursekit.pairs import slim

IGNORE = "nbval-ignore-output"
PRINTED = "coursekit-printed"
"""Tag of cells of which only what they print is stored: the targets of exercises."""
TOLERANCE = re.compile(r"approx-(\d+)pct")
NUMBER = re.compile(r"[-+−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def tolerance(tags: Iterable[str]) -> float:
    """What the tag ``approx-2pct`` of a cell allows: .02; 0 without one."""
    found = [TOLERANCE.fullmatch(tag) for tag in tags]
    return max((int(match[1]) / 100 for match in found if match), default=0.0)


def difference(stored: list[dict], received: list[dict], tags: Iterable[str] = ()) -> str | None:
    """What differs between two lists of outputs, as lines; None if nothing does.

    Only what a pair stores is compared: text, no pictures and no messages on stderr.  With a
    tolerance, every number may differ by that share of itself, or of one if it is smaller.
    """
    tags = list(tags)
    if IGNORE in tags:
        return None
    if PRINTED in tags:
        received = [output for output in received if output["output_type"] == "stream"]
    before, after = _texts(stored), _texts(received)
    allowed = tolerance(tags)
    if before == after or (allowed and _alike("\n".join(before), "\n".join(after), allowed)):
        return None
    lines = difflib.unified_diff(
        "\n".join(before).splitlines(),
        "\n".join(after).splitlines(),
        "stored",
        "now",
        "",
        "",
        0,
        "",
    )
    return "\n".join(list(lines)[2:])


def _texts(outputs: list[dict]) -> list[str]:
    """What is compared of each output, in order; streams that follow each other are one."""
    texts: list[str] = []
    stream = False
    for output in map(slim, outputs):
        if output is None:
            continue
        if output["output_type"] == "stream":
            if stream:
                texts[-1] += output["text"]
            else:
                texts.append(output["text"])
            stream = True
            continue
        stream = False
        texts += [f"{kind}: {content}" for kind, content in sorted(output.get("data", {}).items())]
    return [text.rstrip() for text in texts if text.strip()]


def _alike(before: str, after: str, allowed: float) -> bool:
    if _words(before) != _words(after):
        return False
    pairs = zip(
        map(_value, NUMBER.findall(before)), map(_value, NUMBER.findall(after)), strict=True
    )
    return all(abs(a - b) <= allowed * max(1.0, abs(a)) for a, b in pairs)


def _words(text: str) -> str:
    """The text with a mark for every number; how wide columns are does not count."""
    return re.sub(r"[\s-]+", " ", NUMBER.sub("#", text))


def _value(number: str) -> float:
    return float(number.replace(",", "").replace("−", "-"))
