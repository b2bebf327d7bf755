"""Stored results: complete, plausible, and in step with the checkpoints they were measured on."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

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
        space = "\N{NO-BREAK SPACE}"
        assert first == "| 1 | **0.500** | – | 1.0 |"  # two differences, .1 and .3, tell nothing
        assert second.replace(space, " ") == ("| 2 | **0.700 ± 0.141** | **0.400 ± 0.141** | 3.0 |")
        assert second.count(f"{space}±{space}") == 2

    def test_what_is_surely_behind_the_best_is_not_marked(self):
        runs = pd.DataFrame(
            {"seed": [0, 1, 2, 0, 1, 2, 0], "linear": [0.90, 0.91, 0.92, 0.80, 0.81, 0.83, 0.5]},
            index=pd.Index(["best"] * 3 + ["behind"] * 3 + ["pixels"], name="method"),
        )
        names = {name: name for name in ("best", "behind", "pixels")}
        table = results.table(runs, names, {"linear": "linear"}).data.splitlines()[2:]
        assert ["**" in line for line in table] == [True, False, False]

    def test_of_single_runs_the_best_alone_is_marked(self):
        runs = self.runs.iloc[:2]
        table = results.table(runs, {"one": "1", "two": "2"}, {"linear": "linear"}).data
        assert table.splitlines()[2:] == ["| 1 | 0.500 |", "| 2 | **0.600** |"]

    def test_rows_and_their_order_are_chosen(self):
        table = results.table(self.runs, {"two": "b", "one": "a"}, COLUMNS).data
        assert [line[2] for line in table.splitlines()[2:]] == ["b", "a"]

    def test_a_row_without_a_run_says_so(self):
        table = results.table(self.runs, {"one": "1", "three": "3"}, COLUMNS).data
        assert table.splitlines()[-1] == "| 3 | not measured yet | | |"


class TestPaired:
    def runs(self, **columns):
        """Methods a and b with seeds 0 to 2, given as three numbers each; c has seed 0 alone."""
        data = {"seed": [0, 1, 2, 2, 1, 0, 0], "x": columns["a"] + columns["b"][::-1] + [0.5]}
        return pd.DataFrame(data, index=pd.Index(list("aaabbbc"), name="method"))

    def test_differences_are_of_the_same_seed(self):
        runs = self.runs(a=[0.5, 0.9, 0.7], b=[0.49, 0.88, 0.67])
        found = results.paired(runs, "a", "b", "x")
        peer = stats.ttest_rel([0.5, 0.9, 0.7], [0.49, 0.88, 0.67]).confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx(tuple(peer))
        assert (found.runs, found.mean) == (3, pytest.approx(0.02))

    @pytest.mark.parametrize(
        ("b", "verdict"),
        [([0.1, 0.2, 0.1], "more"), ([0.9, 0.9, 0.95], "less"), ([0.4, 0.6, 0.5], "can't be told")],
    )
    def test_verdict(self, b, verdict):
        assert results.paired(self.runs(a=[0.5, 0.5, 0.5], b=b), "a", "b", "x").verdict == verdict

    def test_a_method_without_seeds_meets_every_run(self):
        runs = self.runs(a=[0.6, 0.7, 0.8], b=[0, 0, 0])
        assert results.paired(runs, "a", "c", "x").mean == pytest.approx(0.2)
        assert results.paired(runs, "c", "a", "x").mean == pytest.approx(-0.2)

    def test_draws_count_beside_seeds(self):
        runs = pd.DataFrame(
            {"seed": [0, 0, 0, 0], "draw": [0, 1, 1, 0], "x": [0.2, 0.3, 0.25, 0.19]},
            index=pd.Index(list("aabb"), name="method"),
        )
        found = results.paired(runs, "a", "b", "x")
        assert (found.runs, found.mean) == (2, pytest.approx(0.03))

    def test_one_run_has_no_interval(self):
        with pytest.raises(ValueError, match="two finite differences"):
            results.interval([0.1])
        with pytest.raises(KeyError, match="no method 'd'"):
            results.paired(self.runs(a=[1, 1, 1], b=[1, 1, 1]), "a", "d", "x")

    def test_the_interval_covers_as_often_as_it_says(self):
        """2,000 samples of 4: the share that covers 0 has a standard error of .005."""
        samples = np.random.default_rng(0).normal(size=(2000, 4))
        told = [results.interval(sample).verdict != "can't be told" for sample in samples]
        assert np.mean(told) == pytest.approx(0.05, abs=0.015)
