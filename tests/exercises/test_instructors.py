"""The page for instructors: what it shows is what the commands print; its lists are complete."""

import re
import subprocess
import tomllib

import pytest
from mutants import MUTANTS
from submissions import answered, hand_in, read, run, solutions

from coursekit import ROOT, exercise_list

PAGE = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
WEEK = {"03-5": "03-5-contrastive", "04": "04-mathematics"}


def shown(kind: str) -> list[str]:
    """The blocks of one kind on the page."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.M | re.S)


def printed(text: str, course) -> str:
    """Output of a command with the course's folder as the page has it."""
    return text.replace(str(course), "assignments/course")


@pytest.fixture(scope="module")
def walk(forked, tmp_path_factory):
    """The walk of the page: a course folder, and what each command printed."""
    course = tmp_path_factory.mktemp("course")
    made = run(course, "create", "week3", *WEEK)
    assert made.returncode == 0, made.stderr
    for chapter in WEEK.values():
        source, release = (read(course, stage, "week3", chapter) for stage in ("source", "release"))
        hand_in(course, "ada", "week3", chapter, answered(release, source))
        if chapter == "04-mathematics":
            wrong = next(mutant for mutant in MUTANTS if mutant.exercise == "04-c")
            cell = solutions(source)["04-c"]
            cell.source = cell.source.replace(wrong.old, wrong.new)
            hand_in(course, "ben", "week3", chapter, answered(release, source))
    graded = run(course, "grade", "week3")
    assert graded.returncode == 0, graded.stderr
    return course, made.stdout, graded.stdout


def test_commands_print_what_the_page_shows(walk):
    course, made, graded = walk
    blocks = shown("console")
    assert [block.splitlines()[0] for block in blocks[:2]] == [
        f'$ make assignment NAME=week3 CHAPTERS="{" ".join(WEEK)}"',
        "$ make grade NAME=week3",
    ]
    for block, output in zip(blocks[:2], (made, graded), strict=True):
        assert block.split("\n", 1)[1] == printed(output, course)


def test_marks_are_those_of_the_page(walk):
    course, _, _ = walk
    assert shown("text")[0] == (course / "week3-marks.csv").read_text(encoding="utf-8")


def test_release_for_marks_leaves_out_what_the_page_solves(tmp_path):
    assert run(tmp_path, "create", "week3", "04", "--for-marks").returncode == 0
    release = read(tmp_path, "release", "week3", "04-mathematics")
    kinds = {f"04-{e.letter}": e.for_marks for e in chapters()["04-mathematics"].exercises}
    assert set(solutions(release)) == {name for name, for_marks in kinds.items() if for_marks}


def chapters():
    return {name: exercise_list.chapter(path) for name, path in exercise_list.chapters().items()}


def test_list_of_exercises_is_in_step():
    expected = exercise_list.page(chapters(), exercise_list.syllabi())
    assert exercise_list.PAGE.read_text(encoding="utf-8") == expected, "run: make sync"


def test_syllabi_are_complete():
    assert exercise_list.problems(chapters(), exercise_list.syllabi()) == []
    assert [len(course["weeks"]) for course in exercise_list.syllabi()] == [4, 8, 12]


@pytest.mark.parametrize("reader", ["programmer", "student"])
def test_hours_of_the_ways_through_the_book_are_those_of_its_pages(reader):
    """Chapter 1 promises hours; reading and exercises of the pages that it names add up to them."""
    text = (ROOT / "book" / "01-background.md").read_text(encoding="utf-8")
    ((pages, said),) = re.findall(
        rf"^\| a \*\*{reader}\*\* .*?\| (.*?) \| (\d+) hours \|$", text, re.M
    )
    known = chapters()
    named = ["01-background", *re.findall(r"\((\d[\w-]*)\.md\)", pages)]
    read = known.values() if pages.startswith("all") else [known[name] for name in named]
    minutes = sum(one.reading + sum(e.minutes for e in one.exercises) for one in read)
    assert int(said) == pytest.approx(minutes / 60, rel=0.15)


def test_faults_of_a_syllabus_are_found():
    courses = [{"weeks": [["01-background", "99-nowhere"]]}]
    found = exercise_list.problems(chapters(), courses)
    assert "no page 99-nowhere" in found
    assert "the longest course leaves out 04-mathematics" in found


def test_hours_are_those_of_the_pages_the_choice_and_the_project():
    def page(reading, minutes):
        exercise = exercise_list.Exercise("a", "one", minutes, 1, 3, False)
        return exercise_list.Chapter("A page", reading, (), (exercise,))

    known = {"first": page(30, 60), "short": page(15, 30), "long": page(60, 60)}
    course = {"weeks": [["first"], [{"choose": 1, "of": ["long", "short"]}]], "project": [0, 2]}
    told, _, head, _, first, second = exercise_list._weeks(known, course)
    # Twice the reading and the exercises: 2 hours; then 1 or 3 hours, and 2 of the project.
    assert told == "From 2.0 to 5.0 hours a week, 5–7 in all."
    assert head == "| week | pages | reading | exercises | project | hours |"
    assert first == "| 1 | [A page](first.md) | 30 min | 60 min | 0 h | 2.0 |"
    assert second.startswith("| 2 | *1 of:* [A page](long.md), [A page](short.md) |")
    assert second.endswith("| 15–60 min | 30–60 min | 2 h | 3.0–5.0 |")


def test_forty_exercises_and_two_on_each_page():
    counts = {name: len(chapter.exercises) for name, chapter in chapters().items()}
    assert min(counts.values()) >= 2
    assert sum(counts.values()) >= 40


def test_settings_that_the_page_names_are_there():
    tomllib.loads(exercise_list.SYLLABUS.read_text(encoding="utf-8"))
    for path in re.findall(r"`((?:coursekit|assignments|tests)/[\w./-]+)`", PAGE):
        if "course" not in path:
            assert (ROOT / path).exists(), path


def test_exchange_of_a_hub(walk, tmp_path, monkeypatch):
    """Release, fetch, submit and collect with nbgrader's own commands, on a folder."""
    course, exchange, desk = walk[0], tmp_path / "exchange", tmp_path / "desk"
    exchange.mkdir()
    exchange.chmod(0o777)
    desk.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    settings = (ROOT / "assignments" / "nbgrader_config.py").read_text(encoding="utf-8")
    for folder in (course, desk):
        (folder / "nbgrader_config.py").write_text(
            f"{settings}\nc.Exchange.root = '{exchange}'\n", encoding="utf-8"
        )

    def nbgrader(folder, *command):
        subprocess.run(["nbgrader", *command], cwd=folder, check=True, capture_output=True)

    nbgrader(course, "release_assignment", "week3")
    nbgrader(desk, "fetch_assignment", "week3")
    nbgrader(desk, "submit", "week3")
    nbgrader(course, "collect", "week3")
    (collected,) = set((course / "submitted").glob("*/week3")) - {
        course / "submitted" / student / "week3" for student in ("ada", "ben")
    }
    assert {path.stem for path in collected.glob("*.ipynb")} == set(WEEK.values())
