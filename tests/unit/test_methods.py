"""Methods: each learns, its targets do not, and what a loss must not see it does not see."""

import dataclasses
import functools
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from sklearn.decomposition import PCA

from ssl_course import data, networks, views
from ssl_course.data import Split
from ssl_course.methods import (
    GAN,
    IJEPA,
    NNCLR,
    VAE,
    AdversarialAutoencoder,
    Colorization,
    Inpainting,
    LinearAutoencoder,
    MaskedAutoencoder,
    Puzzle,
    SparseAutoencoder,
    SwAV,
)
from ssl_course.methods import gan as gan_module
from ssl_course.methods import variational as variational_module
from ssl_course.methods.colorization import LUMA, chroma, colored, luma
from ssl_course.methods.frozen import frozen
from ssl_course.methods.masked import Imagined, Painted, patches, pick, standardized
from ssl_course.methods.pretext import Answered, Filled
from ssl_course.methods.queue import Queue
from ssl_course.methods.sparse import Coded, KeepLargest
from ssl_course.methods.variational import Variational
from ssl_course.objectives import binary_cross_entropy
from ssl_course.pretrain import checkpoint, fashion_mnist, training

RECIPES = {recipe.build.__name__: recipe for recipe in fashion_mnist.RECIPES}
BATCH = 32
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def clothes():
    """A slice of Fashion-MNIST; 256 images let the learning rate fall slowly enough."""
    sample = data.load("fashion_mnist")
    return dataclasses.replace(sample, unlabeled=sample.unlabeled[:256])


def build(name, clothes, **changes):
    """The method of a recipe as it is trained, but for the batch size."""
    recipe = dataclasses.replace(RECIPES[name], batch_size=BATCH, **changes)
    return training.build(recipe, clothes)


@pytest.fixture(scope="module")
def ready(clothes):
    """Methods by name, built once: the tests that share one expect no particular weights."""
    return functools.lru_cache(maxsize=None)(lambda name: build(name, clothes))


def values(variables):
    return {variable.path: np.array(variable) for variable in variables}


def gradients(loss_of, variables):
    """Gradient of each variable by path, None where there is none; frozen ones are asked too."""
    tensors = [variable.value for variable in variables]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        loss = loss_of()
    found = tape.gradient(loss, tensors)
    return {v.path: g for v, g in zip(variables, found, strict=True)}


def none(found):
    return all(gradient is None for gradient in found.values())


def all_nonzero(found):
    return all(g is not None and np.abs(g).max() > 0 for g in found.values())


def same_draws(method, seeds):
    """The method as a function of the images alone: the random draws are the same every time."""
    state = np.array(seeds.state)

    def call(images):
        seeds.state.assign(state)
        return method(images)

    return call


# Every method


@pytest.fixture(scope="module", params=RECIPES)
def trained(request, clothes):
    """Each method before and after three steps; one graph serves the tests that need it."""
    name = request.param
    method = build(name, clothes)
    before = values(method.weights)
    fitted = method.fit(clothes.unlabeled[: 3 * BATCH], batch_size=BATCH, shuffle=False, verbose=0)
    return types.SimpleNamespace(
        name=name, method=method, before=before, loss=fitted.history["loss"][0]
    )


FALLS = RECIPES.keys() - {
    "gan",  # two players: one's gain is the other's loss
    "gan_feature_matching",
    "moco",  # its queue fills with other images, so the question becomes harder
    "nnclr",
    "ijepa",  # its targets move
    "dino",
}


