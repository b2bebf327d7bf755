"""Run every page that is not current, side by side, and say what happened.

python -m coursekit run [PAGE…]           run what changed
python -m coursekit run --check [PAGE…]   and fail if outputs or costs are not those stored
python -m coursekit run --write [PAGE…]   and write the paired notebooks
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import jupytext
import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat import NotebookNode

from coursekit import ROOT, pairs
from coursekit.machine import workers
from coursekit.progress import Bar
from coursekit.run import chapter, compare, record
from coursekit.run.kernels import forked

CACHE = ROOT / "_build" / ".jupyter_cache"
CELL, PAGE = 5.0, 25.0
"""CPU seconds that a cell and a page may take, unless the front matter says why."""
MEMORY = 1.5e9
"""Bytes that a kernel may come to need."""


@dataclass(frozen=True)
class Finding:
    """Something of a page that is not as it should be; ``kind`` is error, output, or cost."""

    page: str
    kind: str
    text: str


def page_code(page: NotebookNode) -> str:
    """Digest of a page's code cells."""
    return record.code_of([cell.source for cell in page.cells if cell.cell_type == "code"])


def executed(source: Path) -> tuple[record.Record, NotebookNode] | None:
    """The last run of a page with its outputs, if it is current; else None."""
    page, last = jupytext.read(source), record.load(source.stem)
    if not record.is_current(last, page_code(page)):
        return None
    try:
        _, notebook = get_cache(CACHE).merge_match_into_notebook(page)
    except KeyError:
        return None
    return last, notebook


def run(sources: list[Path]) -> None:
    """Run the pages that are not current, the longest first, and keep what they print."""
    stale = [source for source in sources if executed(source) is None]
    if not stale:
        return
    stale.sort(key=_expected, reverse=True)
    cache, began = get_cache(CACHE), time.monotonic()
    count = min(workers(), len(stale))
    with (
        forked(),
        Bar(len(stale), "running chapters") as bar,
        ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool,
    ):
        running = {pool.submit(chapter.run, source): source for source in stale}
        for done in as_completed(running):
            source = running[done]
            result, notebook = done.result()
            if not result.errors:
                bundle = CacheBundleIn(
                    notebook, str(source), data={"execution_seconds": result.wall}
                )
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            result.save()
            fault = "  FAILED" if result.errors else ""
            bar.step(f"{source.stem:28} {result.wall:6.1f} s {result.cpu:6.1f} CPU s{fault}")
    bar.note(f"{len(stale)} of {len(sources)} chapters in {time.monotonic() - began:.0f} s")


def _expected(source: Path) -> float:
    """Seconds that a page is expected to take: those of its last run, or what it is allowed."""
    last = record.load(source.stem)
    return last.wall if last else front_matter(source).get("budget", {}).get("chapter", PAGE)


def front_matter(source: Path) -> dict:
    """What a page says of itself under ``course``; {} for a page without that."""
    parts = source.read_text(encoding="utf-8").split("---", 2)
    return (yaml.safe_load(parts[1]) or {}).get("course") or {} if not parts[0] else {}


def findings(source: Path, slack: float = 1.0) -> list[Finding]:
    """What is wrong with the last run of a page: failed cells, other outputs, costs.

    ``slack`` times the allowed CPU seconds are no finding: how much slower a machine may be.
    """
    last = record.load(source.stem)
    if last is None:
        return [Finding(source.stem, "error", "has not run")]
    if last.errors:
        return [Finding(source.stem, "error", text) for _, text in last.errors]
    return [*_differences(source, last), *_costs(source, last, slack)]


