"""One number for all that outputs depend on besides the cells: package, results, bibliography."""

import hashlib
import re
from pathlib import Path

from coursekit import ROOT

PLACES = ("ssl_course",)


def contents() -> dict[Path, bytes]:
    """The sha256 of every file that outputs may depend on."""
    files = {}
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")) or [ROOT / place]:
            names = path.relative_to(ROOT).parts
            hidden = any(name.startswith((".", "__pycache__")) for name in names)
            if path.is_file() and not hidden:
                files[path] = hashlib.sha256(path.read_bytes()).digest()
    return files


def package_hash(notebook: str, files: dict[Path, bytes] | None = None) -> str:
    """Hexadecimal sha256 over names and bytes of the files that a notebook's outputs depend on.

    ``notebook`` is its text; tables, quizzes, lists and modules that it does not name are left out.
    ``files`` are the `contents`, for callers who ask for many notebooks.
    """
    digest, leaves = hashlib.sha256(), _leaves()
    for path, content in (contents() if files is None else files).items():
        if _concerns(path, notebook, leaves):
            digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _concerns(path: Path, notebook: str, leaves: set[str]) -> bool:
    """Whether a file that serves few chapters serves this one; other package code serves all."""
    if path.parent.name == "results":
        return f'results.load("{path.stem}")' in notebook
    if path.parent.name == "quizzes":
        return f'quiz("{path.stem}.' in notebook
    if path.parent.parent.name == "logs":
        return f'shipped("{path.parent.name}")' in notebook
    if path.parent.name == "checks":
        return "exercises.check(" in notebook
    if path.name in ("references.bib", "references.csv"):
        return _imports("reading", notebook)
    if path.parent.name == "ssl_course" and path.stem in leaves:
        return _imports(path.stem, notebook)
    return True


def _imports(module: str, text: str) -> bool:
    pattern = rf"^\s*from ssl_course(?:\.{module}\b| import .*\b{module}\b)"
    return re.search(pattern, text, re.M) is not None


def _leaves() -> set[str]:
    """Modules of the package that no other of its modules imports."""
    package = ROOT / "ssl_course"
    code = [path.read_text(encoding="utf-8") for path in package.rglob("*.py")]
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    return {name for name in modules if not any(_imports(name, text) for text in code)}
