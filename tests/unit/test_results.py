"""Stored results: complete, plausible, and in step with the checkpoints they were measured on."""

import numpy as np
import pandas as pd
import pytest

from ssl_course.course import results
from ssl_course.pretrain import RECIPES, read_card

PREFIX = "fashion_mnist-"
METHODS = [name.removeprefix(PREFIX) for name in RECIPES if name.startswith(PREFIX)]
CONTROLS = ["raw_pixels", "pca", "random", "random_transformer", "supervised"]
ACCURACIES = ["linear", "knn", "few_1", "few_5", "few_10", "few_50", "few_100"]


@pytest.fixture(scope="module")
def runs():
    return results.load("fashion_mnist")


def test_the_table_has_the_columns_and_rows_it_should(runs):
    assert list(runs.columns) == ["seed", *ACCURACIES, "rankme", "cpu_minutes", "parameters"]
    order = [*CONTROLS, *METHODS, "gan_inverse"]
    assert list(runs.index.unique()) == [row for row in order if row in runs.index]
    assert not runs.reset_index().duplicated(["method", "seed"]).any()


def test_accuracies_are_accuracies_and_rise_with_the_labels(runs):
    measured = runs.drop("supervised")
    assert measured[ACCURACIES].notna().all(axis=None)
    assert runs[ACCURACIES].stack().dropna().between(0.1, 1.0).all()
    few = runs[["few_1", "few_10", "few_100"]]
    assert (few.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert measured["rankme"].gt(1).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_row_was_measured_on_the_checkpoint_that_is_shipped(runs, method):
    if method not in runs.index:
        pytest.skip("not measured yet")
    own = runs.loc[[method]]
    row = own[own["seed"] == 0].squeeze()
    card = read_card(PREFIX + method)
    # The table is rounded to five digits.
    assert row["cpu_minutes"] == pytest.approx(card["cpu_seconds"] / 60, abs=1e-5)


COLUMNS = {"linear": "linear", "knn": "k-NN", "cpu_minutes": "minutes"}


class TestTable:
    runs = pd.DataFrame(
        {
            "seed": [0, 0, 1],
            "linear": [0.5, 0.6, 0.8],
            "knn": [np.nan, 0.3, 0.5],
            "cpu_minutes": [1.0, 2.0, 4.0],
        },
        index=pd.Index(["one", "two", "two"], name="method"),
    )

    def test_mean_spread_best_and_missing(self):
        table = results.table(self.runs, {"one": "1", "two": "2"}, COLUMNS).data
        head, _, first, second = table.splitlines()
        assert head == "| | linear | k-NN | minutes |"
        assert first == "| 1 | 0.500 | – | 1.0 |"
        assert second == "| 2 | **0.700 ± 0.141** | **0.400 ± 0.141** | 3.0 |"

    def test_rows_and_their_order_are_chosen(self):
        table = results.table(self.runs, {"two": "b", "one": "a"}, COLUMNS).data
        assert [line[2] for line in table.splitlines()[2:]] == ["b", "a"]

    def test_a_row_without_a_run_says_so(self):
        table = results.table(self.runs, {"one": "1", "three": "3"}, COLUMNS).data
        assert table.splitlines()[-1] == "| 3 | not measured yet | | |"
