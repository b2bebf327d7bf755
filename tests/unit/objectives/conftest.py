"""One comparison for all objectives: with a naive version, in value and in gradient."""

import numpy as np
import pytest
import tensorflow as tf


def gradients(objective, *arrays):
    """Gradient of ``objective`` with respect to each array; 0 where nothing flows."""
    variables = [tf.Variable(array) for array in arrays]
    with tf.GradientTape() as tape:
        loss = objective(*variables)
    found = tape.gradient(loss, variables, unconnected_gradients="zero")
    return [np.asarray(gradient) for gradient in found]


def finite_differences(function, arrays, place, step=1e-5):
    """Central differences of ``function`` with respect to ``arrays[place]``."""
    differences = np.empty_like(arrays[place])
    for index in np.ndindex(*differences.shape):
        values = []
        for sign in (1, -1):
            moved = [array.copy() for array in arrays]
            moved[place][index] += sign * step
            values.append(function(*moved))
        differences[index] = (values[0] - values[1]) / (2 * step)
    return differences


def compare(objective, naive, *arrays, slope=None):
    """Assert that ``objective`` is ``naive``, and its gradient that of ``slope``.

    ``slope`` is the naive function in which all that lets no gradient through is held fixed.
    """
    arrays = [np.asarray(array, "float64") for array in arrays]
    value = float(objective(*arrays))
    # float64 throughout: the same sum in another order, some roundings of 2e-16.
    assert value == pytest.approx(naive(*arrays), rel=1e-11, abs=1e-13)
    # float32 rounds by 6e-8, and temperatures down to 0.04 multiply that before the exponential.
    single = float(objective(*[np.float32(array) for array in arrays]))
    assert single == pytest.approx(value, rel=1e-5)
    exact = gradients(objective, *arrays)
    scale = max(np.abs(gradient).max() for gradient in exact)
    assert scale > 1e-3, "a gradient of 0 compares with nothing"
    for place, gradient in enumerate(exact):
        differences = finite_differences(slope or naive, arrays, place)
        # Off by step² = 1e-10 times a third derivative (a temperature of 0.04 makes it some
        # hundred times the first) and by roundings of 1e-16 / step = 1e-11 of the value.
        assert np.abs(gradient - differences).max() <= 1e-6 * scale


@pytest.fixture(name="compare")
def _compare():
    return compare


@pytest.fixture(name="gradients")
def _gradients():
    return gradients
