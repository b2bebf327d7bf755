"""Networks: shapes, ranges and parameters counted by hand."""

import keras
import numpy as np
import pytest

from ssl_course import networks
from ssl_course.networks import PositionTable
from ssl_course.networks.transformer import LOUDNESS

RNG = np.random.default_rng(0)
PATCH = 49 * 64 + 4 * 64 + 9 * 64 * 128 + 4 * 128
"""Two convolutions without bias, each with the four numbers a channel of a normalization."""


def images(side=28, count=2):
    return RNG.uniform(size=(count, side, side, 1)).astype("float32")


@pytest.mark.parametrize("side", [28, 32])
class TestPatch:
    def test_encoder(self, side):
        encoder = networks.patch_encoder(side)
        code = np.asarray(encoder(images(side)))
        assert code.shape == (2, 2048)
        assert code.min() >= 0  # after a ReLU
        assert encoder.count_params() == PATCH

    @pytest.mark.parametrize("channels", [1, 2])
    def test_decoder(self, side, channels):
        decoder = networks.patch_decoder(side=side, channels=channels)
        rebuilt = np.asarray(decoder(RNG.normal(0, 3, (2, 2048)).astype("float32")))
        assert rebuilt.shape == (2, side, side, channels)
        assert 0 < rebuilt.min() <= rebuilt.max() < 1
        assert decoder.count_params() == (16 * 128 + 1) * 64 + (64 * 64 + 1) * channels

    def test_decoder_of_codes(self, side):
        decoder = networks.patch_decoder(32, side)
        assert decoder(np.ones((2, 32), "float32")).shape == (2, side, side, 1)
        whole = networks.patch_decoder(side=side).count_params()
        assert decoder.count_params() == whole + (32 + 1) * 2048

    def test_decoder_without_a_range(self, side):
        decoder = networks.patch_decoder(side=side, activation=None)
        rebuilt = np.asarray(decoder(RNG.normal(0, 3, (2, 2048)).astype("float32")))
        assert rebuilt.min() < 0


def test_patch_encoder_keeps_where_things_are():
    """The same spot at the other end changes other numbers of the 4 × 4 map."""
    encoder = networks.patch_encoder()
    black = np.zeros((1, 28, 28, 1), "float32")
    changed = []
    for row, column in ((3, 3), (24, 24)):
        spot = black.copy()
        spot[0, row, column] = 1
        difference = np.asarray(encoder(spot)) - np.asarray(encoder(black))
        changed.append(np.abs(difference).reshape(4, 4, 128).max(axis=-1) > 0)
    assert changed[0][0, 0]
    assert changed[1][-1, -1]
    assert not (changed[0] & changed[1]).any()


def test_prefix_names_the_layers():
    names = {weight.path for weight in networks.patch_encoder(prefix="other").weights}
    assert not names & {weight.path for weight in networks.patch_encoder().weights}


class TestDense:
    def test_projector(self):
        projector = networks.projector(128, 256)
        assert projector(np.ones((2, 2048), "float32")).shape == (2, 128)
        assert projector.count_params() == 4 * 128 * 256 + 4 * 256 + (256 + 1) * 128
        assert networks.projector(512).output_shape == (None, 512)

    def test_projector_averages_the_map(self):
        """Exchanging places within a quarter of the map changes nothing."""
        projector = networks.projector()
        maps = RNG.normal(size=(2, 4, 4, 128)).astype("float32")
        exchanged = maps.copy()
        exchanged[:, 0, 0], exchanged[:, 1, 1] = maps[:, 1, 1], maps[:, 0, 0]
        first, second = (np.asarray(projector(m.reshape(2, -1))) for m in (maps, exchanged))
        assert np.allclose(first, second, atol=1e-5)
        exchanged[:, 0, 0], exchanged[:, 3, 3] = maps[:, 3, 3], maps[:, 0, 0]
        assert not np.allclose(first, projector(exchanged.reshape(2, -1)), atol=1e-5)

    def test_prototype_projector_gives_cosines(self):
        """Once an update has brought the prototypes to length 1."""
        projector = networks.prototype_projector(16, 8)
        rows = RNG.normal(size=(64, 2048)).astype("float32")
        projector.compile("sgd", "mse")
        projector.fit(rows, np.ones((64, 16)), batch_size=64, verbose=0)
        kernel = np.asarray(projector.get_layer("prototypes").kernel)
        assert np.allclose(np.linalg.norm(kernel, axis=0), 1, atol=1e-5)
        cosines = np.asarray(projector(rows))
        assert cosines.shape == (64, 16)
        assert np.abs(cosines).max() <= 1 + 1e-5

    def test_predictor(self):
        predictor = networks.predictor(64, 32)
        assert predictor(np.ones((2, 64), "float32")).shape == (2, 64)
        assert predictor.count_params() == 64 * 32 + 4 * 32 + (32 + 1) * 64

    def test_head_and_critic(self):
        assert networks.head(2048, 24)(np.ones((2, 2048), "float32")).shape == (2, 24)
        assert networks.head(2048, 24).count_params() == 2049 * 24
        critic = networks.code_critic(32)
        assert critic(np.ones((2, 32), "float32")).shape == (2, 1)
        assert critic.count_params() == 33 * 128 + 129 * 128 + 129

    @pytest.mark.parametrize("hidden", [None, 256])
    def test_autoencoder(self, hidden):
        encoder, decoder = networks.dense_encoder(8, hidden), networks.dense_decoder(8, hidden)
        code = encoder(images())
        assert code.shape == (2, 8)
        assert decoder(code).shape == (2, 28, 28, 1)
        if hidden is None:
            assert encoder.count_params() == 785 * 8
            assert decoder.count_params() == 9 * 784
        else:
            assert encoder.count_params() == 785 * 256 + 257 * 8
            assert decoder.count_params() == 9 * 256 + 257 * 784
        rebuilt = np.asarray(decoder(RNG.normal(0, 9, (64, 8)).astype("float32")))
        in_range = 0 <= rebuilt.min() <= rebuilt.max() <= 1
        assert in_range == (hidden is not None)

    def test_linear_autoencoder_is_linear(self):
        encoder = networks.dense_encoder(8)
        first, second = images(), images()
        mean = np.asarray(encoder((first + second) / 2))
        assert np.allclose(mean, (encoder(first) + encoder(second)) / 2, atol=1e-5)


