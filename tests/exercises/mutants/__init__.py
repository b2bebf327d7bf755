"""Plausible wrong answers, one module a chapter: ``chapter_03_1.py`` for chapter 3.1."""

from importlib import import_module
from pkgutil import iter_modules

MUTANTS = tuple(
    mutant
    for module in iter_modules(__path__)
    if module.name.startswith("chapter_")
    for mutant in import_module(f"{__name__}.{module.name}").MUTANTS
)
