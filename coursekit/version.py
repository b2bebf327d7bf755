"""The version of the course: one number, in every place that has to name it.

    python -m coursekit.version                 # show it; fail if a place names another one
    python -m coursekit.version 0.3.0           # set it everywhere, with today as its date
    python -m coursekit.version --tag v0.3.0    # fail if it is not the one of this tag
    python -m coursekit.version --news          # what the changelog says of it

``ssl_course.__version__`` is the number.  README.md, CITATION.cff and CHANGELOG.md repeat it, and
each page of the book installs the tag of that name and links to its files.  The paired notebooks
follow with ``make sync``.
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
        root / "README.md": re.compile(rf"(?<=\nVersion ){NUMBER}"),
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


def current() -> str:
    """The number, read without importing the package."""
    path, pattern = next(iter(places().items()))
    return pattern.search(_read(path))[0]


def disagreements(number: str) -> list[str]:
    """Every place that names another version, in a sentence."""
    found = {path: named(path, pattern) for path, pattern in places().items()}
    return [
        f"{path.relative_to(ROOT)} names {', '.join(sorted(numbers)) or 'no version'}, not {number}"
        for path, numbers in found.items()
        if numbers != {number}
    ]


def news(number: str) -> str:
    """What the changelog says of a release."""
    section = re.search(
        rf"^## \[{re.escape(number)}\].*?\n(.*?)(?=^## \[|\Z)",
        _read(ROOT / "CHANGELOG.md"),
        re.S | re.M,
    )
    return section[1].strip()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("number", nargs="?", help="the new version; default: show and check")
    parser.add_argument("--tag", help="fail if the version is not the one of this tag")
    parser.add_argument("--news", action="store_true", help="print what the changelog says of it")
    given = parser.parse_args(arguments)
    if given.number:
        try:
            set_to(given.number, date.today())
        except ValueError as error:
            parser.error(str(error))
        print(f"Every place names {given.number} now. Next: make sync, and a look at the diff.")
        return 0
    number = current()
    if given.news:
        print(news(number))
        return 0
    print(f"ssl_course {number}")
    problems = disagreements(number)
    if given.tag not in (None, f"v{number}"):
        problems.append(f"The tag is {given.tag}, the version {number}.")
    print(*problems, sep="\n", end="\n" if problems else "")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
