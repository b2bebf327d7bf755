"""Workflows call what exists, with actions that cannot change under a name."""

import re
from importlib.util import find_spec

import pytest
import yaml

from coursekit import ROOT

FILES = [*(ROOT / ".github").glob("workflows/*.yml"), *(ROOT / ".github").glob("actions/*/*.yml")]
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def values(node, key: str) -> list:
    """Every value of a key, however deep."""
    if isinstance(node, list):
        return [found for item in node for found in values(item, key)]
    if not isinstance(node, dict):
        return []
    own = [node[key]] if key in node else []
    return own + [found for item in node.values() for found in values(item, key)]


def commands(path) -> str:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return "\n".join(str(line) for key in ("run", "command") for line in values(content, key))


@each_file
def test_actions_are_pinned_by_commit_and_say_their_version(path):
    lines = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    for line in lines:
        assert re.fullmatch(r"\./[\w./-]+|[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
        if line.startswith("./"):
            assert (ROOT / line).exists()


@each_file
def test_commands_exist(path):
    text = commands(path)
    for module in re.findall(r"python3? -m ((?:coursekit|ssl_course)[\w.]*)", text):
        assert find_spec(module), module
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z]+)", text):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for named in re.findall(r"(?:tests|\.ci)/\S+", text):
        assert (ROOT / named).exists(), named


def test_one_action_has_one_version():
    used = [
        line
        for path in FILES
        for line in re.findall(r"uses: (\w\S+@\w+)", path.read_text(encoding="utf-8"))
    ]
    assert used
    assert len(set(used)) == len({line.partition("@")[0] for line in used})
