"""A clone has the same bytes as this one, whatever the settings of the user's git."""

import shutil
import subprocess
from pathlib import Path

import pytest

from ssl_course.chapters import entities
from ssl_course.data import fetch

ROOT = Path(__file__).parents[1]
AUTHOR = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
SAMPLES = "ssl_course/data/samples"


def git(folder: Path, *arguments: str) -> str:
    run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    return run.stdout.decode()


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A repository with the attributes, the samples and the smallest file of each kind."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    tracked = [ROOT / name for name in git(ROOT, "ls-files", "-z").split("\0") if name]
    tracked = [path for path in tracked if path.is_file()]
    kinds = {}
    for path in tracked:
        kinds.setdefault(path.suffix or path.name, []).append(path)
    chosen = {min(paths, key=lambda path: path.stat().st_size) for paths in kinds.values()}
    chosen |= {ROOT / ".gitattributes", *(ROOT / SAMPLES).glob("*.*")}
    folder = tmp_path_factory.mktemp("small")
    for path in chosen:
        (folder / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / path.relative_to(ROOT))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, *AUTHOR, "commit", "--quiet", "--message", "small")
    return folder


@pytest.mark.parametrize(
    "settings",
    [["core.autocrlf=true"], ["core.autocrlf=true", "core.eol=crlf"], ["core.autocrlf=input"]],
    ids=" ".join,
)
def test_clone_has_the_same_bytes(small, settings, tmp_path):
    options = [word for setting in settings for word in ("-c", setting)]
    git(tmp_path, "clone", "--quiet", *options, str(small), "clone")
    names = git(small, "ls-files", "-z").split("\0")[:-1]
    assert len(names) > 20
    changed = [
        name
        for name in names
        if (tmp_path / "clone" / name).read_bytes() != (small / name).read_bytes()
    ]
    assert changed == []
    listed = tmp_path / "clone" / SAMPLES / entities._FILE.name
    assert fetch.verify(listed, entities._FILE.sha256, "") == listed


def test_a_filter_of_the_user_leaves_the_pairs(small, tmp_path):
    """As `nbstripout --install --global` writes it."""
    attributes = tmp_path / "attributes"
    attributes.write_text("*.ipynb filter=nbstripout\n", encoding="utf-8")
    setting = ("-c", f"core.attributesFile={attributes}")
    (said,) = git(small, *setting, "check-attr", "filter", "book/x.ipynb").splitlines()
    assert said == "book/x.ipynb: filter: unset"
