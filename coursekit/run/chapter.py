"""Run one page: nbval, strict, executes its cells and compares their outputs with the pair's."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import time
from pathlib import Path

import jupytext
import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from nbval.kernel import RunningKernel, start_new_kernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from coursekit import BOOK, pairs, student
from coursekit.run import compare, record

SECONDS_A_CELL = 900
"""Longest time for one cell; a busy laptop is four times slower than a free one."""
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}
"""What a kernel says of itself, for the page's colors: it knows the lines that begin with %."""
HOUSEKEEPING = "coursekit"
"""Marks the metadata of cells that stand behind the page's own: the students' cells."""


def prepare(source: Path) -> NotebookNode:
    """The page as a notebook to run: its cells with the stored outputs, then the students' cells.

    A student's cells, stub and check of every exercise, differ from the page's, which solve it.
    """
    page, pair = jupytext.read(source), pairs.read(source)
    stored = pairs.stored_outputs(page, pair) if pair else {}
    targets = student.printed(pair) if pair else {}
    answers = pairs.stored_answers(pair) if pair else {}
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        cell.outputs, cell.execution_count = stored.get(number, []), None
        if number in stored:
            cell.execution_count = 1
    for grade_id, cell in student.printing(page).items():
        if grade_id in targets:
            cell.outputs = [nbformat.v4.new_output("stream", text=targets[grade_id])]
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), compare.PRINTED]
            cell.execution_count = 1
    for cell in student.version(page, targets).cells:
        role = "checks" if "checks" in cell.metadata else "stub" if "stub" in cell.metadata else ""
        if role:
            grade_id = cell.metadata[role]
            cell.metadata = nbformat.from_dict({HOUSEKEEPING: {role: grade_id}, "tags": []})
            cell.outputs = answers.get(grade_id, []) if role == "checks" else []
            cell.execution_count = 1 if cell.outputs else None
            page.cells.append(cell)
    return page


