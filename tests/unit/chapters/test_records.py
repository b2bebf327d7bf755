"""Masked pretraining on rows with missing values."""

import numpy as np

from ssl_course.chapters.records import MaskedValues, as_input, hidden_error, hide


def rows_with_gaps():
    random = np.random.default_rng(0)
    causes = random.normal(size=(300, 2))
    rows = causes @ random.normal(size=(2, 6))
    return np.where(random.random(rows.shape) < 0.2, np.nan, rows).astype("float32"), rows


def test_what_is_missing_is_never_hidden():
    gaps, _ = rows_with_gaps()
    visible, hidden = hide(gaps, np.random.default_rng(0))
    assert not np.any(hidden & np.isnan(gaps))
    assert np.array_equal(np.isnan(visible), hidden | np.isnan(gaps))
    assert 0.3 < hidden.sum() / (~np.isnan(gaps)).sum() < 0.5


def test_the_input_tells_zero_from_missing():
    rows = as_input(np.array([[0.0, np.nan, 2.0]]))
    assert rows.tolist() == [[0, 0, 2, 1, 0, 1]]


def test_the_error_looks_at_hidden_values_only():
    target = np.array([[[1.0, 2.0, 3.0], [0, 1, 1]]], "float32")
    prediction = np.array([[9.0, 2.0, 5.0]], "float32")
    assert float(hidden_error(target, prediction)) == 2.0
    nothing = np.array([[[1.0, 2.0, 3.0], [0, 0, 0]]], "float32")
    assert float(hidden_error(nothing, prediction)) == 0.0


def test_it_learns_to_fill_and_leaves_known_values_alone():
    gaps, truth = rows_with_gaps()
    method = MaskedValues(steps=100).fit(gaps)
    filled, missing = method.transform(gaps), np.isnan(gaps)
    assert np.array_equal(filled[~missing], gaps[~missing])
    error = np.mean((filled - truth)[missing] ** 2)
    assert error < 0.5 * np.mean((truth - np.nanmean(gaps, axis=0))[missing] ** 2)
    assert method.embed(gaps).shape == (300, 128)
