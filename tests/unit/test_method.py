"""The base class: when its hooks are called, and what stops a training that is lost."""

import keras
import numpy as np
import pytest
from keras import ops

from ssl_course import networks, views
from ssl_course.methods import Method, SimCLR, TwoViewMethod, VICReg
from ssl_course.pretrain import Recipe, training

IMAGES = np.random.default_rng(0).uniform(size=(24, 28, 28, 1)).astype("float32")


class Mean(Method):
    """Guess the mean brightness; notes what is called."""

    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
        self.calls = []

    def compute(self, inputs, training):
        self.calls.append(("compute", training))
        return self.encoder(inputs)

    def compare(self, inputs, outputs):
        self.calls.append(("compare", None))
        return ops.mean(ops.square(outputs - ops.mean(inputs)))

    def before_step(self):
        self.calls.append(("before", None))

    def after_step(self, outputs):
        self.calls.append(("after", outputs.shape))


@pytest.fixture
def mean():
    keras.utils.set_random_seed(0)
    method = Mean()
    method.compile(keras.optimizers.Adam(1e-3), run_eagerly=True)
    return method


class TestHooks:
    def test_a_step(self, mean):
        mean.fit(IMAGES[:8], batch_size=8, verbose=0)
        expected = [("before", None), ("compute", True), ("compare", None), ("after", (8, 1))]
        assert mean.calls[-4:] == expected

    def test_evaluation_and_use(self, mean):
        mean(IMAGES[:2])
        mean.evaluate(IMAGES[:8], verbose=0)
        mean.predict(IMAGES[:8], verbose=0)
        assert {name for name, _ in mean.calls} == {"compute", "compare"}
        assert ("compute", True) not in mean.calls


def two_views(kind, **options):
    projector = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])
    return kind(networks.dense_encoder(8), projector, views.RandomView(), **options)


class Agree(TwoViewMethod):
    """A method of one's own: one objective."""

    def objective(self, first, second):
        return ops.mean(ops.square(first - second))


def test_a_two_view_method_is_one_objective():
    keras.utils.set_random_seed(0)
    method = two_views(Agree)
    method.compile("adam")
    losses = method.fit(IMAGES, batch_size=8, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    outputs = method.predict(IMAGES, verbose=0)
    assert outputs._fields == ("first", "second")
    assert outputs.first.shape == outputs.second.shape == (24, 4)


class TestNaN:
    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_names_batch_and_method(self, mean, bad):
        images = IMAGES.copy()
        images[17, 3, 4] = bad
        with pytest.raises(FloatingPointError, match=r"loss of Mean became .* in batch 2, "):
            mean.fit(images, batch_size=8, shuffle=False, verbose=0)

    def test_in_a_graph_beside_other_callbacks(self):
        images, seen = IMAGES.copy(), []
        images[9] = np.nan
        method = two_views(Agree)
        method.compile("adam")
        note = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: seen.append(batch)
        )
        with pytest.raises(FloatingPointError, match="loss of Agree became nan in batch 1"):
            method.fit(images, batch_size=8, shuffle=False, verbose=0, callbacks=[note])
        assert seen == [0, 1]


class TestLastBatchOfOne:
    def finite(self, method):
        return all(np.isfinite(np.asarray(weight)).all() for weight in method.weights)

    def test_leaves_the_weights_whole(self):
        method = two_views(VICReg)
        method.compile("adam")
        method.fit(IMAGES[:9], batch_size=8, verbose=0)
        assert self.finite(method)

    def test_is_left_out_of_a_run(self):
        recipe = Recipe("tiny", "fashion_mnist", lambda: two_views(VICReg), epochs=1, batch_size=8)
        method = two_views(VICReg)
        method.compile("adam")
        training.train_epoch(recipe, IMAGES[:17], method, 0)
        assert int(method.optimizer.iterations) == 2
        assert self.finite(method)


def test_mixed_precision():
    """Where the policy makes all layers compute in float16, the loss is still a number."""
    keras.config.set_dtype_policy("mixed_float16")
    try:
        method = two_views(SimCLR)
        method.compile("adam")
        loss = method.fit(IMAGES, batch_size=12, verbose=0).history["loss"][0]
    finally:
        keras.config.set_dtype_policy("float32")
    assert 0 < loss < 10