class TestEvery:
    def test_three_steps(self, trained):
        assert np.isfinite(trained.loss)
        for path, after in values(trained.method.weights).items():
            assert np.isfinite(after).all(), path

    def test_every_weight_of_the_encoder_moves(self, trained):
        """Batch statistics included: a method that forgets ``training`` leaves them alone."""
        for path, after in values(trained.method.encoder.weights).items():
            if path.endswith("key/bias"):
                continue  # a softmax does not see it: it moves by rounding, if at all
            assert not np.array_equal(trained.before[path], after), f"{path} did not move"

    def test_encoder_is_evaluated_as_one_vector_an_image(self, trained, clothes):
        assert trained.method.encoder(clothes.unlabeled[:2]).shape[0] == 2
        assert len(trained.method.encoder.output_shape) == 2

    def test_every_weight_has_a_name_of_its_own(self, trained):
        assert len(checkpoint.tensors(trained.method)) == len(trained.method.weights)

    def test_evaluation_changes_no_weight(self, trained, clothes):
        method = trained.method
        before = values(method.weights)
        method.run_eagerly = True  # one graph less to build
        loss = method.evaluate(clothes.unlabeled[:BATCH], batch_size=BATCH, verbose=0)
        method.run_eagerly = False
        assert np.isfinite(loss)
        for path, after in values(method.weights).items():
            assert np.array_equal(before[path], after), f"{path} changed"

    def test_checkpoint_restores_every_weight(self, trained, clothes, private):
        method, recipe = trained.method, RECIPES[trained.name]
        (private / "checkpoints").mkdir()
        card = {"recipe": {"name": recipe.name}, "golden": {}, "history": {}}
        checkpoint.save(recipe.name, method, card)
        fresh = build(trained.name, clothes, seed=5)
        images = clothes.unlabeled[:8]
        expected = np.asarray(method.encoder(images))
        assert not np.array_equal(fresh.encoder(images), expected)
        checkpoint.load(recipe.name, fresh)
        assert np.array_equal(fresh.encoder(images), expected)
        stored = checkpoint.tensors(fresh)
        for name, variable in checkpoint.tensors(method).items():
            assert np.array_equal(stored[name], variable), name

    def test_loss_falls(self, trained, clothes):
        if trained.name not in FALLS:
            pytest.skip("its loss says nothing about progress")
        method = trained.method  # goes back to where the other tests look at it
        variables = method.variables + method.optimizer.variables
        kept = [np.array(variable) for variable in variables]
        history = method.fit(
            clothes.unlabeled[:64], batch_size=BATCH, epochs=10, shuffle=False, verbose=0
        )
        for variable, value in zip(variables, kept, strict=True):
            variable.assign(value)
        losses = history.history["loss"]
        assert np.mean(losses[-3:]) < np.mean(losses[:3])


def test_learning_rate_falls_to_zero(clothes):
    method = build("linear", clothes, epochs=2)
    assert float(method.optimizer.learning_rate) == pytest.approx(1e-3)
    method.fit(clothes.unlabeled, batch_size=BATCH, epochs=2, verbose=0)
    assert float(method.optimizer.learning_rate) == pytest.approx(0, abs=1e-9)


# Targets


def target_pairs(method):
    """(target, online) of a method with a target network."""
    names = ("tokenizer", "transformer") if isinstance(method, IJEPA) else ("encoder", "projector")
    return [(getattr(method, f"target_{name}"), getattr(method, name)) for name in names]


@pytest.mark.parametrize("name", ["moco", "byol", "dino", "ijepa"])
class TestTarget:
    def test_starts_as_a_copy(self, name, clothes):
        for target, online in target_pairs(build(name, clothes)):
            assert target.trainable_weights == []
            for slow, fast in zip(target.weights, online.weights, strict=True):
                assert slow is not fast
                assert np.array_equal(slow, fast)

    def test_follows_every_weight_at_the_start_of_a_step(self, name, clothes, ready):
        method = ready(name)
        pairs = [
            (slow, fast)
            for target, online in target_pairs(method)
            for slow, fast in zip(target.weights, online.weights, strict=True)
        ]
        for slow, fast in pairs:  # tell them apart, batch statistics too
            slow.assign(slow + RNG.uniform(0.1, 0.2, slow.shape))
            fast.assign(fast * RNG.uniform(0.9, 1.1, fast.shape))
        before = [(np.array(slow), np.array(fast)) for slow, fast in pairs]
        method.run_eagerly = True  # no graph for a single step
        method.fit(clothes.unlabeled[:8], batch_size=8, verbose=0)
        method.run_eagerly = False
        momentum, told_apart = method.momentum, 0
        for (slow, fast), (old_slow, old_fast) in zip(pairs, before, strict=True):
            expected = momentum * old_slow + (1 - momentum) * old_fast
            # Two roundings of float32, 6e-8 each of numbers around 1.
            assert np.allclose(slow, expected, rtol=1e-6, atol=1e-7), slow.path
            late = momentum * old_slow + (1 - momentum) * np.array(fast)
            told_apart += not np.allclose(slow, late, rtol=1e-6, atol=1e-7)
        # A bias before a normalization, or of attention keys, gets no gradient and stays.
        assert told_apart > 0.75 * len(pairs), "the case cannot tell before from after the step"

    def test_learns_from_no_loss(self, name, clothes, ready):
        method = ready(name)
        images = clothes.unlabeled[:8]
        weights = [w for target, _ in target_pairs(method) for w in target.weights]
        # Not training, so that the target does not follow, which also writes to it.
        found = gradients(
            lambda: method.compute_loss(x=images, y_pred=method(images), training=False), weights
        )
        assert none(found)
        paths = {weight.path for weight in method.trainable_weights}
        assert not paths & {weight.path for weight in weights}

    def test_does_not_follow_outside_of_training(self, name, clothes, ready):
        method = ready(name)
        method.encoder.trainable_weights[0].assign_add(0.1 + method.encoder.trainable_weights[0])
        before = [values(target.weights) for target, _ in target_pairs(method)]
        method(clothes.unlabeled[:4])
        after = [values(target.weights) for target, _ in target_pairs(method)]
        for old, new in zip(before, after, strict=True):
            assert all(np.array_equal(old[path], new[path]) for path in old)


