"""Chapters and their paired notebooks: complete, in step, and free of one machine's traces."""

import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

from coursekit import pairs
from ssl_course import exercises

ROOT = Path(__file__).parents[1]
SOURCES = pairs.sources()
TEXTS = [*(ROOT / "book").glob("*.md"), *(ROOT / "book").glob("*.ipynb"), ROOT / "README.md"]
REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "urls"
]["Repository"]
CHAPTERS = [path for path in SOURCES if path.stem[:2].isdigit()]
parametrize = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
each_chapter = pytest.mark.parametrize("source", CHAPTERS, ids=lambda path: path.stem)


def test_there_are_chapters():
    assert SOURCES


@parametrize
def test_source_is_whole(source):
    assert pairs.fault(source) is None


def test_every_pair_has_a_source():
    """A page whose front matter is gone is no notebook any more, and would be passed over."""
    assert [path.with_suffix(".md") for path in sorted(pairs.BOOK.glob("*.ipynb"))] == SOURCES


@parametrize
def test_pair_is_in_step(source):
    assert pairs.is_in_step(source), "run: make sync"


@parametrize
def test_notebook_has_run_and_holds_text_only(source):
    pair = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    code = [cell for cell in pair.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    for cell in code:
        for output in cell.outputs:
            assert output.output_type != "error"
            assert not [kind for kind in output.get("data", {}) if kind.startswith("image/")]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_traces_of_a_machine_and_nothing_left_open(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"/(?:work|tmp|root|home)/\S*", text)
    assert not re.findall(r"TODO|FIXME|XXX|lorem ipsum|coming soon|to be written", text)
    assert not re.findall(r"object at 0x[0-9a-f]+", text)


@each_chapter
def test_front_matter_is_complete(source):
    course = yaml.safe_load(source.read_text(encoding="utf-8").split("---")[1])["course"]
    assert course["article"]
    assert course["before"]
    assert set(course["minutes"]) == {"reading", "cached", "quick", "full"}
    for objective in course["objectives"].values():
        assert objective.rstrip(".")[1:] in source.read_text(encoding="utf-8").split("---", 2)[2]


@each_chapter
def test_chapter_has_its_parts(source):
    text = source.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.M)
    for part in ("Predict first", "Break it", "Exercises", "Take-aways", "Quiz", "Reproducibility"):
        assert part in headings
    assert "} At a glance" in text
    assert "} Article note" in text
    assert text.count("} Hint") == text.count("} Detailed hint") >= 1


@each_chapter
def test_terms_lead_to_the_glossary(source):
    glossary = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    used = re.findall(r"{term}`(?:[^`<]*<)?([^`>]+)>?`", source.read_text(encoding="utf-8"))
    assert used
    for term in used:
        assert re.search(rf"^{re.escape(term)}$", glossary, re.M), term


@each_chapter
def test_quiz_bank(source):
    objectives = yaml.safe_load(source.read_text(encoding="utf-8").split("---")[1])["course"][
        "objectives"
    ]
    chapter = re.match(r"\d\d(-\d)?", source.stem)[0]
    bank = exercises.bank(chapter)
    used = re.findall(rf'exercises\.quiz\("{chapter}\.(\w+)"\)', source.read_text(encoding="utf-8"))
    assert sorted(used) == sorted(bank), "each question is asked once"
    for question in bank.values():
        assert question["objective"] in objectives
        assert sum(choice.get("right", False) for choice in question["choices"]) == 1
        assert len(question["choices"]) >= 3
        assert all(len(choice["why"]) > 40 for choice in question["choices"])


def test_repository_address_is_the_one_of_pyproject():
    """Chapters and CITATION.cff have to repeat the address; they repeat this one."""
    own = REPOSITORY.removeprefix("https://github.com/")
    name = r"([\w.-]+/[\w.-]+?)"
    pattern = rf"colab\.research\.google\.com/github/{name}/|git\+https://github\.com/{name}[@\s]"
    texts = [path.read_text(encoding="utf-8") for path in TEXTS]
    repeated = [found for text in texts for pair in re.findall(pattern, text) for found in pair]
    assert set(repeated) - {""} == {own}
    for text in texts:
        for found, path in re.findall(rf"github\.com/{name}/blob/main/([\w./-]+)", text):
            assert found == own or not (ROOT / path).exists()
    assert (
        yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["repository-code"]
        == REPOSITORY
    )


def test_no_other_file_repeats_the_address():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    own = REPOSITORY.removeprefix("https://").encode()
    repeating = {
        path for path in tracked if (ROOT / path).is_file() and own in (ROOT / path).read_bytes()
    }
    allowed = {str(path.relative_to(ROOT)) for path in TEXTS} | {"CITATION.cff", "pyproject.toml"}
    assert repeating <= allowed


def test_unknown_quiz():
    with pytest.raises(KeyError, match="no quiz bank for chapter '99'"):
        exercises.quiz("99.none")
