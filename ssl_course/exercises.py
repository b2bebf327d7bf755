"""Quizzes that answer in the page, and checks for exercise cells."""

from __future__ import annotations

import html
import tomllib
from importlib import resources

from IPython.display import HTML


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


def bank(chapter: str) -> dict[str, dict]:
    """All questions of a chapter: {name: {"objective", "question", "choices"}}."""
    source = resources.files("ssl_course") / "quizzes" / f"{chapter}.toml"
    if not source.is_file():
        raise KeyError(f"no quiz bank for chapter {chapter!r}")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _inline(text: str) -> str:
    """HTML of a plain text in which `…` marks code."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
