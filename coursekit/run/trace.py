"""Inside a kernel: note what a page reads of the clone, for `record`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_READ: dict[str, str] = {}
_IMPORTS = "importlib"
"""Part of the file names of Python's import system, frozen or not, metadata included."""


def start() -> None:
    """Note every file that is opened for reading and every folder that is listed, from now on.

    What the import system reads does not count; `report` takes the modules.
    """
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple) -> None:
    if event not in ("open", "os.listdir", "os.scandir"):
        return
    path = arguments[0]
    if not isinstance(path, (str, bytes, os.PathLike)) or _is_writing(event, arguments):
        return
    if _IMPORTS in sys._getframe(1).f_code.co_filename or _is_quoting():
        return
    kind = "text" if event == "open" else "folder"
    _READ.setdefault(os.path.abspath(os.fsdecode(path)), kind)


def _is_quoting() -> bool:
    """Whether a message about an error quotes a line of code; no output depends on the others."""
    frame = sys._getframe(2)
    while frame := frame.f_back:
        if Path(frame.f_code.co_filename).name in ("traceback.py", "warnings.py"):
            return True
    return False


def _is_writing(event: str, arguments: tuple) -> bool:
    if event != "open" or len(arguments) < 3 or not isinstance(arguments[2], int):
        return False
    return arguments[2] & (os.O_WRONLY | os.O_RDWR) != 0


def report(file: str) -> None:
    """Write what was read, the modules and the most memory that was in use, as JSON."""
    read = dict(_READ)
    for module in list(sys.modules.values()):
        source = getattr(module, "__file__", None)
        if source and source.endswith(".py"):
            read.setdefault(os.path.abspath(source), "syntax")
    Path(file).write_text(json.dumps({"read": read, "memory": _most_memory()}), encoding="utf-8")


def _most_memory() -> int:
    """Bytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