class Kernel(RunningKernel):
    """nbval's kernel in the book's folder, with a history, which IPython asks for semicolons."""

    def __init__(self) -> None:
        self.km, self.kc = start_new_kernel(
            startup_timeout=SECONDS_A_CELL,
            kernel_name="python3",
            cwd=str(BOOK),
            stderr=subprocess.DEVNULL,
            extra_arguments=["--HistoryManager.hist_file=:memory:"],
        )
        self._ensure_iopub_up()

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Send a cell; returns the number of the request."""
        return self.kc.execute(cell_input, allow_stdin=allow_stdin, stop_on_error=False)


class Page(IPyNbFile):
    """A notebook for nbval whose kernel starts in the book's folder and notes what it reads."""

    def setup(self) -> None:
        """Start the kernel, and have it note what the page reads."""
        self.kernel = Kernel()
        self.note = Path(self.path).with_suffix(".read")
        self.note.unlink(missing_ok=True)
        self.quietly("from coursekit.run import trace as _trace; _trace.start(); del _trace")
        self.process = self._kernel_process()
        self.broken = False

    def _kernel_process(self) -> psutil.Process | None:
        file = Path(self.path).with_suffix(".pid")
        self.quietly(f"import os; open({str(file)!r}, 'w').write(str(os.getpid())); del os")
        try:
            return psutil.Process(int(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, psutil.Error):
            return None
        finally:
            file.unlink(missing_ok=True)

    def quietly(self, code: str) -> None:
        """Execute code that is none of the page's."""
        client = self.kernel.kc
        identifier = client.execute(code, silent=True, store_history=False)
        self.kernel.await_reply(identifier, timeout=SECONDS_A_CELL)
        self.kernel.await_idle(identifier, timeout=SECONDS_A_CELL)

    def cpu(self) -> float:
        """CPU seconds of the kernel so far."""
        try:
            times = self.process.cpu_times()
        except (AttributeError, psutil.Error):
            return 0.0
        return times.user + times.system

    def collect(self):
        """The cells, as those that `compare` judges."""
        for cell in super().collect():
            yield Cell.from_parent(
                self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options
            )

    def teardown(self) -> None:
        """Ask what was read, and end the kernel."""
        if self.kernel is not None and self.kernel.is_alive():
            with contextlib.suppress(Exception):  # a kernel that hangs has nothing to say
                self.quietly(
                    "from coursekit.run import trace as _trace; "
                    f"_trace.report({str(self.note)!r}); del _trace"
                )
            self.kernel.stop()


class Cell(IPyNbCell):
    """A cell that notes its costs; after a cell that failed, the others are not run."""

    costs = (0.0, 0.0)

    def runtest(self) -> None:
        """Run the cell, unless one before it failed."""
        if self.parent.broken:
            pytest.skip("a cell before this one failed")
        cpu, wall = self.parent.cpu(), time.monotonic()
        try:
            super().runtest()
        except NbCellError as error:
            self.parent.broken = self.parent.broken or "outputs differ" not in str(error)
            raise
        except Exception:
            self.parent.broken = True
            raise
        finally:
            self.costs = (round(self.parent.cpu() - cpu, 2), round(time.monotonic() - wall, 2))

    def compare_outputs(self, test, ref, skip_compare=None) -> bool:
        """Whether the outputs are those that are stored, as far as the cell's tags ask."""
        found = compare.difference(ref, test, self.cell.metadata.get("tags", []))
        self.comparison_traceback = [found or ""]
        return found is None


class Plugin:
    """Collects the page and keeps its cells and what became of them."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self.failed: dict[str, str] = {}

    def pytest_collect_file(self, file_path, parent):
        """nbval's own collector is off; this one takes the page."""
        return Page.from_parent(parent, path=file_path)

    def pytest_collection_modifyitems(self, items) -> None:
        """Keep the cells."""
        self.cells = list(items)

    def pytest_runtest_logreport(self, report) -> None:
        """Keep what nbval says of a cell that failed."""
        if report.failed:
            self.failed[report.nodeid] = str(report.longrepr)


def run(source: Path) -> tuple[record.Record, NotebookNode]:
    """Run a page on a fresh kernel; returns what happened, and the page with its outputs."""
    record.RECORDS.mkdir(parents=True, exist_ok=True)
    file = record.RECORDS / f"{source.stem}.ipynb"
    notebook = prepare(source)
    nbformat.write(notebook, file)
    plugin, began = Plugin(), time.monotonic()
    arguments = ["--nbval-cell-timeout", str(SECONDS_A_CELL), "--color=no", "-c", os.devnull]
    arguments += ["-p", "nbval.plugin", "-p", "no:cacheprovider", "--rootdir", str(file.parent)]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = pytest.main([*arguments, str(file)], plugins=[plugin])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not plugin.cells:
        raise RuntimeError(f"nbval could not run {source.name}:\n{said.getvalue()[-2000:]}")
    return _record(source, notebook, plugin, time.monotonic() - began)


def _record(source: Path, notebook: NotebookNode, plugin: Plugin, wall: float):
    page = jupytext.read(source)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    own = [cell for cell in page.cells if cell.cell_type == "code"]
    cells, answers = [], {}
    for number, (item, cell) in enumerate(zip(plugin.cells, code, strict=True)):
        told = plugin.failed.get(item.nodeid)
        differs = told is not None and "Cell outputs differ" in told
        cells.append(
            record.Cell(
                *item.costs,
                error=None if differs else told,
                difference="\n".join(item.comparison_traceback) if differs else None,
            )
        )
        outputs = item.test_outputs or []
        role = cell.metadata.get(HOUSEKEEPING, {})
        if number < len(own):
            own[number].outputs = [nbformat.from_dict(output) for output in outputs]
            own[number].execution_count = number + 1
        elif "checks" in role:
            answers[role["checks"]] = outputs
    note = record.RECORDS / f"{source.stem}.read"
    seen = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    note.unlink(missing_ok=True)
    page.metadata["language_info"] = LANGUAGE
    for output in (o for cell in own for o in cell.outputs if o.output_type == "execute_result"):
        output.setdefault("execution_count", None)
    result = record.Record(
        page=source.stem,
        code=record.code_of([cell.source for cell in own]),
        surroundings=record.surroundings(),
        files=record.digests(seen.get("read", {})),
        cells=cells,
        answers=answers,
        memory=seen.get("memory", 0),
        wall=round(wall, 1),
    )
    return result, page
