"""Names, tags and the decoder of section 9.3."""

from itertools import pairwise

import numpy as np
import pytest

from ssl_course.chapters import entities


@pytest.mark.parametrize("part", ["validation", "test"])
def test_annotation_fits_the_texts(part):
    lines, names = entities.annotated(part)
    assert len(lines) == len(names) == entities.LENGTHS[part]
    for line, own in zip(lines, names, strict=True):
        assert all(0 <= a < b <= len(line) and k in entities.KINDS for a, b, k in own)
        taken = [place for a, b, _ in own for place in range(a, b)]
        assert len(taken) == len(set(taken))


def test_tags_and_names_are_inverse():
    for line, own in zip(*entities.annotated("test"), strict=True):
        assert entities.to_names(entities.to_tags(own, len(line))) == own


def test_neighbors_stay_two_names():
    names = {(0, 2, "place"), (2, 4, "place"), (4, 5, "brand")}
    assert entities.to_names(entities.to_tags(names, 6)) == names


def test_best_tags_are_legal_and_best():
    random = np.random.default_rng(0)
    scores = random.normal(size=(4, len(entities.TAGS)))
    tags = entities.best_tags(scores)
    count = len(entities.TAGS)
    best, winner = -np.inf, None
    for number in range(count**4):
        path = [number // count**i % count for i in range(4)]
        legal = entities.TAGS[path[0]][0] != "I"
        legal &= all(entities.LEGAL[a, b] for a, b in pairwise(path))
        total = scores[range(4), path].sum()
        if legal and total > best:
            best, winner = total, path
    assert tags.tolist() == winner
    assert len(entities.best_tags(scores[:0])) == 0


def test_window():
    (wide,) = entities.window([np.array([[1.0], [2.0], [3.0]])], reach=1)
    assert wide.tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 0]]


def test_look_up_prefers_the_longest():
    lexicon = {"ab": "brand", "abc": "place", "d": "person"}
    assert entities.look_up("abcdab", lexicon) == {
        (0, 3, "place"),
        (3, 4, "person"),
        (4, 6, "brand"),
    }
