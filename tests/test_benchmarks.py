"""The scripts that measure: their table, their command line, and what pages say of both."""

import ast
import importlib
import os
import re
import shlex
import sys
from argparse import ArgumentParser
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

HELPERS = {"command", "runs", "table"}


@pytest.fixture(scope="module")
def folder(root):
    return root / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def imported(folder):
    """Scripts import each other as they do when they are run: from their own folder."""
    sys.path.insert(0, str(folder))
    before = set(sys.modules)
    yield
    sys.path.remove(str(folder))
    for name in {file.stem for file in folder.glob("*.py")} & (set(sys.modules) - before):
        del sys.modules[name]


@pytest.fixture(scope="module")
def scripts(folder):
    """All scripts by name, imported in a place where no data can be had."""
    names = sorted({file.stem for file in folder.glob("*.py")} - HELPERS)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("load", "breast_cancer", "tissue_slide"):
            patch.setattr(f"ssl_course.data.{name}", out_of_reach)
        patch.setattr("ssl_course.data.text.texts", out_of_reach)
        return {name: importlib.import_module(name) for name in names}


def out_of_reach(*arguments, **settings):
    raise AssertionError("a script loads data while it is imported")


@pytest.fixture(scope="module")
def tables(scripts):
    """The table of every script that has one; `test_one_script_a_table` sees to the names."""
    return {name: script.TABLE for name, script in scripts.items() if hasattr(script, "TABLE")}


@pytest.fixture(scope="module")
def drawn(scripts):
    """The second table of every script that stores each draw of few labels apart."""
    return {
        name: script.DRAW_TABLE for name, script in scripts.items() if hasattr(script, "DRAW_TABLE")
    }


@pytest.fixture
def table(tmp_path):
    from table import Table

    columns = ("method", "seed", "linear", "parameters", "date")
    return Table("made", ("method", "seed"), columns, ("seed", "parameters"), folder=tmp_path)


def lines(table):
    return table.file.read_text(encoding="utf-8").splitlines()


# The table.


def test_a_row_is_known_by_its_keys_and_replaced_where_it_stands(table):
    for method, seed, linear in (("a", 0, 0.5), ("a", 1, 0.25), ("b", 0, 1.0), ("a", 0, 0.75)):
        table.put({"method": method, "seed": seed, "linear": linear, "date": "2026-01-01"})
    assert lines(table) == [
        "method,seed,linear,parameters,date",
        "a,0,0.75,,2026-01-01",
        "a,1,0.25,,2026-01-01",
        "b,0,1.0,,2026-01-01",
    ]


def test_cells_are_integers_rounded_floats_quoted_texts_or_empty(table):
    row = {"method": "a, b", "seed": np.int64(3), "linear": np.float32(1 / 3)}
    table.put(row | {"parameters": 77632, "date": "2026-01-01"})
    table.put({"method": "none", "seed": 0, "linear": np.nan, "parameters": None})
    table.put({"method": "large", "seed": 0, "linear": np.inf})
    today = date.today().isoformat()
    assert lines(table)[1:] == [
        '"a, b",3,0.33333,77632,2026-01-01',
        f"none,0,,,{today}",
        f"large,0,inf,,{today}",
    ]


def test_an_integer_among_floats_is_written_as_one_of_them(table):
    table.put({"method": "a", "seed": 0, "linear": 1})
    assert lines(table)[1].startswith("a,0,1.0,")


def test_all_digits_are_kept_if_none_are_asked_for(table):
    table.digits = None
    value = 0.1 + 0.2
    table.put({"method": "a", "seed": 0, "linear": value})
    assert float(table.rows()[0]["linear"]) == value


def test_rows_are_ordered_if_the_table_says_how(table):
    table.order = lambda row: (["b", "a"].index(row["method"]), int(row["seed"]))
    for method, seed in (("a", 10), ("a", 9), ("b", 0)):
        table.put({"method": method, "seed": seed})
    assert [(row["method"], row["seed"]) for row in table.rows()] == [
        ("b", "0"),
        ("a", "9"),
        ("a", "10"),
    ]


