"""One number for all that outputs depend on besides the cells: package, results, bibliography."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACES = ("ssl_course", "benchmarks/results", "book/references.bib")


def package_hash(notebook: str | None = None) -> str:
    """Hexadecimal sha256 over names and bytes of the files that outputs depend on.

    With the text of a ``notebook``, without the tables, quizzes and lists that it does not name.
    """
    digest = hashlib.sha256()
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")) or [ROOT / place]:
            names = path.relative_to(ROOT).parts
            hidden = any(name.startswith((".", "__pycache__")) for name in names)
            if path.is_file() and not hidden and (notebook is None or _concerns(path, notebook)):
                digest.update(f"{path.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _concerns(path: Path, notebook: str) -> bool:
    """Whether a file that serves few chapters serves this one; package code serves all."""
    if path.parent.name == "results":
        return f'load("{path.stem}")' in notebook
    if path.parent.name == "quizzes":
        return f'quiz("{path.stem}.' in notebook
    if path.name == "checks.json":
        return "exercises.check(" in notebook
    if path.name == "references.bib":
        return "import reading" in notebook or "reading," in notebook
    return True
