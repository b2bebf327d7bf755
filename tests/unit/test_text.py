"""Text: tokens there and back, attention, masking, language models and their leaks."""

import gzip

import keras
import numpy as np
import pytest
from keras import ops

from ssl_course import data, methods, networks, objectives
from ssl_course.data import text
from ssl_course.methods import language

VOCABULARY, LENGTH, WIDTH = 40, 12, 32


def transformer(causal=False, depth=2):
    keras.utils.set_random_seed(0)
    network = networks.text_transformer(VOCABULARY, LENGTH, WIDTH, depth, causal)
    for weight in network.weights:  # the small initial weights would hide what they do
        if "table" in weight.path or "embeddings" in weight.path:
            weight.assign(weight * 20)
    return network


@pytest.fixture
def tokens():
    rng = np.random.default_rng(0)
    tokens = rng.integers(5, VOCABULARY, (6, LENGTH)).astype("int32")
    tokens[:, 0] = language.START
    for row, length in zip(tokens, (12, 12, 9, 7, 4, 2), strict=True):
        row[length:] = 0
    return tokens


@pytest.fixture(scope="module")
def reviews():
    return data.load("reviews")


class TestReviews:
    def test_splits(self, reviews):
        parts = (reviews.train, reviews.validation, reviews.test)
        rows = [{row.tobytes() for row in part.x} for part in parts]
        assert not rows[0] & rows[1]
        assert not rows[0] & rows[2]
        assert not rows[1] & rows[2]
        for part in parts:
            assert part.x.shape == (len(part), 48)
            assert part.x.dtype == np.int32
            assert 0.4 < part.y.mean() < 0.6
        assert np.array_equal(reviews.unlabeled, reviews.train.x)

    def test_tokens_are_in_the_vocabulary_and_begin_with_start(self, reviews):
        words = text.vocabulary("reviews")
        assert len(words) == len(set(words)) == text.SIZES["reviews"]
        assert reviews.train.x.max() < len(words)
        assert (reviews.train.x[:, 0] == language.START).all()
        assert not np.isin(reviews.train.x, [language.HIDDEN]).any()
        assert (reviews.test.x == language.UNKNOWN).mean() < 0.01

    def test_padding_only_follows(self, reviews):
        real = reviews.test.x > 0
        assert (real[:, 1:] <= real[:, :-1]).all()

    def test_decoding_gives_the_review(self, reviews):
        words = text.vocabulary("reviews")
        decoded = text.decode(reviews.test.x, words)
        original = text.texts("reviews")["test"]["text"]
        known = [set(review) <= set(words) for review in original]
        assert np.mean(known) > 0.8
        for one, other, all_known in zip(decoded, original, known, strict=True):
            assert len(one) == len(other)
            assert one == other or not all_known

    def test_full_is_the_packaged_file(self, reviews):
        assert data.load("reviews", full=True).sha256 == reviews.sha256


def test_words_are_cut_at_spaces_and_long_texts_lose_their_end():
    words = (*text.SPECIAL, "a", "good", "film")
    encoded = text.encode(["a good film", "a bad film a good film"], words, 6)
    assert encoded.tolist() == [[3, 5, 6, 7, 4, 0], [3, 5, 1, 7, 5, 6]]
    assert text.decode(encoded, words)[0] == "a good film"
    assert text.decode(encoded, words)[1].split()[1] == "□"


def test_sentences_lose_the_phrases_inside_them(private, monkeypatch):
    lines = ["a very good film,1", "very good,1", "good film,1", "good,1", "bad film,0"]
    whole = [f"sentence number {n} {'x' * n},{n % 2}" for n in range(8)]
    for name, content in (("train", lines + whole), ("test", ["not seen,0"])):
        csv = gzip.compress("\n".join(["text,label", *content]).encode())
        (private / f"sst2_{name}.csv.gz").write_bytes(csv)
    files = [private / f"sst2_{name}.csv.gz" for name in ("train", "test")]
    frame = text._sentences(files)
    kept = set(frame[frame["part"] != "test"]["text"])
    assert kept & {line[:-2] for line in lines} == {"a very good film", "bad film"}
    assert frame["part"].value_counts().to_dict() == {"train": 9, "validation": 1, "test": 1}


def test_sst2_is_not_packaged():
    with pytest.raises(data.DataError, match="not packaged"):
        data.load("sst2")


