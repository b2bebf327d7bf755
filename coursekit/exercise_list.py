"""Write book/exercise-list.md: every exercise and three syllabi, from the chapters themselves.

    python -m coursekit.exercise_list

Weeks are in assignments/syllabus.toml, the project's brief in assignments/project.md; hours are
computed from what the pages say.  Raises SystemExit if the syllabus names a page without exercises
or leaves a chapter out of the longest course.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jupytext
import yaml

from coursekit import BOOK, ROOT, student
from coursekit.assignment import chapters

PAGE = BOOK / "exercise-list.md"
SYLLABUS = ROOT / "assignments" / "syllabus.toml"
PROJECT = ROOT / "assignments" / "project.md"
LEVELS = {1: "apply", 2: "think", 3: "hard"}


@dataclass(frozen=True)
class Exercise:
    """One exercise: its letter and title, minutes, level from 1 to 3, points, and its kind."""

    letter: str
    title: str
    minutes: int
    level: int
    points: int
    for_marks: bool


@dataclass(frozen=True)
class Chapter:
    """What an instructor asks about a chapter."""

    title: str
    reading: int
    objectives: tuple[str, ...]
    exercises: tuple[Exercise, ...]

    @property
    def work(self) -> int:
        """Minutes of all its exercises."""
        return sum(exercise.minutes for exercise in self.exercises)

    @property
    def hours(self) -> float:
        """Running, changing and watching the cells takes about as long as reading them."""
        return (2 * self.reading + self.work) / 60


def chapter(source: Path) -> Chapter:
    """Read a page."""
    text = source.read_text(encoding="utf-8")
    course = yaml.safe_load(text.split("---")[1])["course"]
    titles = dict(re.findall(r"^### Exercise [\d.]+\.([a-z]): (.*)$", text, re.M))
    exercises, for_marks = [], False
    for cell in jupytext.read(source).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            for_marks = student.is_for_marks(cell)
        elif about.get("grade"):
            letter = about["grade_id"].removesuffix("-tests").rpartition("-")[2]
            times = course["exercises"][letter]
            exercises.append(
                Exercise(
                    letter, titles[letter], points=about["points"], for_marks=for_marks, **times
                )
            )
    return Chapter(
        re.search(r"^# (.*)$", text, re.M)[1],
        course["minutes"]["reading"],
        tuple(course["objectives"].values()),
        tuple(exercises),
    )


Part = str | dict
"""A page of a week, or ``{choose = 1, of = [pages]}``."""


def options(part: Part) -> tuple[int, list[str]]:
    """How many of which pages are read."""
    return (1, [part]) if isinstance(part, str) else (part["choose"], part["of"])


def syllabi() -> list[dict]:
    """The courses of assignments/syllabus.toml."""
    return tomllib.loads(SYLLABUS.read_text(encoding="utf-8"))["course"]


def problems(known: dict[str, Chapter], courses: list[dict]) -> list[str]:
    """What is wrong with the syllabi."""
    named = [
        {page for week in course["weeks"] for part in week for page in options(part)[1]}
        for course in courses
    ]
    unknown = [f"no page {page}" for pages in named for page in sorted(pages - known.keys())]
    missing = sorted(known.keys() - max(named, key=len))
    return unknown + [f"the longest course leaves out {page}" for page in missing]


def page(known: dict[str, Chapter], courses: list[dict]) -> str:
    """The page as MyST."""
    everything = [exercise for one in known.values() for exercise in one.exercises]
    marks = sum(exercise.for_marks for exercise in everything)
    lines = [
        "# Exercises and syllabi",
        "",
        "% Written by coursekit.exercise_list from the chapters and assignments/syllabus.toml.",
        "",
        f"{len(everything)} exercises, all of them checked by nbgrader.",
        f"{marks} are *for marks*: neither page nor notebook has their solution.",
        f"{len(everything) - marks} are *for self-study*: the page has their solution, folded.",
        "Minutes are the authors' estimate for a student who has read the chapter.",
        "",
        "## Syllabi",
    ]
    for course in courses:
        lines += ["", f"### {course['title']}", "", course["for"], *_weeks(known, course)]
    lines += ["", PROJECT.read_text(encoding="utf-8").strip()]
    lines += ["", "## Exercises by chapter"]
    for name, one in known.items():
        lines += ["", f"### [{one.title}]({name}.md)", ""]
        lines += [f"- {objective}" for objective in one.objectives]
        lines += [
            "",
            "| | exercise | kind | level | minutes | points |",
            "|---|---|---|---|---:|---:|",
        ]
        lines += [
            f"| {e.letter} | {e.title} | {'for marks' if e.for_marks else 'self-study'} "
            f"| {LEVELS[e.level]} | {e.minutes} | {e.points} |"
            for e in one.exercises
        ]
    return "\n".join(lines) + "\n"


def _weeks(known: dict[str, Chapter], course: dict) -> list[str]:
    project = course.get("project", [0] * len(course["weeks"]))
    rows, hours = [], []
    for number, (week, own) in enumerate(zip(course["weeks"], project, strict=True), 1):
        reading = _range(known, week, lambda one: one.reading)
        work = _range(known, week, lambda one: one.work)
        low, high = (value + own for value in _range(known, week, lambda one: one.hours))
        hours.append((low, high))
        cells = [f"{number}", "; ".join(_links(known, part) for part in week)]
        cells += [f"{_dash(*reading)} min", f"{_dash(*work)} min"]
        cells += [f"{own} h"] * ("project" in course)
        rows.append("| " + " | ".join([*cells, _dash(low, high, ".1f")]) + " |")
    head = ["week", "pages", "reading", "exercises", *["project"] * ("project" in course), "hours"]
    least, most = (sum(ends) for ends in zip(*hours, strict=True))
    lightest, heaviest = min(low for low, _ in hours), max(high for _, high in hours)
    return [
        f"From {lightest:.1f} to {heaviest:.1f} hours a week, {_dash(least, most, '.0f')} in all.",
        "",
        "| " + " | ".join(head) + " |",
        "|---:|---|" + "---:|" * (len(head) - 2),
        *rows,
    ]


def _links(known: dict[str, Chapter], part: Part) -> str:
    count, pages = options(part)
    links = ", ".join(f"[{known[name].title}]({name}.md)" for name in pages)
    return links if isinstance(part, str) else f"*{count} of:* {links}"


def _range(
    known: dict[str, Chapter], week: list[Part], of: Callable[[Chapter], float]
) -> tuple[float, float]:
    """Least and most that a week's pages take, by what is chosen."""
    least = most = 0.0
    for part in week:
        count, pages = options(part)
        values = sorted(of(known[name]) for name in pages)
        least, most = least + sum(values[:count]), most + sum(values[-count:])
    return least, most


def _dash(low: float, high: float, form: str = ".0f") -> str:
    ends = dict.fromkeys((format(low, form), format(high, form)))
    return "–".join(ends)


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args(arguments)
    known = {name: chapter(source) for name, source in chapters().items()}
    if wrong := problems(known, syllabi()):
        sys.exit("\n".join(wrong))
    PAGE.write_text(page(known, syllabi()), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
