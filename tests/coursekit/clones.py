"""Books in folders of a test's own, with pages that can run."""

from pathlib import Path

import nbformat

HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
  language: python
---
"""


def cell(code: str, *tags: str) -> str:
    """A code cell in MyST."""
    head = f":tags: [{', '.join(tags)}]\n" if tags else ""
    return f"\n```{{code-cell}} ipython3\n{head}{code}\n```\n"


class Clone:
    """A root with a book; pages are written and run in it."""

    def __init__(self, root: Path):
        self.root, self.book = root, root / "book"
        self.book.mkdir()

    def page(self, name: str, *cells: str, outputs: list[str | None] | None = None) -> Path:
        """Write a page and, with what its cells printed once (None: nothing), its pair."""
        source = self.book / f"{name}.md"
        source.write_text(f"{HEAD}\n# {name}\n" + "".join(cells), encoding="utf-8")
        if outputs is not None:
            code = [one.split("\n", 2)[2].removesuffix("\n```\n") for one in cells]
            code = [c.split("\n", 1)[1] if c.startswith(":tags:") else c for c in code]
            pair = nbformat.v4.new_notebook()
            for text, printed in zip(code, outputs, strict=True):
                made = [nbformat.v4.new_output("stream", text=printed)] if printed else []
                pair.cells.append(nbformat.v4.new_code_cell(text, outputs=made, execution_count=1))
            nbformat.write(pair, source.with_suffix(".ipynb"))
        return source
