"""What a page shows fits it: short lines, short cells, and no test plumbing between the prose.

Cells that a page does not show (remove-cell, remove-input) may be longer; an exercise's cells are
nbgrader's and have as many lines as the task needs, but none that is cut off.
"""

import ast

import jupytext
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from coursekit import pairs, student

SOURCES = pairs.sources()
COLUMNS, LINES = 75, 15
"""What is visible at a window of 1280 pixels, and without scrolling."""
UNSEEN = {"remove-cell", "remove-input"}
FOLDED = {"hide-input", "hide-cell"}
parametrize = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def cells(source, without=frozenset()):
    """(number, cell) of the code cells that have none of these tags."""
    code = [cell for cell in jupytext.read(source).cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        if not set(cell.metadata.get("tags", [])) & without:
            yield number, cell


def lines_of(code):
    return [line for line in code.splitlines() if line.strip()]


def asserts(code):
    """Whether a cell has an assertion of its own, not one inside a function."""
    tree = ast.parse(TransformerManager().transform_cell(code))
    return any(isinstance(node, ast.Assert) for node in tree.body)


@parametrize
def test_no_line_is_cut_off(source):
    long = {
        number: [line for line in cell.source.splitlines() if len(line) > COLUMNS]
        for number, cell in cells(source, without=UNSEEN)
    }
    assert {number: lines for number, lines in long.items() if lines} == {}


@parametrize
def test_no_line_of_a_stub_is_cut_off(source):
    version = student.version(jupytext.read(source), targets={})
    stubs = [cell.source for cell in version.cells if "stub" in cell.metadata]
    assert [line for stub in stubs for line in stub.splitlines() if len(line) > COLUMNS] == []


@parametrize
def test_a_cell_is_one_step(source):
    long = {
        number: len(lines_of(cell.source))
        for number, cell in cells(source, without=UNSEEN | FOLDED)
        if "nbgrader" not in cell.metadata and len(lines_of(cell.source)) > LINES
    }
    assert long == {}


@parametrize
def test_claims_are_asserted_out_of_sight(source):
    """What a page shows is what a reader would type; ``np.testing`` may compare ours and theirs."""
    shown = {
        number
        for number, cell in cells(source, without=UNSEEN)
        if "nbgrader" not in cell.metadata and asserts(cell.source)
    }
    assert shown == set()
