"""Write book/article-map.md, where each section of the article lives, from the front matter.

    python -m coursekit.article_map

Raises SystemExit if a section has no place or a chapter claims one that does not exist.
"""

from __future__ import annotations

import argparse
import re
import sys

import yaml

from coursekit import BOOK

PAGE = BOOK / "article-map.md"

SECTIONS = {
    "1.1": "Purpose and scope",
    "1.2": "Readers",
    "1.3": "Structure",
    "1.4": "Glossary",
    "2.1": "Input, signal, model",
    "2.2": "The five steps",
    "2.3": "Self-supervised, unsupervised, supervised",
    "2.4": "Advantages and uses",
    "2.5": "Challenges and limits",
    "2.6": "Trends",
    "3.1": "Families of methods",
    "3.2": "Autoencoders",
    "3.3": "Adversarial networks",
    "3.4": "Feature matching",
    "4.1": "The autoencoder in formulas",
    "4.2": "Loss functions",
    "4.3": "Backpropagation",
    "4.4": "A worked example",
    "5.1": "Environment",
    "5.2": "Code of a convolutional autoencoder",
    "5.3": "Reading the code",
    "6.1": "Image recognition",
    "6.2": "Text classification",
    "6.3": "Speech recognition",
    "6.4": "Generative models",
    "6.5": "Privacy",
    "6.6": "Transfer between domains",
    "7.1": "Books, courses, sites",
    "7.2": "Tools",
    "7.3": "Papers",
    "8.1": "Trends ahead",
    "8.2": "Challenges ahead",
    "9.1": "Question: against supervised learning",
    "9.2": "Question: data quality",
    "9.3": "Question: feature extraction",
    "9.4": "Question: optimization",
    "9.5": "Question: medicine",
    "9.6": "Question: language",
    "10": "Further reading",
}

PAGES_WITHOUT_FRONT_MATTER = {"glossary": ["1.4"]}


def claims() -> dict[str, list[str]]:
    """{section: names of the pages that cover it}."""
    found: dict[str, list[str]] = {}
    pages = dict(PAGES_WITHOUT_FRONT_MATTER)
    for source in sorted(BOOK.glob("*.md")):
        parts = source.read_text(encoding="utf-8").split("---", 2)
        if len(parts) == 3 and not parts[0]:
            course = yaml.safe_load(parts[1]).get("course") or {}
            pages[source.stem] = course.get("article", [])
    for page, sections in pages.items():
        for section in sections:
            found.setdefault(section, []).append(page)
    return found


def problems(found: dict[str, list[str]]) -> list[str]:
    """What is wrong with the claims, one sentence each."""
    unknown = [
        f"{page} claims section {section}, which the article does not have"
        for section, pages in found.items()
        if section not in SECTIONS
        for page in pages
    ]
    homeless = [
        f"section {section} has no place: no chapter claims it"
        for section in SECTIONS
        if section not in found
    ]
    return unknown + homeless


def title(page: str) -> str:
    """The heading of a page, by its name."""
    text = (BOOK / f"{page}.md").read_text(encoding="utf-8")
    return re.search(r"^# (.*)$", text, re.M)[1]


def page(found: dict[str, list[str]]) -> str:
    """The page as MyST."""
    lines = [
        "# Where each section of the article lives",
        "",
        "% Written by coursekit.article_map from the chapters' front matter; do not edit.",
        "",
        "The course follows the plan of a Chinese article; this table leads from one to the other.",
        "",
        "| article | subject | here |",
        "|---|---|---|",
    ]
    for section, subject in SECTIONS.items():
        places = [f"[{title(name)}]({name}.md)" for name in found.get(section, [])]
        lines.append(f"| {section} | {subject} | {', '.join(places)} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args(arguments)
    found = claims()
    if wrong := problems(found):
        sys.exit("\n".join(wrong))
    PAGE.write_text(page(found), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
