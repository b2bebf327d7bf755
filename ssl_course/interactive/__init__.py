"""Interactive figures that work with a kernel and without one."""

from __future__ import annotations

import base64
import html
import io
import itertools
import json
import uuid
from collections.abc import Mapping, Sequence
from importlib import resources
from string import Template

import ipywidgets
import keras
import numpy as np
import PIL.Image

STEPS = 11
"""Stored positions between two images in the static figure."""


class Blend:
    """Walk from the code of one image to the code of another and watch the decoder's output.

    In a page without a kernel, the figure shows stored frames and reacts to its controls by
    itself.  In a live notebook, controls with the same names call the decoder for any position.

    Parameters
    ----------
    encoder : images (n, height, width, 1) to codes (n, …)
    decoder : codes to images
    images : one image for each name, (n, height, width, 1) in [0, 1], n ≥ 2
    names : what the reader chooses from
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        images: np.ndarray,
        names: Sequence[str],
    ):
        if len(images) != len(names):
            raise ValueError(f"{len(images)} images but {len(names)} names; give one name each")
        if len(images) < 2:
            raise ValueError("there is nothing between fewer than two images; give more")
        self.decoder = decoder
        self.images = images
        self.names = list(names)
        self.codes = np.asarray(encoder(images))

    def decode(self, first: int, second: int, position: float) -> np.ndarray:
        """The decoder's image (height, width) at ``position`` (0–1) between two codes."""
        code = (1 - position) * self.codes[first] + position * self.codes[second]
        return np.asarray(self.decoder(code[None]))[0, ..., 0]

    def mix(self, first: int, second: int, position: float) -> np.ndarray:
        """The plain mixture (height, width) of the two images' pixels."""
        return ((1 - position) * self.images[first] + position * self.images[second])[..., 0]

    def static(self) -> str:
        """The figure as self-contained HTML; a still picture where scripts are off."""
        pairs = list(itertools.combinations(range(len(self.names)), 2))
        positions = np.linspace(0, 1, STEPS)
        codes = np.stack(
            [(1 - p) * self.codes[a] + p * self.codes[b] for a, b in pairs for p in positions]
        )
        frames = np.asarray(self.decoder(codes))[..., 0]
        sprite = _tile(frames.reshape(len(pairs), STEPS, *frames.shape[1:]))
        height, width = self.images.shape[1:3]
        first, second = self._start()
        still = np.stack([self.decode(first, second, p) for p in positions])[None]
        template = Template(
            resources.files(__name__).joinpath("blend.html").read_text(encoding="utf-8")
        )
        return template.substitute(
            id=f"ssl-blend-{uuid.uuid4().hex[:8]}",
            sprite=_png(sprite),
            originals=_png(_tile(self.images[None, ..., 0])),
            still=_png(_tile(still)),
            still_alt=html.escape(
                f"Decoded images between the codes of {self.names[first]} "
                f"and {self.names[second]}, in {STEPS} steps."
            ),
            names=json.dumps(self.names).replace("</", "<\\/"),
            start=json.dumps([first, second]),
            height=height,
            width=width,
            steps=STEPS,
        )

    def live(self) -> ipywidgets.Widget:
        """The figure as ipywidgets; one call of the decoder is made at once."""
        first, second = self._start()
        options = list(zip(self.names, range(len(self.names)), strict=True))
        controls = {
            "first": ipywidgets.Dropdown(options=options, value=first, description="From"),
            "second": ipywidgets.Dropdown(options=options, value=second, description="To"),
            "position": ipywidgets.FloatSlider(
                0.5, min=0, max=1, step=0.01, description="Position"
            ),
        }
        pictures = [ipywidgets.Image(format="png", width=168, height=168) for _ in range(2)]

        def update(_: object = None) -> None:
            chosen = {name: control.value for name, control in controls.items()}
            for picture, image in zip(pictures, (self.decode, self.mix), strict=True):
                picture.value = _png_bytes(np.kron(image(**chosen), np.ones((6, 6))))

        for control in controls.values():
            control.observe(update, "value")
        update()
        captions = ("Between the codes", "Between the pixels")
        boxes = [
            ipywidgets.VBox([ipywidgets.Label(caption), picture])
            for caption, picture in zip(captions, pictures, strict=True)
        ]
        return ipywidgets.VBox([*controls.values(), ipywidgets.HBox(boxes)])

    def _start(self) -> tuple[int, int]:
        """The pair shown first: the last image, and one from the first half."""
        return (len(self.names) - 1) // 3, len(self.names) - 1

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        """Both forms at once; a notebook with a kernel shows the first, a page the second."""
        # Spelled out, because ipywidgets 7, which Colab has, makes no such bundle itself.
        view = {"version_major": 2, "version_minor": 0, "model_id": self.live().model_id}
        return {
            "application/vnd.jupyter.widget-view+json": view,
            "text/plain": repr(self),
            "text/html": self.static(),
        }


def _tile(images: np.ndarray) -> np.ndarray:
    """(rows, columns, height, width) images side by side as one (rows·height, columns·width)."""
    rows, columns, height, width = images.shape
    return images.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)


def _png_bytes(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    pixels = np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    PIL.Image.fromarray(pixels).save(stream, format="png", optimize=True)
    return stream.getvalue()


def _png(image: np.ndarray) -> str:
    """A grey image as a data address."""
    return "data:image/png;base64," + base64.b64encode(_png_bytes(image)).decode()


class Choice:
    """Choose one of several panels with radio buttons: HTML and CSS alone, kernel or not.

    Parameters
    ----------
    title : what is chosen
    panels : {label of the button: HTML of the panel}; ``start`` is the label chosen at first
    """

    def __init__(self, title: str, panels: Mapping[str, str], start: str):
        if start not in panels:
            raise ValueError(f"no panel {start!r} to start with; there are {', '.join(panels)}")
        self.title, self.panels, self.start = title, panels, start

    def _repr_html_(self) -> str:
        name = f"ssl-choice-{uuid.uuid4().hex[:8]}"
        inputs, panels, rules = [], [], []
        for number, (label, panel) in enumerate(self.panels.items()):
            one, checked = f"{name}-{number}", " checked" if label == self.start else ""
            inputs.append(
                f'<label><input type="radio" name="{name}" id="{one}"{checked}> '
                f"{html.escape(label)}</label>"
            )
            panels.append(f'<div class="panel" id="{one}-panel">{panel}</div>')
            rules.append(f"#{name}:has(#{one}:checked) #{one}-panel{{display:block}}")
        template = Template(
            resources.files(__name__).joinpath("choice.html").read_text(encoding="utf-8")
        )
        return template.substitute(
            id=name,
            title=html.escape(self.title),
            inputs="\n".join(inputs),
            panels="\n".join(panels),
            rules="\n".join(rules),
        )


def bars(values: Mapping[str, float], maximum: float = 1.0) -> str:
    """Named numbers (0–``maximum``) as an HTML table with a bar each."""
    rows = (
        f'<tr><th scope="row" style="text-align:left;padding-right:1em">{html.escape(name)}</th>'
        f'<td style="text-align:right;padding-right:.6em">{value:.3f}</td>'
        f'<td style="width:16em"><div aria-hidden="true" style="background:#0072B2;height:.9em;'
        f'width:{100 * value / maximum:.1f}%"></div></td></tr>'
        for name, value in values.items()
    )
    return f'<table style="border:0">{"".join(rows)}</table>'
