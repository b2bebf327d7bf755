"""Tell whether the code behind a checkpoint has changed since it was trained."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import sys
import textwrap
from collections.abc import Callable

_SIMPLE = (int, float, str, bool, tuple, list, dict)


def fingerprint(function: Callable) -> str:
    """Hexadecimal sha256 of all code of ``ssl_course`` that ``function`` reaches by name.

    Follows functions, classes and plain constants from module to module.  Comments, layout
    and docstrings do not count, nor in which file the code stands; the Python version does not
    matter.
    """
    seen: dict[str, tuple[str, object]] = {}
    pending = [function]
    while pending:
        item = pending.pop()
        name = f"{item.__module__}.{item.__qualname__}"
        if name in seen:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(item)))
        seen[name] = item.__qualname__, _canonical(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Name | ast.Attribute):
                continue
            found = _resolve(node, vars(sys.modules[item.__module__]))
            if inspect.isfunction(found) or inspect.isclass(found):
                if found.__module__.startswith("ssl_course"):
                    pending.append(found)
            elif isinstance(found, _SIMPLE):
                constant = ast.unparse(node)
                seen[f"{item.__module__}:{constant}"] = constant, repr(found)
    code = sorted(json.dumps(entry, sort_keys=True) for entry in seen.values())
    return hashlib.sha256("\n".join(code).encode()).hexdigest()


def _resolve(node: ast.expr, scope: dict) -> object:
    """The object that a dotted name means at module level, or None."""
    if isinstance(node, ast.Name):
        return scope.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _resolve(node.value, scope)
        return getattr(owner, node.attr, None) if inspect.ismodule(owner) else None
    return None


def _canonical(node: object) -> object:
    """The syntax tree as nested lists, without positions, empty fields and docstrings."""
    if isinstance(node, list):
        return [_canonical(item) for item in node if not _is_docstring(item)]
    if isinstance(node, ast.AST):
        fields = {k: _canonical(v) for k, v in ast.iter_fields(node) if v not in (None, [])}
        return [type(node).__name__, fields]
    return repr(node)


def _is_docstring(node: object) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