@pytest.mark.parametrize("name", ["simsiam", "byol"])
def test_no_gradient_through_the_other_branch(name, ready):
    objective = ready(name).objective
    rows = [tf.constant(RNG.normal(size=(4, 128)), "float32") for _ in range(4)]
    with tf.GradientTape() as tape:
        tape.watch(rows)
        loss = objective(
            first=rows[2], second=rows[3], first_prediction=rows[0], second_prediction=rows[1]
        )
    first, second, *branches = tape.gradient(loss, rows)
    assert branches == [None, None]
    assert np.abs(first).max() > 0
    assert np.abs(second).max() > 0
    # Crosswise: the prediction from one view is compared with the target of the other.
    cosine = [
        np.sum(p * z, 1) / np.linalg.norm(p, axis=1) / np.linalg.norm(z, axis=1)
        for p, z in ((rows[0].numpy(), rows[3].numpy()), (rows[1].numpy(), rows[2].numpy()))
    ]
    assert float(loss) == pytest.approx(-np.mean(cosine), abs=1e-5)


def test_views_of_simsiam_and_byol_are_drawn_apart(clothes, ready):
    for name in ("simsiam", "byol"):
        first, second, *_ = ready(name)(clothes.unlabeled[:4])
        assert not np.allclose(first, second)


class TestDINO:
    def test_center_moves_to_the_mean_of_the_teacher(self, clothes, ready):
        method = ready("dino")
        images, center = clothes.unlabeled[:8], np.array(method.center)
        for _ in range(3):
            outputs = method(images, training=True)
            expected_loss = float(method.objective(*outputs))  # with the center of before
            loss = method.compute_loss(x=images, y_pred=outputs, training=True)
            assert float(loss) == pytest.approx(expected_loss, rel=1e-6)
            teacher = np.concatenate([np.asarray(output) for output in outputs[2:]])
            center = 0.9 * center + 0.1 * teacher.mean(axis=0)
            assert np.allclose(method.center, center, rtol=1e-5, atol=1e-6)
        method.compute_loss(x=images, y_pred=outputs, training=False)
        assert np.allclose(method.center, center, rtol=1e-5, atol=1e-6)
        assert np.abs(center).max() > 1e-3

    def test_no_gradient_into_teacher_and_center(self, ready):
        method = ready("dino")
        rows = [tf.constant(RNG.normal(size=(4, 256)), "float32") for _ in range(4)]
        with tf.GradientTape() as tape:
            tape.watch([*rows, method.center.value])
            loss = method.objective(*rows)
        *students, first, second, center = tape.gradient(loss, [*rows, method.center.value])
        assert (first, second, center) == (None, None, None)
        assert all(np.abs(student).max() > 0 for student in students)


# Queues


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class TestQueue:
    rows = RNG.normal(size=(9, 4)).astype("float32")

    def test_starts_with_random_directions(self):
        queue = Queue(50, 4, seed=0)
        assert np.allclose(np.linalg.norm(queue.vectors, axis=1), 1, atol=1e-6)
        assert len(np.unique(np.asarray(queue.vectors), axis=0)) == 50
        assert queue.trainable_weights == []

    def test_newest_first_and_oldest_out(self):
        queue = Queue(5, 4, seed=0)
        start = np.array(queue.vectors)
        queue.add(self.rows[:2])
        expected = np.concatenate([unit(self.rows[:2]), start[:3]])
        assert np.allclose(queue.vectors, expected, atol=1e-6)
        queue.add(self.rows[2:5])
        expected = np.concatenate([unit(self.rows[2:5]), unit(self.rows[:2])])
        assert np.allclose(queue.vectors, expected, atol=1e-6)
        queue.add(self.rows)  # more than fit
        assert np.allclose(queue.vectors, unit(self.rows[:5]), atol=1e-6)

    @pytest.mark.parametrize(("name", "newest"), [("moco", 1), ("nnclr", 0)])
    def test_a_step_adds_what_the_method_says(self, name, newest, clothes, ready):
        """And the loss is that of the queue before: no key is its own negative."""
        method = ready(name)
        images, before = clothes.unlabeled[:8], np.array(method.queue.vectors)
        outputs = method(images, training=True)
        expected = float(method.objective(*outputs))
        loss = float(method.compute_loss(x=images, y_pred=outputs, training=True))
        assert loss == pytest.approx(expected, rel=1e-6)
        after = np.asarray(method.queue.vectors)
        assert np.allclose(after[:8], unit(np.asarray(outputs[newest])), atol=1e-6)
        assert np.array_equal(after[8:], before[:-8])
        method.compute_loss(x=images, y_pred=outputs, training=False)
        assert np.array_equal(method.queue.vectors, after)

    def test_neighbor_is_the_most_similar_of_the_queue(self, ready):
        method = ready("nnclr")
        assert isinstance(method, NNCLR)
        queue, rows = np.asarray(method.queue.vectors), RNG.normal(size=(6, 128)).astype("float32")
        neighbors = np.asarray(method.neighbor(rows))
        for row, neighbor in zip(rows, neighbors, strict=True):
            cosine = queue @ row / np.linalg.norm(row)
            assert np.array_equal(neighbor, queue[cosine.argmax()])
        tensor = tf.constant(rows)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            total = tf.reduce_sum(method.neighbor(tensor))
        assert tape.gradient(total, tensor) is None

    def test_moco_teaches_one_branch_alone(self, clothes, ready):
        method, images = ready("moco"), clothes.unlabeled[:8]
        found = gradients(
            lambda: method.compute_loss(x=images, y_pred=method(images), training=False),
            method.trainable_weights,
        )
        assert all_nonzero(found)
        assert method.queue.trainable_weights == []


