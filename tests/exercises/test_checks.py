"""Self-check in the notebook: the visible checks, and a hint in place of the solution."""

import json
import re

import pytest
from test_grading import CHAPTERS, solutions

from coursekit import assignment, checks
from ssl_course import exercises

KNOWN = json.loads(checks.FILE.read_text(encoding="utf-8"))


def test_file_is_in_step_with_the_chapters():
    assert checks.FILE.read_text(encoding="utf-8") == checks.everything(), "run: make sync"


def test_every_exercise_is_known_and_nothing_secret():
    graded = {
        grade_id
        for page in CHAPTERS.values()
        for grade_id in solutions(assignment.assignment(page))
    }
    assert {name.replace(".", "-") for name in KNOWN} == graded
    text = checks.FILE.read_text(encoding="utf-8")
    assert "BEGIN" not in text
    assert "END" not in re.sub(r"\w*END\w+", "", text)
    for exercise in KNOWN.values():
        assert exercise["names"]
        assert "assert" in exercise["checks"]
        assert len(exercise["hints"]) == 2


def answers(identifier, code):
    """The functions of an exercise, made by some code in the chapter's set-up."""
    scope = {}
    exec(KNOWN[identifier]["setup"], scope)
    exec(code, scope)
    return [scope[name] for name in KNOWN[identifier]["names"]]


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
    assert KNOWN[identifier]["hints"][0] in told
    secret = re.search(r"### BEGIN SOLUTION\n(.*?)\n *### END SOLUTION", code, re.S)[1]
    assert secret.strip() not in told


def test_an_answer_that_raises_is_told_what():
    told = exercises.check("01.a", lambda *_: 1 / 0).data
    assert "ZeroDivisionError" in told


def test_unknown_exercise_and_wrong_number_of_answers():
    with pytest.raises(KeyError, match=r"no exercise '77.a'"):
        exercises.check("77.a")
    with pytest.raises(TypeError, match="asks for reconstruction_errors, worst; 1 given"):
        exercises.check("05.b", len)
