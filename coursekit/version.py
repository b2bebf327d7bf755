"""The version of the course: one number, in every place that has to name it.

    python -m coursekit.version          # show it; fail if a place names another one
    python -m coursekit.version 0.3.0    # set it everywhere, with today as its date

``ssl_course.__version__`` is the number.  CITATION.cff and CHANGELOG.md repeat it, and each page
of the book installs the tag of that name and links to its files.  The paired notebooks follow
with ``make sync``.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from datetime import date
from pathlib import Path

from coursekit import ROOT

NUMBER = r"\d+\.\d+\.\d+"
UNRELEASED = "## [Unreleased]\n"


def repository() -> str:
    """The address of the public repository, from pyproject.toml, the one place that holds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"]


def in_page() -> re.Pattern[str]:
    """A version in a page or notebook: what its first cell installs, and its links to files."""
    name = re.escape(repository().removeprefix("https://github.com/"))
    return re.compile(rf"(?:(?<={name}@v)|(?<={name}/blob/v)){NUMBER}")


def places(root: Path = ROOT) -> dict[Path, re.Pattern[str]]:
    """Every source that names the version, with a pattern that matches the number in it."""
    pages = [path for path in sorted((root / "book").glob("*.md")) if in_page().search(_read(path))]
    return {
        root / "ssl_course" / "__init__.py": re.compile(rf'(?<=__version__ = "){NUMBER}'),
        root / "CITATION.cff": re.compile(rf"(?<=\nversion: ){NUMBER}"),
        root / "CHANGELOG.md": re.compile(rf"(?<=\n## \[){NUMBER}"),
    } | dict.fromkeys(pages, in_page())


def named(path: Path, pattern: re.Pattern[str]) -> set[str]:
    """The versions that a place names; a changelog counts by its latest release."""
    found = pattern.findall(_read(path))
    return set(found[:1] if path.name == "CHANGELOG.md" else found)


def set_to(number: str, day: date, root: Path = ROOT) -> None:
    """Write a new number into every place, and its date where there is one.

    Raises ValueError if this is no version number, or if the changelog says nothing new.
    """
    if not re.fullmatch(NUMBER, number):
        raise ValueError(f"{number!r} is no version; write three numbers, such as 0.3.0")
    changelog = root / "CHANGELOG.md"
    news = _read(changelog).partition(UNRELEASED)[2].partition("\n## [")[0]
    if not news.strip():
        raise ValueError("CHANGELOG.md has nothing under [Unreleased]: write there what is new")
    for path, pattern in places(root).items():
        if path != changelog:
            _write(path, pattern.sub(number, _read(path)))
    citation = root / "CITATION.cff"
    _write(citation, re.sub(r'(?<=date-released: ")[\d-]+', day.isoformat(), _read(citation)))
    heading = f"{UNRELEASED}\n## [{number}] - {day.isoformat()}\n"
    _write(changelog, _read(changelog).replace(UNRELEASED, heading, 1))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("number", nargs="?", help="the new version; default: show and check")
    number = parser.parse_args().number
    if number:
        try:
            set_to(number, date.today())
        except ValueError as error:
            parser.error(str(error))
        print(f"Every place names {number} now. Next: make sync, then commit and tag v{number}.")
        return 0
    (current,) = named(*next(iter(places().items())))
    others = {path: named(path, pattern) for path, pattern in places().items()}
    wrong = [path for path, versions in others.items() if versions != {current}]
    print(f"ssl_course {current}")
    for path in wrong:
        print(f"{path.relative_to(ROOT)} names {', '.join(sorted(others[path])) or 'none'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
