"""Open every outside address that the book and its references give: which are dead?

    python -m coursekit.links        # for a machine with the internet; minutes

Dead is what a server does not know (404, 410), a site that is not there, and what does not answer
three times.  Sites that turn programs away are counted, not blamed.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from coursekit import BOOK, ROOT, version
from ssl_course.chapters import bibliography

LINK = re.compile(r"\]\((https?://[^\s)]+)\)|<(https?://[^\s>]+)>")
AGENT = {"User-Agent": "Mozilla/5.0 (compatible; link check of a course)"}
REFUSED = {401, 403, 405, 406, 418, 429}
"""Answers of a site that is there and wants no programs."""
TRIES = 3
SECONDS = 30
PAUSE = 1.0
"""Between two requests to one site."""


def addresses(pages: Iterable[Path]) -> dict[str, str]:
    """Every outside address, with where it stands; those of our own files are tested elsewhere."""
    own = version.repository().removeprefix("https://")
    found = {entry.address: entry.key for entry in bibliography.bibliography()}
    for page in pages:
        for groups in LINK.findall(page.read_text(encoding="utf-8")):
            found.setdefault("".join(groups), page.name)
    own_or_colab = re.compile(rf"{re.escape(own)}|colab\.research\.google\.com/github")
    return {
        address: place
        for address, place in found.items()
        if address.startswith("http") and not own_or_colab.search(address)
    }


def answer(address: str, tries: int = TRIES, pause: float = PAUSE) -> int | str:
    """The status that an address answers with, or why there is none."""
    request = urllib.request.Request(address, headers=AGENT)
    said: int | str = "not asked"
    for attempt in range(tries):
        time.sleep(pause * attempt)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                return response.status
        except urllib.error.HTTPError as error:
            said = error.code
            if said < 500:
                return said
        except OSError as error:
            said = str(getattr(error, "reason", error))
    return said


def is_dead(said: int | str) -> bool:
    return isinstance(said, str) or (said >= 400 and said not in REFUSED)


def ask(wanted: Iterable[str], pause: float = PAUSE) -> dict[str, int | str]:
    """The answer of every address; sites side by side, the pages of one site one by one."""
    sites = defaultdict(list)
    for address in wanted:
        sites[urlsplit(address).netloc].append(address)

    def one_by_one(group: list[str]) -> list[tuple[str, int | str]]:
        answers = []
        for address in group:
            answers.append((address, answer(address, pause=pause)))
            time.sleep(pause)
        return answers

    with ThreadPoolExecutor(16) as pool:
        return dict(pair for group in pool.map(one_by_one, sites.values()) for pair in group)


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(description=__doc__.split("\n")[0]).parse_args(arguments)
    places = addresses([*sorted(BOOK.glob("*.md")), *sorted(ROOT.glob("*.md"))])
    answers = ask(places)
    dead = {address: said for address, said in answers.items() if is_dead(said)}
    for address, said in sorted(dead.items()):
        print(f"{places[address]}: {address} ({said})")
    refused = sum(said in REFUSED for said in answers.values())
    print(f"{len(answers)} addresses: {len(dead)} dead, {refused} turn programs away")
    return int(bool(dead))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