class TestAttention:
    def naive(self, layer, x, real, causal):
        asked = np.asarray(layer.ask(x))
        result = np.zeros_like(x)
        size = WIDTH // layer.heads
        for n, place in np.ndindex(x.shape[:2]):
            for head in range(layer.heads):
                part = [
                    slice(k * WIDTH + head * size, k * WIDTH + (head + 1) * size) for k in range(3)
                ]
                seen = [
                    other
                    for other in range(x.shape[1])
                    if real[n, other] and (other <= place or not causal)
                ]
                query = asked[n, place, part[0]]
                scores = asked[n, seen][:, part[1]] @ query / np.sqrt(size)
                weights = np.exp(scores - scores.max())
                weights /= weights.sum()
                result[n, place, head * size : (head + 1) * size] = (
                    weights @ asked[n, seen][:, part[2]]
                )
        return np.asarray(layer.join(result))

    @pytest.mark.parametrize("causal", [False, True])
    def test_agrees_with_loops(self, causal):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(2, 5, WIDTH)).astype("float32")
        real = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], bool)
        keras.utils.set_random_seed(0)
        layer = networks.SelfAttention(WIDTH, 2, causal)
        found = np.asarray(layer(x, ops.convert_to_tensor(real)))
        assert np.allclose(found, self.naive(layer, x, real, causal), atol=1e-5)

    def test_config_gives_the_layer_again(self):
        layer = networks.SelfAttention(WIDTH, 2, True)
        again = networks.SelfAttention.from_config(layer.get_config())
        assert (again.width, again.heads, again.causal) == (WIDTH, 2, True)


class TestLeaks:
    def moved(self, network, tokens, place):
        """How far the outputs before ``place`` move when the tokens from there on change."""
        other = tokens.copy()
        other[:, place:] = np.where(tokens[:, place:] > 0, (tokens[:, place:] - 4) % 35 + 5, 0)
        assert (other[:2, place:] != tokens[:2, place:]).all()
        before, after = (np.asarray(network(t))[:, :place] for t in (tokens, other))
        return np.abs(before - after).max()

    def test_a_causal_transformer_does_not_look_ahead(self, tokens):
        network = transformer(causal=True)
        for place in range(1, LENGTH):
            assert self.moved(network, tokens, place) < 1e-5

    def test_without_the_mask_it_does(self, tokens):
        network = transformer(causal=False)
        assert min(self.moved(network, tokens, place) for place in range(1, LENGTH)) > 1e-3

    def test_the_present_token_counts(self, tokens):
        network = transformer(causal=True)
        other = tokens.copy()
        other[:, 1] = 6 + (tokens[:, 1] == 6)
        assert np.abs(np.asarray(network(other) - network(tokens))[:, 1]).min() > 0

    def test_padding_changes_no_representation(self, tokens):
        """The same text in a longer frame."""
        keras.utils.set_random_seed(0)
        short = networks.text_transformer(VOCABULARY, LENGTH, WIDTH)
        long = networks.text_transformer(VOCABULARY, LENGTH + 4, WIDTH)
        for mine, other in zip(long.weights, short.weights, strict=True):
            fill = np.asarray(mine).copy()
            fill[: other.shape[0]] = other
            mine.assign(fill)
        padded = np.pad(tokens, ((0, 0), (0, 4)))
        first, second = (
            np.asarray(networks.text_encoder(network)(t))
            for network, t in ((short, tokens), (long, padded))
        )
        assert np.allclose(first, second, atol=1e-5)


class TestCrossEntropy:
    def test_guessing_blindly_costs_the_logarithm(self):
        tokens, where = np.zeros((2, 3), int), np.ones((2, 3), bool)
        loss = objectives.token_cross_entropy(tokens, np.zeros((2, 3, 50), "float32"), where)
        assert float(loss) == pytest.approx(np.log(50))

    def test_agrees_with_numpy_where_it_is_asked(self):
        rng = np.random.default_rng(0)
        logits = rng.normal(size=(4, 5, 7)).astype("float32")
        tokens, where = rng.integers(0, 7, (4, 5)), rng.random((4, 5)) < 0.5
        share = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        own = np.take_along_axis(share, tokens[..., None], axis=-1)[..., 0]
        loss = objectives.token_cross_entropy(tokens, logits, where)
        assert float(loss) == pytest.approx(-np.log(own[where]).mean(), rel=1e-5)

    def test_nothing_asked_costs_nothing(self):
        logits = np.ones((1, 2, 3), "float32")
        tokens = np.array([[0, 1]])
        assert float(objectives.token_cross_entropy(tokens, logits, tokens < 0)) == 0