def test_swav_prototypes_learn_and_their_length_does_not_matter(ready):
    method = ready("swav")
    assert isinstance(method, SwAV)
    rows = [RNG.normal(size=(16, 128)).astype("float32") for _ in range(2)]
    loss = float(method.objective(*rows))
    found = gradients(lambda: method.objective(*rows), [method.prototypes])
    assert all_nonzero(found)
    method.prototypes.assign(3 * method.prototypes)
    assert float(method.objective(*rows)) == pytest.approx(loss, rel=1e-4)


# Masked image modeling


@pytest.fixture
def masked(ready):
    return ready("masked")


@pytest.fixture
def ijepa(ready):
    return ready("ijepa")


class TestPatches:
    images = RNG.uniform(size=(3, 8, 12, 2)).astype("float32")

    def test_against_a_naive_loop_and_back(self):
        cut = np.asarray(patches(self.images, 4))
        assert cut.shape == (3, 6, 32)
        back = np.empty_like(self.images)
        for number in range(6):
            row, column = 4 * (number // 3), 4 * (number % 3)
            tile = self.images[:, row : row + 4, column : column + 4]
            assert np.array_equal(cut[:, number], tile.reshape(3, -1))
            back[:, row : row + 4, column : column + 4] = cut[:, number].reshape(3, 4, 4, 2)
        assert np.array_equal(back, self.images)

    def test_tokens_come_in_the_order_of_patches(self):
        """A tokenizer that copies the first pixel of each patch agrees with ``patches``."""
        tokenizer = networks.tokenizer(4)
        kernel = np.zeros((4, 4, 1, 4), "float32")
        kernel[0, 0] = 1
        tokenizer.get_layer("tokenize").set_weights([kernel, np.zeros(4)])
        images = RNG.uniform(size=(2, 28, 28, 1)).astype("float32")
        tokens = np.asarray(tokenizer(images)) - tokenizer.get_layer("positions").table
        expected = np.repeat(np.asarray(patches(images, 4))[:, :, :1], 4, axis=2)
        assert np.allclose(tokens, expected, atol=1e-6)

    def test_pick(self):
        tokens = RNG.normal(size=(3, 7, 2)).astype("float32")
        index = RNG.permuted(np.tile(np.arange(7), (3, 1)), axis=1)[:, :4]
        expected = np.take_along_axis(tokens, index[..., None], axis=1)
        assert np.array_equal(pick(tokens, index), expected)

    def test_standardized(self):
        seen = np.asarray(standardized(RNG.normal(3, 5, (2, 4, 64)).astype("float32")))
        assert np.abs(seen.mean(axis=-1)).max() < 1e-5
        assert np.abs(seen.std(axis=-1) - 1).max() < 1e-5


def changed_patch(images, hidden):
    """Other pixels in the patches that ``hidden`` (n, 49) marks."""
    spread = hidden.reshape(-1, 7, 7).repeat(4, axis=1).repeat(4, axis=2)[..., None]
    return np.where(spread, RNG.uniform(size=images.shape), images).astype("float32")


class TestMaskedAutoencoder:
    def test_hides_all_but_the_visible_at_random(self, masked, clothes):
        _, mask = masked(clothes.unlabeled[:32])
        mask = np.asarray(mask)
        assert mask.shape == (32, 49, 1)
        assert set(np.unique(mask)) == {0, 1}
        assert (mask.sum(axis=(1, 2)) == 49 - 12).all()
        assert len(np.unique(mask, axis=0)) == 32

    def test_hidden_patches_are_not_seen(self, masked, clothes):
        images = clothes.unlabeled[:8]
        again = same_draws(masked, masked.seeds)
        pixels, mask = again(images)
        hidden = np.asarray(mask)[..., 0] == 1
        unseen, same = again(changed_patch(images, hidden))
        assert np.array_equal(mask, same)
        assert np.array_equal(pixels, unseen), "the prediction depends on hidden pixels"
        one = np.zeros_like(hidden)
        one[np.arange(8), (~hidden).argmax(axis=1)] = True
        seen, _ = again(changed_patch(images, one))
        differs = (np.asarray(seen) != np.asarray(pixels)).any(axis=(1, 2))
        assert differs.all(), "the prediction does not depend on a visible patch"

    def test_loss_is_of_hidden_patches_alone(self, masked, clothes):
        images = clothes.unlabeled[:8]
        pixels, mask = map(np.asarray, masked(images))
        loss = float(masked.compute_loss(x=images, y_pred=Painted(pixels, mask)))
        hidden = mask[..., 0] == 1
        expected = np.mean((np.asarray(patches(images, 4)) - pixels)[hidden] ** 2)
        assert loss == pytest.approx(expected, rel=1e-5)
        others = changed_patch(images, ~hidden)
        assert float(masked.compute_loss(x=others, y_pred=Painted(pixels, mask))) == loss
        shown = np.where(mask == 1, pixels, pixels + 1)
        assert float(masked.compute_loss(x=images, y_pred=Painted(shown, mask))) == loss

    def test_each_patch_is_put_back_in_its_place(self, clothes):
        """A decoder that copies its tokens gives back the tokens of the visible patches."""
        copy = keras.Sequential([keras.Input((None, 96)), keras.layers.Identity()])
        tokens = keras.Sequential([keras.Input((None, 96)), keras.layers.Identity()])
        method = MaskedAutoencoder(networks.tokenizer(), tokens, copy, visible=20, seed=0)
        images = clothes.unlabeled[:4]
        method(images)
        method.bridge.set_weights([np.eye(96), np.zeros(96)])
        method.mask_token.assign(np.full(96, 7.0))
        copied, mask = map(np.asarray, method(images))
        expected = np.where(mask == 1, 7, method.tokenizer(images)) + method.positions.table
        assert np.allclose(copied, expected, atol=1e-5)

    def test_the_encoder_is_the_mean_over_all_patches(self, masked, clothes):
        images = clothes.unlabeled[:4]
        tokens = masked.transformer(masked.tokenizer(images))
        expected = np.asarray(tokens).mean(axis=1)
        assert np.allclose(masked.encoder(images), expected, atol=1e-5)


class TestIJEPA:
    def test_draw(self, ijepa):
        context, targets = map(np.asarray, ijepa.draw(200))
        assert context.shape == (200, 24)
        assert targets.shape == (200, 18)
        corners = set()
        for inside, outside in zip(targets, context, strict=True):
            assert len(set(outside)) == 24
            assert not set(outside) & set(inside)
            for block in inside.reshape(2, 3, 3):
                row, column = divmod(block[0, 0], 7)
                corners.add((row, column))
                square = np.arange(row, row + 3)[:, None] * 7 + np.arange(column, column + 3)
                assert column <= 4
                assert np.array_equal(block, square)
        # 400 draws of 25 places: one is missing with 25 · 0.96^400 = 2e-6.
        assert corners == {(row, column) for row in range(5) for column in range(5)}

    def test_answers_depend_on_the_context_alone(self, ijepa, clothes):
        images = clothes.unlabeled[:4]
        again = same_draws(ijepa, ijepa.seeds)
        context = np.asarray(ijepa.draw(4)[0])
        answers, _ = again(images)
        seen = np.zeros((4, 49), bool)
        np.put_along_axis(seen, context, True, axis=1)
        assert np.array_equal(again(changed_patch(images, ~seen))[0], answers)
        one = np.zeros_like(seen)
        one[np.arange(4), context[:, 0]] = True
        differs = np.asarray(again(changed_patch(images, one))[0]) != np.asarray(answers)
        assert differs.any(axis=(1, 2)).all()

    def test_wanted_are_the_normalized_tokens_of_the_target(self, ijepa, clothes):
        images = clothes.unlabeled[:4]
        again = same_draws(ijepa, ijepa.seeds)
        targets = np.asarray(ijepa.draw(4)[1])
        answers, wanted = map(np.asarray, again(images))
        assert answers.shape == wanted.shape == (4, 18, 96)
        tokens = np.asarray(ijepa.target_transformer(ijepa.target_tokenizer(images)))
        tokens = tokens - tokens.mean(axis=-1, keepdims=True)
        tokens = tokens / tokens.std(axis=-1, keepdims=True)
        expected = np.take_along_axis(tokens, targets[..., None], axis=1)
        assert np.allclose(wanted, expected, atol=1e-4)
        loss = float(ijepa.compute_loss(x=images, y_pred=Imagined(answers, wanted)))
        assert loss == pytest.approx(np.mean((answers - wanted) ** 2), rel=1e-5)


# Autoencoders


def test_linear_autoencoder_finds_the_principal_components(clothes):
    images = clothes.unlabeled
    keras.utils.set_random_seed(0)
    method = LinearAutoencoder(networks.dense_encoder(4), networks.dense_decoder(4))
    method.compile(keras.optimizers.Adam(3e-3))
    method.fit(images, batch_size=64, epochs=100, verbose=0)
    flat = images.reshape(len(images), -1)
    pca = PCA(4, svd_solver="full").fit(flat)
    floor = np.mean((flat - pca.inverse_transform(pca.transform(flat))) ** 2)
    error = float(method.compute_loss(x=images, y_pred=method(images)))
    assert floor * (1 - 1e-5) <= error < 1.03 * floor
    # Not the same axes, but the same plane: cosines of the principal angles.
    plane = np.linalg.qr(method.decoder.get_layer("decode_2").kernel.numpy().T)[0]
    assert np.linalg.svd(pca.components_ @ plane)[1].min() > 0.9


class TestSparse:
    def test_keep_largest(self):
        rows = RNG.permuted(np.tile(np.arange(10.0) - 4, (6, 1)), axis=1).astype("float32")
        kept = np.asarray(KeepLargest(3)(rows))
        assert np.array_equal(kept, np.where(rows >= 3, rows, 0))
        assert ((kept != 0).sum(axis=1) == 3).all()
        assert np.array_equal(KeepLargest(10)(rows), rows)

    def test_only_the_kept_ones_reach_the_decoder(self, clothes, ready):
        method, images = ready("k_sparse"), clothes.unlabeled[:8]
        code = np.asarray(method.encoder(images))
        code = np.where(code >= np.sort(code, axis=1)[:, -64:-63], code, 0)
        assert ((code > 0).sum(axis=1) <= 64).all()
        assert np.allclose(method(images), method.decoder(code), atol=1e-6)

    def test_penalty_is_the_mean_absolute_value(self):
        method = SparseAutoencoder(networks.patch_encoder(), networks.patch_decoder(), 0.25)
        x, rebuilt = RNG.uniform(0.1, 0.9, (2, 3, 4)).astype("float32")
        code = np.array([[1, -3], [0, 2], [0, 0]], "float32")
        loss = float(method.compute_loss(x=x, y_pred=Coded(rebuilt, code)))
        assert loss == pytest.approx(float(binary_cross_entropy(x, rebuilt)) + 0.25, rel=1e-6)


class TestVAE:
    def test_draws_in_training_alone(self, clothes, ready):
        method, images = ready("vae"), clothes.unlabeled[:4]
        assert isinstance(method, VAE)
        state = np.array(method.seeds.state)
        rebuilt, mean, _ = method(images)
        assert np.array_equal(rebuilt, method.decoder(mean))
        assert np.array_equal(rebuilt, method(images)[0])
        assert np.array_equal(state, method.seeds.state)
        first, again = (np.asarray(method(images, training=True)[0]) for _ in range(2))
        assert not np.array_equal(first, again)

    def test_noise_has_the_variance_that_the_encoder_says(self, clothes):
        """The decoder is replaced by one that shows the code."""
        keras.utils.set_random_seed(0)
        code = keras.Input((2,))
        method = VAE(networks.dense_encoder(8), keras.Model(code, code * 1.0), seed=0)
        images = np.repeat(clothes.unlabeled[:1], 4000, axis=0)
        drawn, mean, log_variance = map(np.asarray, method(images, training=True))
        deviation = np.exp(0.5 * log_variance[0])
        # The standard error of a mean of 4,000 is 0.016, that of the deviation 0.011.
        assert np.abs((drawn - mean).mean(axis=0) / deviation).max() < 0.08
        assert np.abs(drawn.std(axis=0) / deviation - 1).max() < 0.06

    def test_beta_weighs_the_divergence(self, clothes, ready):
        one, four = ready("vae"), ready("beta_vae")
        images = clothes.unlabeled[:4]
        rebuilt, mean, log_variance = map(np.asarray, one(images))
        mean = mean + 1
        kl = 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1).mean()
        losses = [
            float(m.compute_loss(x=images, y_pred=Variational(rebuilt, mean, log_variance)))
            for m in (one, four)
        ]
        assert losses[1] - losses[0] == pytest.approx(3 * kl, rel=1e-4)


