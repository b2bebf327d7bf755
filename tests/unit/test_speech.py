"""Spoken digits: the picture of sound, splits by speaker, and prediction along time."""

import keras
import numpy as np
import pytest
from keras import ops

from ssl_course import data, networks, objectives
from ssl_course.data import speech
from ssl_course.methods import CPC, SpeechGAN
from ssl_course.methods.speech import candidates, elsewhere
from ssl_course.networks.speech import mean_and_std, sounding
from ssl_course.pretrain.speech import gan


def tone(frequency, seconds=0.5):
    return np.round(8000 * np.sin(2 * np.pi * frequency * np.arange(4000 * 2 * seconds) / 8000))


@pytest.fixture(scope="module")
def pictures():
    return speech.pictures(speech.clips("synthetic").pick(np.arange(12)))


@pytest.fixture(scope="module")
def trained_parts():
    keras.utils.set_random_seed(0)
    return {kind: CPC(networks.speech_encoder(width=8), kind) for kind in ("same", "other")}


class TestPicture:
    def test_tone_is_loudest_in_its_band(self):
        filters = speech.mel_filters()
        for frequency in (300, 1000, 3000):
            band = filters[round(frequency / 8000 * 256)].argmax()
            found = speech.log_mel(tone(frequency)).mean(axis=0).argmax()
            assert abs(int(found) - int(band)) <= 1

    def test_level_does_not_show(self):
        assert np.allclose(speech.log_mel(tone(700)), speech.log_mel(tone(700) / 64), atol=1e-9)

    def test_silence_at_both_ends_is_cut_off(self):
        framed = np.concatenate([np.zeros(4000), tone(700), np.zeros(4000)])
        added = len(speech.log_mel(framed)) - len(speech.log_mel(tone(700)))
        assert 0 <= added <= 6, "more than the frames that overlap the tone"

    def test_pictures_end_in_zeros(self, pictures):
        assert pictures.shape == (12, 80, 32, 1)
        for image, length in zip(pictures, speech.lengths(pictures), strict=True):
            assert image[length - 1].max() > 0
            assert image[length:].sum() == 0

    def test_cepstra_invert_to_the_picture(self, pictures):
        all_of_them = speech.cepstra(pictures, 32)[..., :32]
        power = np.square(pictures[..., 0]).sum()
        assert np.isclose(np.square(all_of_them).sum(), power, rtol=1e-4), "not orthonormal"


class TestPooling:
    def test_in_order(self):
        ramp = np.arange(16.0).reshape(1, 16, 1)
        pooled = speech.in_order(ramp, np.array([8]), 4)
        assert pooled.tolist() == [[0.5, 2.5, 4.5, 6.5]]
        assert speech.in_order(ramp, np.array([2]), 4).tolist() == [[0, 0, 1, 1]]

    def test_mean_and_std_in_numpy_and_in_the_graph(self, pictures):
        sequence = pictures[..., 0]
        ours = speech.mean_and_std(sequence, speech.lengths(pictures))
        graph = np.asarray(mean_and_std(sequence, sounding(pictures, 1)))
        assert np.allclose(ours, graph, atol=2e-3)


class TestSplits:
    def test_packaged_voices_of_the_test_are_in_no_other_part(self):
        voices = data.load("spoken_digits")
        assert [len(part) for part in (voices.train, voices.validation, voices.test)] == [
            140,
            20,
            40,
        ]
        assert voices.unlabeled.shape == (140, 80, 32, 1)
        rows = {image.tobytes() for image in voices.unlabeled}
        assert not rows & {image.tobytes() for image in voices.test.x}

    def test_unseen_people_of_the_full_set(self, monkeypatch):
        names = np.repeat(np.unique(speech.FOLDS), 70)
        takes = np.tile(np.arange(7), 60)
        digits = np.tile(np.repeat(np.arange(10), 7), 6)
        sounds = tuple(tone(200 + 5 * i, 0.05) for i in range(420))
        every = speech.Clips(sounds, digits, names, takes)
        monkeypatch.setattr(speech, "clips", lambda name: every)
        monkeypatch.setattr(speech, "locate", lambda entry: ([], "mirror"))
        for unseen in speech.FOLDS:
            assert speech.VALIDATION[unseen[0]] not in unseen
            parts = speech.fold(unseen)
            sizes = [
                len(part) for part in (parts.unlabeled, parts.train, parts.validation, parts.test)
            ]
            assert sizes == [80, 60, 20, 140], "test takes or unseen people are in pretraining"
        with pytest.raises(ValueError, match="is no fold"):
            speech.fold(("theo", "nobody"))

    def test_silence_is_refused_and_has_no_length(self):
        with pytest.raises(ValueError, match="nothing is to be heard"):
            speech.log_mel(np.zeros(4000))
        assert speech.lengths(np.zeros((1, 80, 32, 1))).tolist() == [0]

    def test_unknown_clips(self):
        with pytest.raises(ValueError, match="human, synthetic and fsdd"):
            speech.clips("martian")


