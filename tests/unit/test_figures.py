"""Figures, tables and the interactive figure in both of its forms."""

import base64
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ssl_course import data, figures, interactive
from ssl_course.course import results
from ssl_course.pretrain import pretrain


@pytest.fixture(scope="module")
def blend():
    digits = data.load("mnist").test
    images = np.stack([digits.x[digits.y == label][0] for label in range(4)])
    method = pretrain("mnist-bottleneck")
    return interactive.Blend(method.encoder, method.decoder, images, list("0123"))


def read_png(encoded):
    return plt.imread(io.BytesIO(base64.b64decode(encoded)))


class TestBlend:
    def test_ends_are_the_decoded_images(self, blend):
        for position, digit in ((0, 1), (1, 2)):
            expected = np.asarray(blend.decoder(blend.codes[digit : digit + 1]))[0, ..., 0]
            assert np.allclose(blend.decode(1, 2, position), expected)
        assert np.array_equal(blend.mix(1, 2, 0), blend.images[1, ..., 0])

    def test_static_frames_are_the_decoders(self, blend):
        html = blend.static()
        sprite = read_png(re.findall(r'load\("data:image/png;base64,([^"]+)"\)', html)[0])
        assert sprite.shape == (6 * 28, interactive.STEPS * 28)
        # Row 3 is the pair (1, 2) of the six pairs; column 5 is half-way.  One grey level.
        frame = sprite[3 * 28 : 4 * 28, 5 * 28 : 6 * 28]
        assert np.allclose(frame, blend.decode(1, 2, 0.5), atol=1 / 255)

    def test_live_controls_call_the_decoder(self, blend):
        box = blend.live()
        first, second, position, pictures = box.children
        labels = [control.description for control in (first, second, position)]
        assert labels == ["From", "To", "Position"]
        assert all(label in blend.static() for label in labels)
        picture = pictures.children[0].children[1]
        before = picture.value
        assert before, "the first call was not made"
        position.value = 0.123
        assert picture.value != before
        shown = plt.imread(io.BytesIO(picture.value))[::6, ::6]
        assert np.allclose(shown, blend.decode(first.value, second.value, 0.123), atol=1 / 255)

    def test_offers_both_forms(self, blend):
        bundle = blend._repr_mimebundle_()
        assert {"text/html", "application/vnd.jupyter.widget-view+json"} <= bundle.keys()

    def test_needs_a_name_for_each_image(self, blend):
        with pytest.raises(ValueError, match="4 images but 1 names"):
            interactive.Blend(blend.decoder, blend.decoder, blend.images, ["0"])


@pytest.fixture
def shown(monkeypatch):
    """Keep the figure that a function would show."""
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.close("all")
    figures.use_style()
    yield plt.gcf
    plt.close("all")


def test_image_rows(shown):
    images = np.zeros((3, 28, 28, 1))
    figures.image_rows({"first": images, "second": images[:2]}, titles=["a", "b", "c"])
    texts = [text.get_text() for axis in shown().axes for text in axis.texts]
    assert texts == ["first", "second"]
    assert sum(len(axis.images) for axis in shown().axes) == 5
    assert [axis.get_title() for axis in shown().axes[:3]] == ["a", "b", "c"]


def test_training_curves(shown):
    history = {"loss": [3, 2, 1], "validation_loss": [3, 2, 2], "probe_accuracy": [0, 0, 1]}
    figures.training_curves(history, {"both": "loss validation_loss", "probe": "probe_accuracy"})
    left, right = shown().axes
    assert [len(left.lines), len(right.lines)] == [2, 1]
    assert list(left.lines[1].get_ydata()) == [3, 2, 2]
    assert list(left.lines[1].get_xdata()) == [1, 2, 3]


def test_few_label_curves(shown):
    table = results.load("mnist")
    figures.few_label_curves(table, {"raw_pixels": "pixels", "autoencoder": "autoencoder"})
    (axis,) = shown().axes
    drawn = axis.containers[1].lines[0].get_ydata()
    assert list(drawn) == [table.loc["autoencoder", f"few_{k}"] for k in (1, 5, 10, 50, 100)]
    assert axis.get_xscale() == "log"


def test_reproducibility_card(capsys):
    class Method:
        card = None

    figures.reproducibility_card(Method())
    printed = capsys.readouterr().out
    assert "tensorflow backend" in printed
    assert "a quick run, of which nothing is stored" in printed


def test_results_are_complete_and_plausible():
    table = results.load("mnist")
    accuracies = table.filter(regex=r"^(linear|knn|few_\d+|official_\w+)$")
    assert accuracies.drop("supervised").notna().all(axis=None)  # it has no features to search
    assert accuracies.stack().dropna().between(0.1, 1).all()
    assert (table["cpu_minutes"] > 0).all()


def test_unknown_results_name_those_that_there_are():
    with pytest.raises(FileNotFoundError, match=r"there are: backends, .*fashion_mnist"):
        results.load("nothing")