# Two players


def silence(monkeypatch, module, *losses):
    for name in losses:
        monkeypatch.setattr(module, name, lambda *_: ops.zeros(()))


class TestFrozen:
    def test_same_output_no_gradient_no_statistics(self, clothes):
        keras.utils.set_random_seed(0)
        encoder, images = networks.patch_encoder(), tf.constant(clothes.unlabeled[:8])
        before = values(encoder.weights)
        for mode in (True, False):
            with tf.GradientTape() as tape:
                watched = [images, *(weight.value for weight in encoder.weights)]
                tape.watch(watched)
                output = frozen(encoder, images, training=mode)
            inputs, *weights = tape.gradient(output, watched)
            assert np.abs(inputs).max() > 0
            # The batch statistics are arguments too; the optimizer never sees them.
            trained = [g for g, w in zip(weights, encoder.weights, strict=True) if w.trainable]
            assert trained == [None] * len(trained)
            after = values(encoder.weights)
            assert all(np.array_equal(before[path], after[path]) for path in before)
            expected = encoder(images, training=mode)
            assert np.allclose(output, expected, atol=1e-5)
            encoder.set_weights(list(before.values()))


@pytest.mark.parametrize("name", ["gan", "gan_feature_matching"])
class TestGAN:
    def step(self, method, images):
        def loss():
            outputs = method(images, training=True)
            return method.compute_loss(x=images, y_pred=outputs, training=True)

        return {
            "generator": gradients(loss, method.generator.trainable_weights),
            "discriminator": gradients(
                loss, method.encoder.trainable_weights + method.verdict.trainable_weights
            ),
            "inverse": gradients(loss, method.inverse.trainable_weights),
        }

    @pytest.mark.parametrize("player", ["generator", "discriminator", "inverse"])
    def test_each_loss_moves_its_own_player(self, name, player, clothes, monkeypatch, ready):
        method = ready(name)
        assert isinstance(method, GAN)
        assert method.match_features == (name == "gan_feature_matching")
        makes = "feature_matching" if method.match_features else "generator_loss"
        own = {"generator": makes, "discriminator": "discriminator_loss"}
        parts = own | {"inverse": "squared_error"}
        silence(monkeypatch, gan_module, *(set(parts.values()) - {parts[player]}))
        for part, found in self.step(method, clothes.unlabeled[:8]).items():
            if part == player:
                assert all_nonzero(found), part
            else:
                assert none(found), part

    def test_parts_add_up(self, name, clothes, ready):
        method, images = ready(name), clothes.unlabeled[:8]
        outputs = method(images, training=False)
        code, made, read, real, fake, features, seen = outputs
        assert code.shape == read.shape == (8, 32)
        assert np.array_equal(made, method.generator(code))
        loss = float(method.compute_loss(x=images, y_pred=outputs, training=False))
        made_features = method.encoder(made)
        assert np.allclose(seen, made_features, atol=1e-5)
        tell = np.mean(np.log1p(np.exp(-np.asarray(real)))) + np.mean(
            np.log1p(np.exp(np.asarray(fake)))
        )
        if method.match_features:
            gap = np.asarray(features).mean(axis=0) - np.asarray(made_features).mean(axis=0)
            makes = np.mean(gap**2)
        else:
            makes = np.mean(np.log1p(np.exp(-np.asarray(method.verdict(made_features)))))
        reads = np.mean((np.asarray(code) - np.asarray(read)) ** 2)
        assert loss == pytest.approx(tell + makes + reads, rel=1e-5)


