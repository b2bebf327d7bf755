"""Quizzes that answer in the page, and checks for exercise cells."""

from __future__ import annotations

import html
import json
import tomllib
from importlib import resources

from IPython.display import HTML, Markdown


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


def check(identifier: str, *answers) -> Markdown:
    """Run the visible checks of an exercise on your answer, and give a hint if one fails.

    ``answers`` are the functions or classes that the exercise asks for, in its order, as in
    ``check("03-5.a", nt_xent_without_friends)``.  Passing says that nothing obvious is wrong;
    a graded exercise has more checks.  Neither a network nor an account is needed.

    Raises KeyError for an unknown exercise and TypeError for another number of answers.
    """
    file = resources.files("ssl_course.course") / "checks.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    if identifier not in known:
        raise KeyError(f"no exercise {identifier!r}; there are: {', '.join(known)}")
    exercise = known[identifier]
    if len(answers) != len(exercise["names"]):
        wanted = ", ".join(exercise["names"])
        raise TypeError(f"exercise {identifier} asks for {wanted}; {len(answers)} given")
    scope: dict = {}
    exec(exercise["setup"], scope)
    scope |= dict(zip(exercise["names"], answers, strict=True))
    try:
        exec(exercise["checks"], scope)
    except Exception as error:  # whatever the answer raises is news for the learner
        reason = str(error) if isinstance(error, AssertionError) else repr(error)
        first, *more = exercise["hints"]
        details = "".join(
            f"\n\n<details><summary>Another hint</summary>\n\n{hint}\n\n</details>" for hint in more
        )
        return Markdown(f"**Not yet.** {reason}\n\n*Hint.* {first}{details}")
    return Markdown("**The visible checks pass.**")


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