class TestPositionTable:
    @pytest.mark.parametrize(("length", "width"), [(49, 96), (49, 64), (16, 8)])
    def test_every_place_has_a_code_of_its_own(self, length, width):
        table = PositionTable(length, width).table / LOUDNESS
        assert table.shape == (length, width)
        distances = np.linalg.norm(table[:, None] - table[None], axis=-1)
        assert distances[~np.eye(length, dtype=bool)].min() > 0.1
        # sin² + cos² = 1, a pair of features at a time.
        assert np.allclose(np.sum(table**2, axis=1), width / 2)

    def test_half_for_the_row_and_half_for_the_column(self):
        table = PositionTable(49, 96).table / LOUDNESS
        rows, columns = np.split(table.reshape(7, 7, 96), 2, axis=-1)
        assert np.array_equal(rows, np.repeat(rows[:, :1], 7, axis=1))
        assert np.array_equal(columns, np.repeat(columns[:1], 7, axis=0))
        assert np.array_equal(rows[:, 0], columns[0])
        # The definition, number by number.
        for place, feature in np.ndindex(7, 24):
            angle = place / 100 ** (feature / 24)
            assert rows[place, 0, feature] == pytest.approx(np.sin(angle), abs=1e-6)
            assert rows[place, 0, 24 + feature] == pytest.approx(np.cos(angle), abs=1e-6)

    def test_is_added_and_can_be_copied(self):
        layer = PositionTable(49, 96, name="places")
        tokens = RNG.normal(size=(2, 49, 96)).astype("float32")
        assert np.allclose(layer(tokens), tokens + layer.table)
        copy = PositionTable.from_config(layer.get_config())
        assert copy.name == "places"
        assert np.array_equal(copy.table, layer.table)
        assert layer.weights == []


class TestTransformer:
    def test_tokenizer(self):
        tokenizer = networks.tokenizer(96)
        assert tokenizer(images()).shape == (2, 49, 96)
        assert tokenizer.count_params() == 17 * 96
        assert networks.tokenizer(32, size=7)(images()).shape == (2, 16, 32)

    def test_each_token_sees_one_patch(self):
        tokenizer = networks.tokenizer(32)
        image = images(count=1)
        changed = image.copy()
        changed[0, 8:12, 20:24] = 1 - changed[0, 8:12, 20:24]
        moved = np.asarray(tokenizer(image)) != np.asarray(tokenizer(changed))
        assert np.flatnonzero(moved.any(axis=(0, 2))).tolist() == [2 * 7 + 5]

    @pytest.mark.parametrize(("depth", "outputs"), [(3, None), (1, 16)])
    def test_parameters(self, depth, outputs):
        attention = 4 * (96 + 1) * 96  # 3 heads of 32: queries, keys, values, output
        wide = (96 + 1) * 192 + (192 + 1) * 96
        expected = depth * (attention + wide + 2 * 2 * 96) + 2 * 96
        expected += (96 + 1) * outputs if outputs else 0
        assert networks.transformer(96, depth, outputs).count_params() == expected

    def test_any_number_of_tokens(self):
        model = networks.transformer(64, 1, outputs=5)
        for count in (1, 12, 49):
            tokens = RNG.normal(size=(2, count, 64)).astype("float32")
            assert model(tokens).shape == (2, count, 5)
            assert model.predict(tokens, verbose=0).shape == (2, count, 5)

    def test_the_order_of_tokens_does_not_matter(self):
        """Places are known from the position table alone."""
        model = networks.transformer(64, 2)
        tokens = RNG.normal(size=(2, 9, 64)).astype("float32")
        order = RNG.permutation(9)
        expected = np.asarray(model(tokens))[:, order]
        assert np.allclose(model(tokens[:, order]), expected, atol=1e-4)

    def test_every_token_looks_at_every_other(self):
        model = networks.transformer(64, 1)
        tokens = RNG.normal(size=(1, 5, 64)).astype("float32")
        changed = tokens.copy()
        changed[0, 3] += RNG.normal(size=64)
        moved = np.abs(np.asarray(model(tokens)) - np.asarray(model(changed)))
        assert (moved.max(axis=-1) > 1e-5).all()

    def test_names_keep_two_transformers_apart(self):
        first, second = networks.transformer(name="one"), networks.transformer(name="two")
        assert not {w.path for w in first.weights} & {w.path for w in second.weights}


@pytest.mark.parametrize(
    "build",
    [
        networks.patch_encoder,
        networks.patch_decoder,
        networks.projector,
        networks.predictor,
        networks.tokenizer,
        networks.transformer,
    ],
)
def test_weights_have_names_of_their_own_and_repeat(build):
    keras.utils.set_random_seed(0)
    first = {weight.path: np.array(weight) for weight in build().weights}
    keras.utils.set_random_seed(0)
    second = build().weights
    assert len(first) == len(second)
    for weight in second:
        assert np.array_equal(first[weight.path], weight), weight.path