@pytest.mark.parametrize("player", ["autoencoder", "discriminator"])
def test_adversarial_autoencoder_moves_each_player_by_its_own_loss(
    player, clothes, monkeypatch, ready
):
    method, images = ready("adversarial_autoencoder"), clothes.unlabeled[:8]
    assert isinstance(method, AdversarialAutoencoder)
    if player == "autoencoder":
        silence(monkeypatch, variational_module, "discriminator_loss")
    else:
        silence(monkeypatch, variational_module, "generator_loss", "binary_cross_entropy")

    def loss():
        return method.compute_loss(x=images, y_pred=method(images, training=True), training=True)

    coder = method.encoder.trainable_weights + method.code.trainable_weights
    found = gradients(loss, coder)
    judged = gradients(loss, method.discriminator.trainable_weights)
    if player == "autoencoder":
        assert all_nonzero(found)
        assert none(judged)
    else:
        assert none(found)
        assert all_nonzero(judged)
    silence(monkeypatch, variational_module, "binary_cross_entropy")
    if player == "autoencoder":  # without reconstruction, fooling the judge moves the encoder
        assert all_nonzero(gradients(loss, coder))
        assert none(gradients(loss, method.decoder.trainable_weights))


# Pretext tasks


class TestColorization:
    images = RNG.uniform(size=(16, 32, 32, 3)).astype("float32")

    @pytest.fixture(scope="class")
    def method(self):
        keras.utils.set_random_seed(0)
        decoder = networks.patch_decoder(side=32, channels=2, activation=None)
        return Colorization(networks.patch_encoder(side=32), decoder)

    def test_there_and_back(self):
        back = np.asarray(colored(luma(self.images), chroma(self.images)))
        assert np.abs(back - self.images).max() < 1e-5

    def test_brightness_and_color_of_known_ones(self):
        known = np.eye(3, dtype="float32")[:, None, None]  # red, green, blue
        assert np.allclose(np.asarray(luma(known)).ravel(), LUMA)
        color = np.asarray(chroma(known))[:, 0, 0]
        assert color[2, 0] == pytest.approx(0.5)
        assert color[0, 1] == pytest.approx(0.5)
        grey = np.full((1, 2, 2, 3), 0.3, "float32")
        assert np.abs(chroma(grey)).max() < 1e-6
        assert np.abs(chroma(self.images)).max() <= 0.5
        assert np.abs(chroma(1 - known) + chroma(known)).max() < 1e-6

    def test_colors_out_of_range_are_clipped(self):
        seen = np.asarray(colored(np.ones((1, 1, 1, 1)), np.full((1, 1, 1, 2), 0.5)))
        assert seen.min() >= 0
        assert seen.max() == 1

    def test_the_encoder_sees_brightness_alone(self, method):
        grey = np.repeat(np.asarray(luma(self.images)), 3, axis=-1)
        assert np.abs(grey - self.images).max() > 0.5
        # The weights of the brightness sum to 1, up to float32.
        assert np.allclose(method(self.images), method(grey), atol=1e-5)
        assert method.encoder.input_shape == (None, 32, 32, 3)

    def test_loss_and_training(self, method):
        predicted = np.asarray(method(self.images))
        assert predicted.shape == (16, 32, 32, 2)
        loss = float(method.compute_loss(x=self.images, y_pred=predicted))
        expected = np.mean((np.asarray(chroma(self.images)) - predicted) ** 2)
        assert loss == pytest.approx(expected, rel=1e-5)
        method.compile("adam")
        losses = method.fit(self.images, batch_size=8, epochs=4, verbose=0).history["loss"]
        assert losses[-1] < losses[0]
        assert len(checkpoint.tensors(method)) == len(method.weights)


