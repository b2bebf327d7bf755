"""Quizzes that answer in the page, and checks for exercise cells."""

from __future__ import annotations

import html
import random
import tomllib
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module, resources
from pkgutil import iter_modules

import numpy as np
from IPython.display import HTML, Markdown

from ssl_course.course import checks
from ssl_course.course.checks import Exercise


def quiz(identifier: str) -> HTML:
    """Show one question of the quiz bank, for example ``quiz("05.predict")``.

    Every choice unfolds its explanation; no script and no kernel is needed.
    Raises KeyError for an unknown question.
    """
    chapter, _, name = identifier.partition(".")
    question = bank(chapter)[name]
    choices = "".join(
        f"<details><summary>{_inline(choice['text'])}</summary>"
        f"<p><strong>{'Right.' if choice.get('right') else 'No.'}</strong> "
        f"{_inline(choice['why'])}</p></details>"
        for choice in question["choices"]
    )
    return HTML(
        f'<div class="ssl-quiz" role="group" aria-label="Quiz">'
        f"<p><strong>{_inline(question['question'])}</strong></p>{choices}</div>"
    )


def check(identifier: str, *answers: Callable) -> Markdown:
    """Run the visible checks of an exercise on your answer, and give a hint if one fails.

    ``answers`` are the functions or classes that the exercise asks for, in its order, as in
    ``check("03-5.a", nt_xent_without_friends)``.  Passing says that nothing obvious is wrong;
    a graded exercise has more checks.  Neither a network nor an account is needed, and the
    random seeds of Python and NumPy stay as they were.

    Raises KeyError for an unknown exercise and TypeError for another number of answers.
    """
    exercise = _exercise(identifier)
    if len(answers) != len(exercise.names):
        wanted = ", ".join(exercise.names)
        raise TypeError(f"exercise {identifier} asks for {wanted}; {len(answers)} given")
    try:
        with _seeds_kept():
            exercise.check(*answers)
    except Exception as error:  # whatever the answer raises is news for the learner
        first, *more = exercise.hints
        details = "".join(
            f"\n\n<details><summary>Another hint</summary>\n\n{hint}\n\n</details>" for hint in more
        )
        reason = _reason(error, exercise.check, answers)
        return Markdown(f"**Not yet.** {reason}\n\n*Hint.* {first}{details}")
    return Markdown("**The visible checks pass.**")


def _exercise(identifier: str) -> Exercise:
    """What course/checks has on an exercise."""
    chapter, _, letter = identifier.partition(".")
    modules = {module.name for module in iter_modules(checks.__path__)}
    name = f"ch_{chapter.replace('-', '_')}"
    known = import_module(f"{checks.__name__}.{name}").EXERCISES if name in modules else {}
    if letter in known:
        return known[letter]
    there = [f"{chapter}.{letter}" for letter in known] or sorted(
        f"{module.removeprefix('ch_').replace('_', '-')}.a" for module in modules
    )
    raise KeyError(f"no exercise {identifier!r}; there are: {', '.join(there)}")


@contextmanager
def _seeds_kept() -> Iterator[None]:
    """The global generators, which an answer may use, go on afterwards as if nothing had been."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def _reason(error: Exception, check: Callable, answers: Sequence[Callable]) -> str:
    """What a check said, or what went wrong in which line of the learner's own code."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, AssertionError) and frames[-1].filename in _files(check):
        return str(error)
    written = set().union(*map(_files, answers))
    own = [frame for frame in frames if frame.filename in written]
    if isinstance(error, NotImplementedError) and own:
        return f"`{own[-1].name}` is not written yet."
    first = str(error).partition("\n")[0].replace("`", "'")
    what = f"`{type(error).__name__}: {first}`" if first else f"`{type(error).__name__}`"
    if not own:
        return what
    return f"{what} in `{own[-1].name}`, line {own[-1].lineno} of its cell: `{own[-1].line}`"


def _files(answer: Callable) -> set[str]:
    """Where a function or the methods of a class were written."""
    parts = vars(answer).values() if isinstance(answer, type) else [answer]
    return {part.__code__.co_filename for part in parts if hasattr(part, "__code__")}


def bank(chapter: str) -> dict[str, dict]:
    """All questions of a chapter: {name: {"objective", "question", "choices"}}."""
    source = resources.files("ssl_course.course") / "quizzes" / f"{chapter}.toml"
    if not source.is_file():
        raise KeyError(f"no quiz bank for chapter {chapter!r}")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _inline(text: str) -> str:
    """HTML of a plain text in which `…` marks code."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