def test_other_rows_keep_their_bytes(table):
    table.file.write_text(
        "method,seed,linear,parameters,date\na,0,.50,7.0,then\n", encoding="utf-8"
    )
    table.put({"method": "b", "seed": 0})
    assert lines(table)[1] == "a,0,.50,7.0,then"


def test_a_new_column_is_empty_in_old_rows(table):
    table.file.write_text("method,seed,linear\na,0,0.5\n", encoding="utf-8")
    table.put({"method": "b", "seed": 0, "parameters": 3, "date": "now"})
    assert lines(table)[1:] == ["a,0,0.5,,", "b,0,,3,now"]


@pytest.mark.parametrize("header", ["method,seed,accuracy", "method,linear"])
def test_another_table_is_not_overwritten(table, header):
    table.file.write_text(header + "\n", encoding="utf-8")
    from table import TableError

    with pytest.raises(TableError, match=re.escape(str(table.file))):
        table.put({"method": "a", "seed": 0})
    assert table.file.read_text(encoding="utf-8") == header + "\n"


@pytest.mark.parametrize(
    "row",
    [{"method": "a"}, {"method": "a", "seed": 0, "lienar": 1.0}, {"method": "a", "seed": 0.5}],
)
def test_a_row_that_does_not_fit_is_refused(table, row):
    with pytest.raises((TypeError, ValueError)):
        table.put(row)
    assert not table.file.exists()


def test_done_asks_for_one_row_or_for_any_of_several(table):
    assert not table.done(method="a", seed=0)
    table.put({"method": "a", "seed": 0})
    assert table.done(method="a", seed=0)
    assert table.done(seed=0)
    assert not table.done(method="a", seed=1)
    table.again = True
    assert not table.done(method="a", seed=0)


@pytest.mark.parametrize("step", ["csv.DictWriter.writerows", "os.replace"])
def test_a_crash_while_writing_leaves_the_old_file_and_nothing_else(table, monkeypatch, step):
    table.put({"method": "a", "seed": 0})
    before = table.file.read_bytes()

    def crash(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, crash)
    with pytest.raises(OSError, match="No space"):
        table.put({"method": "b", "seed": 0})
    assert table.file.read_bytes() == before
    assert os.listdir(table.folder) == [table.file.name]


def test_rows_that_are_put_together_are_stored_all_or_none(table):
    with pytest.raises(ValueError, match="lienar"):
        table.put({"method": "a", "seed": 0}, {"method": "b", "seed": 0, "lienar": 1.0})
    assert not table.done(method="a", seed=0)


# The command line.


@pytest.fixture
def command(table):
    from command import Command

    return Command("What is measured.", table, ("a", "b"), seeds=(0, 1))


def run(command, monkeypatch, *arguments):
    """Call a script that stores the seed it is given; which rows were measured."""
    measured = []

    def measure(asked, table):
        for seed in asked.seeds:
            for name in asked.names:
                if not table.done(method=name, seed=seed):
                    table.put({"method": name, "seed": seed})
                    measured.append((name, seed))

    monkeypatch.setattr(sys, "argv", ["script.py", *arguments])
    command.run(measure)
    return measured


def test_the_rule_for_measuring_again(command, monkeypatch, capsys):
    assert run(command, monkeypatch, "a") == [("a", 0), ("a", 1)]
    assert run(command, monkeypatch, "--seeds", "1") == [("b", 1)]
    assert run(command, monkeypatch) == [("b", 0)]
    capsys.readouterr()
    assert run(command, monkeypatch) == []
    assert "--again" in capsys.readouterr().out
    assert run(command, monkeypatch, "b", "--seeds", "1") == [("b", 1)]
    assert run(command, monkeypatch, "--again", "--seeds", "0") == [("a", 0), ("b", 0)]


def test_another_folder_leaves_the_table_of_the_course(command, monkeypatch, table, tmp_path):
    run(command, monkeypatch, "a")
    before = table.file.read_bytes()
    run(command, monkeypatch, "b", "--folder", str(tmp_path / "mine"))
    assert table.file.read_bytes() == before
    assert (tmp_path / "mine" / table.file.name).is_file()