@pytest.mark.parametrize(("name", "answers"), [("rotation", 4), ("jigsaw", 24)])
def test_puzzles_ask_for_the_answer(name, answers, clothes, ready):
    method, images = ready(name), clothes.unlabeled[:16]
    assert isinstance(method, Puzzle)
    logits, numbers = map(np.asarray, method(images))
    assert logits.shape == (16, answers)
    assert numbers.max() < answers
    loss = float(method.compute_loss(x=images, y_pred=Answered(logits, numbers)))
    log_share = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    assert loss == pytest.approx(-log_share[np.arange(16), numbers].mean(), rel=1e-5)


def test_inpainting_sees_and_pays_for_the_hole_alone(clothes, ready):
    method, images = ready("inpainting"), clothes.unlabeled[:8]
    assert isinstance(method, Inpainting)
    again = same_draws(method, method.hole.seeds)
    filled, mask = again(images)
    hole = np.asarray(mask) == 1
    noise = RNG.uniform(size=images.shape).astype("float32")
    assert np.array_equal(again(np.where(hole, noise, images))[0], filled)
    loss = float(method.compute_loss(x=images, y_pred=Filled(filled, mask)))
    expected = np.mean((images - np.asarray(filled))[hole] ** 2)
    assert loss == pytest.approx(expected, rel=1e-5)
    outside = np.where(hole, images, noise)
    assert float(method.compute_loss(x=outside, y_pred=Filled(filled, mask))) == loss


def test_idle_corruption_outside_of_training(clothes, ready):
    method, images = ready("denoising"), clothes.unlabeled[:4]
    assert isinstance(method.corruption, views.AddNoise)
    assert np.array_equal(method(images), method.decoder(method.encoder(images)))


def test_representations_are_embedded_alike(clothes, ready):
    """The encoder of a masked method takes whole images, as the probes need it."""
    from ssl_course.evaluate import embed

    split = Split(clothes.unlabeled[:10], np.zeros(10, int))
    for name in ("masked", "ijepa"):
        assert embed(ready(name).encoder, split).x.shape == (10, 96)