class TestMasking:
    seeds = keras.random.SeedGenerator(0)

    def test_places_asked(self, tokens):
        places, asked = (np.asarray(a) for a in language.choose(tokens, 0.15, self.seeds))
        assert places.shape == asked.shape == (6, 2)
        ordinary = (tokens >= 5).sum(axis=1)
        assert (asked.sum(axis=1) == np.maximum(1, np.round(0.15 * ordinary))).all()
        chosen = np.take_along_axis(tokens, places, axis=1)
        assert (chosen[asked] >= 5).all()
        assert all(len(set(row)) == len(row) for row in places.tolist())

    def test_a_text_without_ordinary_tokens_is_not_asked(self):
        empty = np.array([[3, 4, 0, 0, 0, 0, 0, 0]], "int32")
        assert not np.asarray(language.choose(empty, 0.15, self.seeds)[1]).any()

    def test_eighty_ten_ten(self):
        tokens = np.random.default_rng(0).integers(5, 1000, (500, 40)).astype("int32")
        places, asked = language.choose(tokens, 0.5, self.seeds)
        seen = np.asarray(language.hide(tokens, places, asked, 1000, self.seeds))
        at = np.zeros(tokens.shape, bool)
        np.put_along_axis(at, np.asarray(places), np.asarray(asked), axis=1)
        assert (seen[~at] == tokens[~at]).all()
        hidden, kept = (seen == language.HIDDEN)[at].mean(), (seen == tokens)[at].mean()
        assert hidden == pytest.approx(0.8, abs=0.02)
        assert kept == pytest.approx(0.1, abs=0.02)
        assert (seen[at] >= 5).mean() == pytest.approx(0.2, abs=0.02)

    def test_masks_differ_from_step_to_step(self, tokens):
        first, second = (language.choose(tokens, 0.5, self.seeds)[0] for _ in range(2))
        assert not np.array_equal(first, second)


METHODS = {
    "masked": lambda: methods.MaskedLanguageModel(transformer(depth=1), rate=0.3, seed=0),
    "causal": lambda: methods.CausalLanguageModel(transformer(causal=True, depth=1)),
}


@pytest.mark.parametrize("name", METHODS)
class TestLanguageModel:
    def test_starts_near_blind_guessing_and_every_weight_learns(self, name, tokens):
        method = METHODS[name]()
        method.table.embeddings.assign(method.table.embeddings / 20)
        wanted, logits, asked = method(tokens)
        before = float(objectives.token_cross_entropy(wanted, logits, asked))
        assert before == pytest.approx(np.log(VOCABULARY), abs=0.5)
        weights = [np.asarray(weight) for weight in method.trainable_variables]
        method.compile(keras.optimizers.Adam(3e-3))
        history = method.fit(np.tile(tokens, (60, 1)), batch_size=24, epochs=2, verbose=0).history
        assert history["loss"][-1] < before - 0.3
        for weight, old in zip(method.trainable_variables, weights, strict=True):
            assert not np.array_equal(np.asarray(weight), old), weight.path

    def test_encoder_gives_one_vector_a_text(self, name, tokens):
        encoder = METHODS[name]().encoder
        assert np.asarray(encoder(tokens)).shape == (6, WIDTH)


def test_the_causal_answer_is_the_next_token(tokens):
    method = METHODS["causal"]()
    wanted, logits, where = method(tokens)
    assert np.array_equal(np.asarray(wanted), tokens[:, 1:])
    assert np.array_equal(np.asarray(where), tokens[:, 1:] > 0)
    assert np.allclose(np.asarray(logits), np.asarray(method.logits(tokens))[:, :-1], atol=1e-5)


def test_the_masked_answer_is_what_stood_there(tokens):
    method = METHODS["masked"]()
    wanted, logits, asked = (np.asarray(a) for a in method(tokens))
    assert wanted.shape == asked.shape == logits.shape[:2]
    assert (wanted[asked] >= 5).all()