class TestObjective:
    def test_chance_and_certainty(self):
        equal, where = np.ones((2, 5, 3), "float32"), np.ones((2, 5), "float32")
        allowed = np.ones((2, 5, 5), bool)
        loss = objectives.frame_nce(equal, equal, equal, allowed, where)
        assert np.isclose(loss, np.log(6), rtol=1e-5)
        loss = objectives.frame_nce(equal, equal, -equal, allowed, where)
        assert np.isclose(loss, np.log(1 + 5 * np.exp(-20)), atol=1e-6)

    def test_agrees_with_a_loop_and_skips_what_is_not_there(self):
        rng = np.random.default_rng(0)
        predictions, frames = rng.normal(size=(2, 2, 4, 3)).astype("float32")
        negatives = rng.normal(size=(2, 6, 3)).astype("float32")
        allowed = rng.uniform(size=(2, 4, 6)) < 0.5
        where = np.array([[1, 1, 0, 0], [1, 1, 1, 0]], "float32")

        def cosine(a, b):
            return a @ b / np.linalg.norm(a) / np.linalg.norm(b) / 0.1

        losses = []
        for clip, time in zip(*np.nonzero(where), strict=True):
            asked = predictions[clip, time]
            right = np.exp(cosine(asked, frames[clip, time]))
            wrong = [np.exp(cosine(asked, v)) for v in negatives[clip][allowed[clip, time]]]
            losses.append(-np.log(right / (right + sum(wrong))))
        found = objectives.frame_nce(predictions, frames, negatives, allowed, where)
        assert np.isclose(found, np.mean(losses), rtol=1e-4)


class TestCPC:
    def test_contexts_know_nothing_of_the_future(self, trained_parts, pictures):
        changed = pictures.copy()
        changed[:, 40:] = 0.5
        listen = trained_parts["same"].listen
        before, after = (np.asarray(listen(x)[1]) for x in (pictures, changed))
        assert np.allclose(before[:, :19], after[:, :19], atol=1e-6)
        assert not np.allclose(before[:, 20:], after[:, 20:], atol=1e-3)

    def test_negatives_of_other_clips_are_of_other_clips_at_the_same_time(self):
        latents = np.arange(5)[:, None, None] * 100.0 + np.arange(7)[None, :, None]
        offered, heard = candidates(latents, np.ones((5, 7), "float32"), "other")
        offered = np.asarray(offered)[..., 0]
        assert (offered % 100 == np.arange(7)).all()
        assert (offered // 100 != np.arange(5)[:, None]).all()
        assert np.asarray(heard).all()

    def test_the_answer_is_no_negative(self):
        assert np.asarray(elsewhere(6, 2, "same")).sum(axis=1).tolist() == [5] * 4
        assert not np.asarray(elsewhere(6, 2, "same"))[1, 3]
        assert np.asarray(elsewhere(6, 2, "other")).all()

    @pytest.mark.parametrize("kind", ["same", "other"])
    def test_padding_is_neither_asked_nor_offered(self, trained_parts, pictures, kind):
        method = trained_parts[kind]
        outputs = method(pictures)
        latents, where = np.array(outputs.latents), np.array(outputs.where)
        loss = float(method.compute_loss(y_pred=outputs))
        latents[where == 0] = 7.0
        louder = outputs._replace(latents=latents)
        assert np.isclose(float(method.compute_loss(y_pred=louder)), loss)

    def test_every_weight_learns(self, pictures):
        keras.utils.set_random_seed(0)
        method = CPC(networks.speech_encoder(width=8), "other")
        method(pictures)
        before = [ops.convert_to_numpy(weight).copy() for weight in method.trainable_variables]
        method.compile(keras.optimizers.Adam(1e-2), run_eagerly=True)
        method.fit(pictures, batch_size=12, verbose=0)
        moved = [
            np.abs(b - w).max() > 0 for b, w in zip(before, method.trainable_variables, strict=True)
        ]
        assert all(moved)

    def test_unknown_negatives(self):
        with pytest.raises(ValueError, match="'same' clip or of 'other'"):
            CPC(networks.speech_encoder(width=8), "none")


def test_patches_are_cut_where_there_is_sound():
    keras.utils.set_random_seed(0)
    method = gan()
    assert isinstance(method, SpeechGAN)
    images = np.zeros((8, 80, 32, 1), "float32")
    images[:, :50] = np.linspace(0.5, 1, 50)[:, None, None]
    cut = np.asarray(method.cut(images))
    assert cut.shape == (8, 32, 32, 1)
    assert cut.min() > 0, "a patch reaches into the padding although there is sound enough"
    assert len(np.unique(cut[:, 0, 0, 0])) > 1, "all patches begin at the same time"
    short = images * (np.arange(80) < 20)[:, None, None]
    assert np.allclose(ops.convert_to_numpy(method.cut(short))[:, :20], short[:, :20])
