"""Write book/exercise-list.md: every exercise and three syllabi, from the chapters themselves.

    python -m coursekit.exercise_list

Weeks are in assignments/syllabus.toml.  Raises SystemExit if that file names a page without
exercises or leaves a chapter out of the longest course.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import jupytext
import yaml

from coursekit import BOOK, ROOT, student
from coursekit.assignment import chapters

PAGE = BOOK / "exercise-list.md"
SYLLABUS = ROOT / "assignments" / "syllabus.toml"
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


def syllabi() -> list[dict]:
    """The courses of assignments/syllabus.toml."""
    return tomllib.loads(SYLLABUS.read_text(encoding="utf-8"))["course"]


def problems(known: dict[str, Chapter], courses: list[dict]) -> list[str]:
    """What is wrong with the syllabi."""
    named = [{page for week in course["weeks"] for page in week} for course in courses]
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
        lines += ["", f"### {course['title']}", "", course["for"], "", *_weeks(known, course)]
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
    lines = ["| week | pages | reading | exercises | hours |", "|---:|---|---:|---:|---:|"]
    for number, pages in enumerate(course["weeks"], 1):
        read = [known[name] for name in pages]
        links = ", ".join(f"[{known[name].title}]({name}.md)" for name in pages)
        reading = sum(one.reading for one in read)
        work = sum(exercise.minutes for one in read for exercise in one.exercises)
        # Running, changing and watching the cells takes about as long as reading them.
        hours = (2 * reading + work) / 60
        lines.append(f"| {number} | {links} | {reading} min | {work} min | {hours:.1f} |")
    return lines


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args(arguments)
    known = {name: chapter(source) for name, source in chapters().items()}
    if wrong := problems(known, syllabi()):
        sys.exit("\n".join(wrong))
    PAGE.write_text(page(known, syllabi()), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
