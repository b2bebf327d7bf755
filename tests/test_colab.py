"""A stand-in for Colab, for one notebook; `python -m coursekit.colab` runs all of them."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from coursekit import BOOK, ROOT, colab, pairs

CHAPTER = BOOK / "05-project.md"
EXTRA = {"06-5-privacy": {"dp-accounting"}, "09-2-sequences": {"rdkit"}}


@pytest.fixture(scope="module")
def python():
    """The Python of an environment like Colab's, without the course."""
    try:
        return colab.environment()
    except colab.ColabError as error:
        if re.search("ConnectionError|No matching distribution|resolve", str(error)):
            pytest.skip("the package index is out of reach")
        raise


def test_one_notebook_brings_the_course_and_changes_nothing_else(python, wheel, tmp_path):
    result = colab.run(python, CHAPTER, wheel, tmp_path / "run")
    assert result.problem is None
    assert result.brought == {"ssl-course"}
    card = "".join(output.get("text", "") for output in result.notebook.cells[-1].outputs)
    assert f"Keras {colab.IMAGE['versions']['keras']}" in card


def test_first_cell_stops_where_pip_fails(python, wheel, tmp_path):
    broken = tmp_path / wheel.name
    broken.write_text("no wheel", encoding="utf-8")
    result = colab.run(python, CHAPTER, broken, tmp_path / "run")
    assert "RuntimeError: The course needs git, the internet and Python 3.11" in result.problem
    assert result.brought == set()
    executed = [cell.get("execution_count") for cell in result.notebook.cells]
    assert max(filter(None, executed)) == 1


@pytest.mark.parametrize("source", pairs.sources(), ids=lambda path: path.stem)
def test_only_two_pages_add_a_package(source):
    expected = {"ssl-course"} | EXTRA.get(source.stem, set())
    assert colab.added(colab.notebook(source, "wheel")) == expected


def test_image_has_what_the_course_requires():
    """The course installs none of its dependencies on Colab."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in map(Requirement, project["dependencies"]):
        if requirement.name not in colab.IMAGE["others"]["names"]:
            assert requirement.specifier.contains(colab.IMAGE["versions"][requirement.name])