def test_an_unknown_name_is_answered_with_those_there_are(command, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(command, monkeypatch, "c")
    assert "unknown row c; known: a, b" in capsys.readouterr().err


def data_error():
    from ssl_course.data import DataError

    return DataError("the mirror has no such file")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (KeyboardInterrupt, "Stopped after 1 rows"),
        (data_error, "the mirror has no such file"),
        (lambda: OSError(28, "No space left on device"), "No space left"),
    ],
)
def test_what_was_measured_before_a_stop_is_stored(command, monkeypatch, table, failure, words):
    def measure(asked, table):
        table.put({"method": "a", "seed": 0})
        raise failure()

    monkeypatch.setattr(sys, "argv", ["script.py"])
    with pytest.raises(SystemExit, match=words):
        command.run(measure)
    assert table.done(method="a", seed=0)


# All scripts, all tables and all pages.


def test_one_script_a_table(root, tables, drawn):
    stored = {file.stem for file in (root / "ssl_course" / "course" / "results").glob("*.csv")}
    assert stored == {table.name for table in (*tables.values(), *drawn.values())}
    assert all(table.name == name for name, table in tables.items())
    assert all(table.name == f"{name}_draws" for name, table in drawn.items())


def test_every_row_of_every_table_has_keys_of_its_own(tables, drawn):
    for table in (*tables.values(), *drawn.values()):
        rows = table.rows()
        assert rows
        assert len({tuple(row[key] for key in table.keys) for row in rows}) == len(rows)


def value(table, column, cell):
    """What a script would put for a cell."""
    if cell == "" and (column in table.whole or column not in table.keys):
        return None
    if column in table.whole:
        return int(cell)
    try:
        return float(cell)
    except ValueError:
        return cell


def test_tables_stay_the_same_to_the_byte_if_every_row_is_put_again(tables, drawn, tmp_path):
    for table in (*tables.values(), *drawn.values()):
        before = table.file.read_bytes()
        rows = [{c: value(table, c, cell) for c, cell in row.items()} for row in table.rows()]
        copy = replace(table, folder=tmp_path)
        copy.put(*rows)
        assert copy.file.read_bytes() == before
        copy.put(*rows[::-1])
        assert copy.file.read_bytes() == before


def test_help_says_how_to_call_a_script_what_it_needs_and_how_long_it_takes(scripts):
    for name, script in scripts.items():
        words = script.COMMAND.format_help()
        assert isinstance(script.COMMAND, ArgumentParser)
        assert f"python benchmarks/{name}.py" in words
        assert re.search(r"needs|packaged", words, re.IGNORECASE), name
        assert re.search(r"minutes?|hours?", words), name


def test_commands_that_pages_name_are_understood(root, scripts, capsys):
    seen = set()
    for page in sorted(root.glob("*.md")) + sorted(root.glob("book/*.md")):
        prose = re.sub(r"\s+", " ", re.sub(r'"?\n\s*f?"', "", page.read_text(encoding="utf-8")))
        for command in re.findall(r"python benchmarks/(\w+\.py[^`\"]*)", prose):
            script, *arguments = shlex.split(command.rstrip(". "))
            scripts[script.removesuffix(".py")].COMMAND.parse_args(arguments)
            seen.add(script)
    assert {"privacy.py", "generation.py", "backends.py", "medicine.py"} <= seen


def test_the_page_of_results_names_every_command(root, tables):
    page = (root / "book" / "results.md").read_text(encoding="utf-8")
    for name in tables:
        assert f"`python benchmarks/{name}.py`" in page


KERAS = {"call", "compute_loss"}
"""Methods whose arguments and meaning are Keras's."""


def test_functions_say_what_they_do_and_take(folder):
    faults = []
    for file in sorted(folder.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        inside = [node for holder in (tree, *classes) for node in holder.body]
        functions = [node for node in inside if isinstance(node, ast.FunctionDef)]
        for node in [tree, *classes, *functions]:
            name = getattr(node, "name", "module")
            if name not in KERAS and not name.startswith("_") and not ast.get_docstring(node):
                faults.append(f"{file.name}: {name} has no docstring")
        for node in functions:
            given = [one for one in ast.walk(node.args) if isinstance(one, ast.arg)]
            bare = [one.arg for one in given if one.annotation is None]
            if node.name not in KERAS and set(bare) - {"self", "cls"}:
                faults.append(f"{file.name}: {node.name} has no types for {bare}")
    assert not faults
