"""Self-check in the notebook: the visible checks, and a hint in place of the solution."""

import ast
import inspect
import random
import re
from importlib import import_module

import keras
import numpy as np
import pytest
from submissions import CHAPTERS, SECRET, solutions

from coursekit import assignment, checks
from ssl_course import exercises
from ssl_course.course.checks import Exercise

KNOWN = {
    f"{name.removeprefix('ch_').replace('_', '-')}.{letter}": exercise
    for name in map(checks.name, CHAPTERS.values())
    for letter, exercise in import_module(f"ssl_course.course.checks.{name}").EXERCISES.items()
}


def texts(folder):
    return {file.name: file.read_text(encoding="utf-8") for file in folder.glob("ch_*.py")}


def test_modules_are_in_step_with_the_chapters(tmp_path):
    (tmp_path / "ch_99.py").touch()  # of a chapter that is gone
    checks.write(tmp_path)
    assert texts(checks.FOLDER) == texts(tmp_path), "run: make sync"


def test_every_exercise_is_known_and_nothing_secret():
    graded = {
        grade_id
        for page in CHAPTERS.values()
        for grade_id in solutions(assignment.assignment(page))
    }
    assert {name.replace(".", "-") for name in KNOWN} == graded
    for text in texts(checks.FOLDER).values():
        assert "HIDDEN" not in text
        assert "SOLUTION" not in text


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_module_says_what_the_chapter_says(chapter):
    """Wrapped and moved into a function, checks and hints are still those of the chapter."""
    source = CHAPTERS[chapter]
    tree = ast.parse((checks.FOLDER / f"{checks.name(source)}.py").read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    module = import_module(f"ssl_course.course.checks.{checks.name(source)}")
    for letter, found in checks.of_chapter(source)[1].items():
        written = [ast.dump(statement) for statement in functions[f"check_{letter}"].body]
        assert written == [ast.dump(statement) for statement in ast.parse(found.checks).body]
        exercise = module.EXERCISES[letter]
        assert exercise == Exercise(tuple(found.names), exercise.check, tuple(found.hints))
        assert len(exercise.hints) == 2


def test_of_a_set_up_only_what_is_used():
    setup = """
import numpy as np, math
from keras import layers, ops
import pandas as pd

np.random.seed(0)
rows = np.ones(3)
def unused():
    return pd
def double(x):  # as the page says
    return ops.add(x, rows)
"""
    assert checks.needed(setup, {"double", "print"}) == (
        "import numpy as np\nfrom keras import ops\nrows = np.ones(3)\n"
        "def double(x):  # as the page says\n    return ops.add(x, rows)"
    )


def answers(identifier, code):
    """The functions of an exercise, made by some code in the chapter's set-up."""
    setup, _ = checks.of_chapter(assignment.find(identifier.partition(".")[0]))
    scope = {}
    exec(setup, scope)
    exec(code, scope)
    return [scope[name] for name in KNOWN[identifier].names]


def solution(identifier):
    number, _, letter = identifier.partition(".")
    page = assignment.find(number)
    return solutions(assignment.assignment(page))[f"{number}-{letter}"].source


@pytest.mark.parametrize("identifier", KNOWN)
def test_solution_passes_and_stub_gets_a_hint(identifier):
    code = solution(identifier)
    passed = exercises.check(identifier, *answers(identifier, code))
    assert passed.data == "**The visible checks pass.**"
    stub = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "return None", code, flags=re.S)
    told = exercises.check(identifier, *answers(identifier, stub)).data
    assert told.startswith("**Not yet.**")
    assert KNOWN[identifier].hints[0] in told
    assert SECRET.search(code)[1].strip() not in told


def corrupt_in_place(images, std, seed):
    """A wrong answer to 5.a that NumPy refuses."""
    wrong = images.reshape(7)
    return wrong + std


class Sum:
    """An answer that is a class, and fails in a method."""

    def __init__(self, *_, **__):
        self.total = sum(["a"])


def test_an_error_names_the_line_of_the_learner():
    told = exercises.check("05.a", corrupt_in_place).data
    assert "ValueError: cannot reshape array" in told
    line = inspect.getsourcelines(corrupt_in_place)[1] + 2
    assert f"in `corrupt_in_place`, line {line} of its cell: `wrong = images.reshape(7)`" in told
    told = exercises.check("05.a", Sum).data
    assert "TypeError: unsupported operand" in told
    line = inspect.getsourcelines(Sum)[1] + 4
    assert f"in `__init__`, line {line} of its cell: `self.total = sum" in told


def test_an_untouched_stub_is_not_written_yet():
    def corrupt(images, std, seed):
        raise NotImplementedError()

    told = exercises.check("05.a", corrupt).data
    assert told.startswith("**Not yet.** `corrupt` is not written yet.\n\n*Hint.*")


def test_an_assertion_of_the_learner_is_no_reason_of_the_check():
    def corrupt(images, std, seed):
        assert std > 1
        return images

    told = exercises.check("05.a", corrupt).data
    assert re.match(r"\*\*Not yet\.\*\* `AssertionError.*` in `corrupt`, line", told)


def test_an_error_outside_the_learners_code():
    told = exercises.check("05.a", len).data
    assert told.startswith("**Not yet.** `TypeError: len() takes no keyword arguments`\n")


def test_seeds_stay_as_they_were():
    def corrupt(images, std, seed):
        keras.utils.set_random_seed(seed)
        noise = np.random.normal(0, std, images.shape)  # noqa: NPY002
        return (images + noise).astype(images.dtype)

    def state():
        return random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002

    before = state()
    assert exercises.check("05.a", corrupt).data == "**The visible checks pass.**"
    assert state() == before


def test_unknown_exercise_and_wrong_number_of_answers():
    with pytest.raises(KeyError, match=r"no exercise '77.a'; there are: 01.a, 02.a, 03-1.a"):
        exercises.check("77.a")
    with pytest.raises(KeyError, match=r"no exercise '05.z'; there are: 05.a, 05.b"):
        exercises.check("05.z")
    with pytest.raises(TypeError, match="asks for reconstruction_errors, worst; 1 given"):
        exercises.check("05.b", len)
