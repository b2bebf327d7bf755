"""The scripts that measure: stored rows, and tables that fit their script."""

import ast

import pandas as pd
import pytest

KEYS = ("method", "part", "corpus", "condition", "game", "label", "draw", "fold", "seed")
KEYS += ("split", "place", "floor", "epochs", "rate", "temperature", "weight")
"""Columns that tell the rows of a table apart, where a table has them."""


@pytest.fixture
def scripts(root, monkeypatch):
    monkeypatch.syspath_prepend(root / "benchmarks")


@pytest.fixture
def tables(root):
    return sorted((root / "ssl_course" / "course" / "results").glob("*.csv"))


def test_a_row_replaces_the_one_it_repeats(scripts, tmp_path):
    from rows import put

    file, columns = tmp_path / "table.csv", ["method", "seed", "linear", "date"]
    for seed, value in ((0, 0.123456), (1, 0.5), (0, 0.2)):
        put({"method": "a", "seed": seed, "linear": value}, file, columns, ["method", "seed"])
    table = pd.read_csv(file)
    assert list(table) == columns
    assert table.set_index("seed")["linear"].to_dict() == {1: 0.5, 0: 0.2}


def test_every_table_has_a_script_that_names_its_command_and_so_has_the_page(root, tables):
    page = (root / "book" / "results.md").read_text(encoding="utf-8")
    for table in tables:
        assert f"`python benchmarks/{table.stem}.py`" in page, table.name
        script = ast.parse((root / "benchmarks" / f"{table.stem}.py").read_text())
        assert f"python benchmarks/{table.stem}.py" in ast.get_docstring(script)


def test_no_table_has_a_row_twice(tables):
    for table in tables:
        frame = pd.read_csv(table)
        assert not frame.duplicated([key for key in KEYS if key in frame]).any(), table.name
