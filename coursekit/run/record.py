"""When does a page have to run again?  When something that its last run read has changed.

Content decides, not times: code cells, the syntax trees of the modules (without comments and
docstrings), the tables, quizzes, data and checkpoints that the run opened, settings, versions.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import sysconfig
from dataclasses import asdict, dataclass, field
from pathlib import Path

from coursekit import ROOT
from coursekit.run import kernels

RECORDS = ROOT / "_build" / "run"
OUTSIDE = ("_build", "__pycache__", "coursekit")
"""Folders of the clone that no page depends on, beside hidden ones."""
SETTINGS = ("SSL_COURSE_",)
"""Beginnings of the names of environment variables that outputs may depend on; those of
`kernels` are the same for every run."""


@dataclass
class Cell:
    """One executed cell: CPU and wall seconds; what went wrong, if anything did."""

    cpu: float
    wall: float
    error: str | None = None
    difference: str | None = None


@dataclass
class Record:
    """One run of one page, and what it depended on."""

    page: str
    code: str
    surroundings: str
    files: dict[str, str]
    cells: list[Cell] = field(default_factory=list)
    answers: dict[str, list] = field(default_factory=dict)
    """Outputs of the students' cells, by grade id."""
    memory: int = 0
    wall: float = 0.0

    @property
    def cpu(self) -> float:
        """CPU seconds of all cells; what a kernel spends on imports counts with them."""
        return sum(cell.cpu for cell in self.cells)

    @property
    def errors(self) -> list[tuple[int, str]]:
        """(number of the cell, message) of each cell that failed."""
        return [(number, cell.error) for number, cell in enumerate(self.cells) if cell.error]

    def save(self) -> None:
        """Write the record; a crash leaves the old one."""
        RECORDS.mkdir(parents=True, exist_ok=True)
        new = RECORDS / f"{self.page}.json.new"
        new.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        new.replace(RECORDS / f"{self.page}.json")


def load(page: str) -> Record | None:
    """The record of a page's last run, or None."""
    try:
        stored = json.loads((RECORDS / f"{page}.json").read_text(encoding="utf-8"))
        stored["cells"] = [Cell(**cell) for cell in stored["cells"]]
        return Record(**stored)
    except (OSError, ValueError, TypeError, KeyError):
        return None  # none, or one of another form: the page runs again


def is_current(record: Record | None, code: str) -> bool:
    """Whether a page with this code would read today what its last run read."""
    return (
        record is not None
        and not record.errors
        and record.code == code
        and record.surroundings == surroundings()
        and all(_same(name, digest) for name, digest in record.files.items())
    )


def _same(name: str, digest: str) -> bool:
    kind, _, path = name.partition(":")
    return _digest(kind, path) == digest


def digests(read: dict[str, str]) -> dict[str, str]:
    """``{kind:path: digest}`` of what a run read; ``read`` maps absolute paths to kinds.

    Files outside the clone count too, such as data in a mirror, but no installed packages: their
    versions are among the `surroundings`.
    """
    found = {}
    for path, kind in sorted(read.items()):
        inside = Path(path).is_relative_to(ROOT)
        if inside:
            parts = Path(path).relative_to(ROOT).parts
            if not any(part in OUTSIDE or part.startswith(".") for part in parts):
                place = Path(*parts).as_posix()
                found[f"{kind}:{place}"] = _digest(kind, place)
        elif kind == "text" and _is_data(path):
            found[f"{kind}:{path}"] = _digest(kind, path)
    return found


def _is_data(path: str) -> bool:
    """Whether a file outside the clone is the reader's: under one of the course's folders."""
    folders = [value for name, value in os.environ.items() if name.startswith("SSL_COURSE_")]
    return any(Path(path).is_relative_to(Path(folder).expanduser()) for folder in folders if folder)


@functools.cache
def _digest(kind: str, place: str) -> str:
    path = ROOT / place
    try:
        if kind == "folder":
            files = sorted(one for one in path.iterdir() if one.is_file() and one.name[0] != ".")
            # TensorFlow opens what it finds there unseen; modules are seen when they are imported.
            seen = (
                one.name if one.suffix == ".py" else f"{one.name} {_of_bytes(one)}" for one in files
            )
            return _sha256("\n".join(seen).encode())
        if kind == "syntax":
            return _sha256(syntax(path.read_text(encoding="utf-8")).encode())
        return _of_bytes(path)
    except OSError:
        return "missing"


def _of_bytes(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def syntax(code: str) -> str:
    """The syntax tree of a module as text, without comments, docstrings and places."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_docstring(body[0]):
            node.body = body[1:]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def surroundings() -> str:
    """Digest of what outputs depend on beside the clone: settings and versions."""
    settings = {n: v for n, v in os.environ.items() if n.startswith(SETTINGS)}
    settings["KERAS_BACKEND"] = os.environ.get("KERAS_BACKEND", "tensorflow")
    return _sha256(json.dumps([settings, kernels.ONE_THREAD, versions()], sort_keys=True).encode())


@functools.cache
def versions() -> dict[str, str]:
    """Of this Python, this system, and all installed packages but the course, by name."""
    # Not of all of sys.path: setuptools, once imported, adds its own copies of packages to it.
    folders = sorted({sysconfig.get_path(name) for name in ("purelib", "platlib")})
    installed = importlib.metadata.distributions(path=folders)
    found = {one.metadata["Name"]: one.version for one in installed}
    found.pop("ssl_course", None)  # its files are looked at one by one
    python = f"{platform.python_version()} {platform.machine()} {platform.system()}"
    return found | {"Python": python}


def code_of(cells: list[str]) -> str:
    """Digest of code cells."""
    return _sha256("\0".join(cells).replace("\r\n", "\n").encode())
