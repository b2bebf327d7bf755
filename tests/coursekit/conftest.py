"""A clone in a folder of the test's own, for what reads and writes in the clone."""

from collections.abc import Iterator

import pytest
from clones import Clone

from coursekit.run import chapter, everything, record


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Iterator[Clone]:
    """An empty clone, which all of coursekit's run takes for its own."""
    root = tmp_path / "clone"
    root.mkdir()
    for module in (record, everything):
        monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(record, "RECORDS", root / "_build" / "run")
    monkeypatch.setattr(everything, "CACHE", root / "_build" / ".jupyter_cache")
    monkeypatch.setattr(chapter, "BOOK", root / "book")
    record._digest.cache_clear()
    yield Clone(root)
    record._digest.cache_clear()
