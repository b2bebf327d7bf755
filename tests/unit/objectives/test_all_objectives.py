"""What the objectives have in common: one number, whatever the order of the batch, compiled too."""

import numpy as np
import pytest
import tensorflow as tf

from ssl_course import objectives

RNG = np.random.default_rng(0)
N, D = 6, 3
VECTORS = RNG.uniform(-1, 1, (4, N, D))
IMAGES = RNG.uniform(0.1, 0.9, (2, N, 4, 4, 1))
IMAGES[1] = 0.9 * IMAGES[0] + 0.1 * IMAGES[1]  # a fair copy of the first
CENTER = RNG.uniform(-1, 1, D)
TIME, VOCABULARY = 5, 7
FRAMES = RNG.uniform(-1, 1, (3, N, TIME, D))
ASKED = (RNG.uniform(size=(N, TIME)) < 0.6).astype("float64")
CLASSES = np.arange(N) % D + 0.0
TOKENS = RNG.integers(VOCABULARY, size=(N, TIME)).astype("float64")
LOGITS = RNG.uniform(-2, 2, (N, TIME, VOCABULARY))

#: Objective, arguments with one row an example.
PAIRED = {
    "barlow_twins": VECTORS[:2],
    "binary_cross_entropy": IMAGES,
    "classification": [CLASSES, VECTORS[0]],
    "evidence_loss": [*IMAGES, *VECTORS[:2]],
    "frame_nce": [*FRAMES, ASKED],
    "gaussian_kl": VECTORS[:2],
    "info_nce": VECTORS[:2],
    "negative_cosine": VECTORS[:2],
    "nt_xent": VECTORS[:2],
    "self_distillation": VECTORS[:2],
    "squared_error": IMAGES,
    "swapped_prediction": VECTORS[:2],
    "token_cross_entropy": [TOKENS, LOGITS, ASKED],
    "vicreg": VECTORS[:2],
}
#: Objective, samples: no row of one belongs to a row of the other.
SAMPLES = {
    name: [VECTORS[0], VECTORS[1][:-1]]
    for name in ("coral", "discriminator_loss", "feature_matching", "median_bandwidth", "mmd")
} | {"generator_loss": [VECTORS[0]]}
ALL = PAIRED | SAMPLES


def objective(name):
    if name == "frame_nce":
        return lambda predictions, frames, negatives, where: objectives.frame_nce(
            predictions, frames, negatives, tf.ones([tf.shape(where)[0], TIME, TIME], bool), where
        )
    if name == "self_distillation":
        return lambda student, teacher: objectives.self_distillation(
            student, teacher, tf.cast(CENTER, student.dtype)
        )
    return getattr(objectives, name)


def test_all_are_here():
    assert set(ALL) | {"EPSILON", "normalize", "sinkhorn"} == set(objectives.__all__)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_one_number_in_the_precision_of_the_arguments(name, kind):
    loss = objective(name)(*[tf.constant(array, kind) for array in ALL[name]])
    assert loss.shape == ()
    assert loss.dtype == kind
    assert np.isfinite(float(loss))


@pytest.mark.parametrize("name", ALL)
def test_the_order_of_the_batch_does_not_count(name):
    plain = float(objective(name)(*map(tf.constant, ALL[name])))
    order = np.random.default_rng(1).permutation(N)
    if name in PAIRED:
        turned = [array[order] for array in ALL[name]]
    else:
        turned = [ALL[name][0][order], *(array[::-1] for array in ALL[name][1:])]
    # The same terms, added in another order.
    assert float(objective(name)(*map(tf.constant, turned))) == pytest.approx(plain, rel=1e-11)


@pytest.mark.parametrize("name", sorted(PAIRED.keys() - {"gaussian_kl", "nt_xent", "vicreg"}))
def test_partners_belong_together(name):
    """Pairing the rows otherwise is another value: the order above was not ignored altogether."""
    plain = float(objective(name)(*map(tf.constant, ALL[name])))
    first, *others = ALL[name]
    turned = [tf.constant(np.roll(first, 1, axis=0)), *map(tf.constant, others)]
    assert abs(float(objective(name)(*turned)) - plain) > 0.01 * abs(plain)


@pytest.mark.parametrize(
    "name",
    [
        "barlow_twins",
        "coral",
        "feature_matching",
        "median_bandwidth",
        "mmd",
        "nt_xent",
        "squared_error",
        "swapped_prediction",
        "vicreg",
    ],
)
def test_symmetric(name):
    forward = float(objective(name)(*map(tf.constant, ALL[name])))
    backward = float(objective(name)(*map(tf.constant, ALL[name][::-1])))
    assert backward == pytest.approx(forward, rel=1e-11)


@pytest.mark.parametrize("name", ALL)
def test_compiled_for_batches_of_any_size(name):
    signature = [tf.TensorSpec([None, *array.shape[1:]], array.dtype) for array in ALL[name]]
    compiled = tf.function(objective(name), input_signature=signature)
    for arrays in (ALL[name], [array[: N // 2] for array in ALL[name]]):
        plain = float(objective(name)(*map(tf.constant, arrays)))
        assert float(compiled(*map(tf.constant, arrays))) == pytest.approx(plain, rel=1e-11)
