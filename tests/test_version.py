"""One version: package, tag that pages install, links, citation and changelog."""

import builtins
import re
import tomllib
from datetime import date
from types import SimpleNamespace

import jupytext
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement

import ssl_course
from coursekit import ROOT, pairs, version

NUMBER = ssl_course.__version__
SOURCES = pairs.sources()
PAGES = [path for source in SOURCES for path in (source, source.with_suffix(".ipynb"))]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def first_cell(source) -> str:
    return next(c.source for c in jupytext.read(source).cells if c.cell_type == "code")


@each_page
def test_page_installs_and_opens_this_version(page):
    text = page.read_text(encoding="utf-8")
    name = version.repository().removeprefix("https://github.com/")
    links = re.findall(rf"{name}/blob/([^/]+)/([\w./-]+)", text)
    assert f"git+https://github.com/{name}@v{NUMBER}" in text
    assert ("v" + NUMBER, f"book/{page.stem}.ipynb") in links
    assert {tag for tag, _ in links} == {"v" + NUMBER}
    assert all((ROOT / path).is_file() for _, path in links)


def test_every_place_names_it():
    places = version.places().keys()
    names = {path.name for path in places}
    assert {"__init__.py", "README.md", "CITATION.cff", "CHANGELOG.md"} < names
    assert set(SOURCES) <= places
    assert version.current() == NUMBER
    assert version.disagreements(NUMBER) == []
    assert len(version.disagreements("0.0.0")) == len(places)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([], 0, f"ssl_course {NUMBER}\n"),
        (["--tag", f"v{NUMBER}"], 0, f"ssl_course {NUMBER}\n"),
        (["--tag", "v0.0.9"], 1, f"The tag is v0.0.9, the version {NUMBER}."),
        (["--news"], 0, "### "),
    ],
)
def test_command(arguments, status, says, capsys):
    assert version.main(arguments) == status
    assert says in capsys.readouterr().out


def test_citation_and_changelog_have_one_date():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{NUMBER}] - {cited['date-released']}\n" in text


def test_readme_leads_to_this_repository_and_its_pages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    owner, _, name = version.repository().removeprefix("https://github.com/").partition("/")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert project["urls"]["Documentation"] == f"https://{owner}.github.io/{name}/"
    assert f"]({project['urls']['Documentation']})" in text
    badges = re.findall(r"\[!\[\w+\]\((\S+)/badge\.svg\)\]\((\S+)\)", text)
    assert badges
    for badge, link in badges:
        assert badge == link
        workflow = link.removeprefix(f"{version.repository()}/actions/workflows/")
        assert (ROOT / ".github" / "workflows" / workflow).is_file()


class TestFirstCell:
    """The cell itself, with stand-ins for pip and for the installed package."""

    def run(self, installed=None, pip_brings=None) -> list[str]:
        """Run the cell where a version is installed, or none; returns what it asks of pip."""
        versions, asked = [installed], []

        def pip(magic, line):
            asked.append(f"{magic} {line}")
            versions.append(pip_brings)

        def found(name, *rest):
            if versions[-1] is None:
                raise ModuleNotFoundError(f"No module named {name!r}")
            return SimpleNamespace(__version__=versions[-1])

        code = TransformerManager().transform_cell(first_cell(SOURCES[0]))
        shell = SimpleNamespace(run_line_magic=pip)
        everything = vars(builtins) | {"__import__": found}
        exec(code, {"get_ipython": lambda: shell, "__builtins__": everything})
        return asked

    def test_is_the_same_on_all_pages_and_short(self):
        cells = {first_cell(source) for source in SOURCES}
        assert len(cells) == 1
        lines = cells.pop().splitlines()
        assert len(lines) <= 15
        assert max(map(len, lines)) <= 75

    def test_does_nothing_where_the_course_is(self, capsys):
        assert self.run(installed=NUMBER) == []
        assert capsys.readouterr().out == ""

    def test_installs_the_course_alone(self, capsys):
        assert self.run(pip_brings=NUMBER) == ["pip install --quiet --no-deps $COURSE"]
        assert capsys.readouterr().out == ""

    def test_stops_with_what_to_do_where_pip_fails(self):
        with pytest.raises(RuntimeError, match=r"git, the internet and Python 3\.11.*run this"):
            self.run()

    def test_says_that_another_version_is_installed(self, capsys):
        assert self.run(installed="0.0.9") == []
        out = capsys.readouterr().out
        assert "ssl_course 0.0.9 is not for this page" in out
        assert f"@v{NUMBER} and restart" in out


@pytest.mark.parametrize(
    ("page", "package"), [("06-5-privacy", "dp-accounting"), ("09-2-sequences", "rdkit")]
)
def test_what_a_page_adds_has_a_range_that_fits_the_pinned_one(page, package):
    text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    (options, wanted) = re.search(rf'%pip install (.*) "({package}.*)"', text).groups()
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    (pinned,) = re.findall(rf"^{package}==(\S+)", pins, re.M)
    assert "--no-deps" in options
    assert "<" in wanted
    assert Requirement(wanted).specifier.contains(pinned)


class TestSet:
    @pytest.fixture
    def clone(self, tmp_path):
        """A copy of every place, with something new in the changelog."""
        for path in version.places():
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        changelog = tmp_path / "CHANGELOG.md"
        news = version.UNRELEASED + "\n### Fixed\n\n- A fault.\n"
        changelog.write_text(
            changelog.read_text(encoding="utf-8").replace(version.UNRELEASED, news),
            encoding="utf-8",
        )
        return tmp_path

    def test_reaches_every_place(self, clone):
        version.set_to("12.3.45", date(2031, 2, 3), clone)
        found = {path: version.named(path, how) for path, how in version.places(clone).items()}
        assert len(found) == len(version.places())
        assert all(numbers == {"12.3.45"} for numbers in found.values())
        for page in clone.glob("book/*.md"):
            assert (
                page.read_text(encoding="utf-8").count("12.3.45")
                == page.read_text(encoding="utf-8").count("v12.3.45")
                >= 2
            )

    def test_dates_the_news(self, clone):
        version.set_to("12.3.45", date(2031, 2, 3), clone)
        assert 'date-released: "2031-02-03"' in (clone / "CITATION.cff").read_text(encoding="utf-8")
        wanted = "## [Unreleased]\n\n## [12.3.45] - 2031-02-03\n\n### Fixed\n\n- A fault.\n"
        assert wanted in (clone / "CHANGELOG.md").read_text(encoding="utf-8")
        assert f"## [{NUMBER}]" in (clone / "CHANGELOG.md").read_text(encoding="utf-8")

    def test_refuses_what_is_no_version(self, clone):
        with pytest.raises(ValueError, match="is no version"):
            version.set_to("v1.0", date.today(), clone)

    def test_refuses_a_release_without_news(self, clone):
        version.set_to("12.3.45", date.today(), clone)
        with pytest.raises(ValueError, match="nothing under"):
            version.set_to("12.3.46", date.today(), clone)