def _differences(source: Path, last: record.Record) -> list[Finding]:
    """Compare with the pair as it is now, which may be another than at the time of the run."""
    reference = chapter.prepare(source)
    _, ran = get_cache(CACHE).merge_match_into_notebook(jupytext.read(source))
    outputs = [cell.outputs for cell in ran.cells if cell.cell_type == "code"]
    found = []
    for number, cell in enumerate(c for c in reference.cells if c.cell_type == "code"):
        role = cell.metadata.get(chapter.HOUSEKEEPING, {})
        now = last.answers.get(role.get("checks")) if role else outputs[number]
        if cell.execution_count is None or now is None:
            continue
        if told := compare.difference(cell.outputs, now, cell.metadata.get("tags", [])):
            found.append(Finding(source.stem, "output", f"cell {number}:\n{told}"))
    return found


@dataclass(frozen=True)
class Compared:
    """How many outputs of a page are compared, and the numbers of the cells that are left out."""

    exactly: int
    within: int
    left_out: tuple[int, ...]


def compared(source: Path) -> Compared:
    """Which outputs of a page are compared to the letter, within a tolerance, and not at all."""
    exactly, within, left_out = 0, 0, []
    cells = [cell for cell in chapter.prepare(source).cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells):
        tags = cell.metadata.get("tags", [])
        if not cell.outputs:
            continue
        if compare.IGNORE in tags:
            left_out.append(number)
        elif compare.tolerance(tags):
            within += 1
        else:
            exactly += 1
    return Compared(exactly, within, tuple(left_out))


def _costs(source: Path, last: record.Record, slack: float) -> list[Finding]:
    budget = {"chapter": PAGE, "cell": CELL} | front_matter(source).get("budget", {})
    found = []
    if last.cpu > slack * budget["chapter"]:
        text = f"takes {last.cpu:.0f} CPU seconds; {budget['chapter']:.0f} are allowed"
        found.append(Finding(source.stem, "cost", text))
    if last.memory > MEMORY:
        found.append(Finding(source.stem, "cost", f"needs {last.memory / 1e9:.1f} GB of memory"))
    for number, cell in enumerate(last.cells):
        if cell.cpu > slack * budget["cell"]:
            text = f"cell {number} takes {cell.cpu:.1f} CPU seconds; {budget['cell']} are allowed"
            found.append(Finding(source.stem, "cost", text))
    return found


def write(sources: list[Path]) -> None:
    """Write the pairs of pages that ran; says which changed."""
    for source in sources:
        found = executed(source)
        if found and pairs.write(source, found[1], found[0].answers):
            print(f"wrote {pairs.pair_of(source).relative_to(ROOT)}")


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; returns 1 if a page failed, or with ``--check`` has findings."""
    parser = argparse.ArgumentParser(
        prog="python -m coursekit run", description=(__doc__ or "").split("\n")[0]
    )
    known = {source.stem: source for source in pairs.sources()}
    parser.add_argument("--check", action="store_true", help="fail if outputs or costs differ")
    parser.add_argument("--write", action="store_true", help="write the paired notebooks")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="such as 05-project; default: all")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.pages) - known.keys():
        parser.error(f"no page {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    sources = [known[name] for name in chosen.pages or known]
    run(sources)
    if chosen.write:
        write(sources)
    found = [finding for source in sources for finding in findings(source)]
    for finding in found:
        print(f"{finding.page}: {finding.text}", file=sys.stderr)
    if any(finding.kind == "output" for finding in found):
        print("Outputs differ from those stored. If that is meant: make sync", file=sys.stderr)
    counts = {source.stem: compared(source) for source in sources}
    left_out = {name: count.left_out for name, count in counts.items() if count.left_out}
    print(
        f"outputs: {sum(count.exactly for count in counts.values())} compared to the letter, "
        f"{sum(count.within for count in counts.values())} within a tolerance, "
        f"{sum(map(len, left_out.values()))} left out: "
        + "; ".join(f"{name} {', '.join(map(str, cells))}" for name, cells in left_out.items())
    )
    serious = {"error", "output", "cost"} if chosen.check else {"error"}
    return int(any(finding.kind in serious for finding in found))


if __name__ == "__main__":
    sys.exit(main())
