"""Taggers of names: what a character is seen with, and names from a classifier."""

import numpy as np
import pytest
from sklearn.feature_extraction import DictVectorizer

from ssl_course.chapters.entities import Annotated, taggers


def test_a_character_is_seen_with_two_neighbors_a_side_and_their_pairs():
    first, second = taggers.characters(["ab"])
    assert first == {
        **{"at -2": "⟨", "at -1": "⟨", "at 0": "a", "at 1": "b", "at 2": "⟩"},
        **{"pair -2": "⟨⟨", "pair -1": "⟨a", "pair 0": "ab", "pair 1": "b⟩"},
    }
    assert second["at -1"] == "a"


@pytest.fixture
def known():
    texts = ["xxAByy", "yABxx", "xyxy"] * 5
    return Annotated(texts, [{(2, 4, "brand")}, {(1, 3, "brand")}, set()] * 5)


def test_a_tagger_finds_the_names_that_it_was_shown_in_other_places(known):
    counter = DictVectorizer()
    tagger = taggers.Tagger(counter.fit_transform(taggers.characters(known.texts)), known, 100)
    lines = ["ABxyxAB", "xyyx"]
    features = counter.transform(taggers.characters(lines))
    assert tagger(features, lines) == [{(0, 2, "brand"), (5, 7, "brand")}, set()]


def test_courage_finds_more(known):
    counter = DictVectorizer()
    tagger = taggers.Tagger(counter.fit_transform(taggers.characters(known.texts)), known, 0.01)
    features = counter.transform(taggers.characters(known.texts))

    def found(courage):
        return sum(map(len, tagger(features, known.texts, courage)))

    assert found(-20) == 0 < found(20)


def test_frozen_features_are_centered_and_scaled_by_what_they_were_made_of():
    def network(tokens):
        return np.stack([tokens, tokens**2], axis=-1).astype(float)

    lines = ["酒店很好", "书不错"]
    frozen = taggers.Frozen([network, network], lines)
    features = frozen(lines)
    # One row a character: two networks of two numbers, for five places.
    assert features.shape == (7, 20)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-9)
