"""Every plot of the book, in one style: colour-blind safe, readable on light and dark pages."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib_inline.backend_inline import set_matplotlib_formats

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's palette, which readers with any colour vision can tell apart."""

MARKERS = "osD^vPX*"


def use_style() -> None:
    """Set the book's matplotlib style for this session; pictures are SVG."""
    set_matplotlib_formats("svg")
    plt.rcParams.update(
        {
            "figure.figsize": (6.4, 3.2),
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "axes.prop_cycle": plt.cycler(color=COLORS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#dddddd",
            "font.size": 10,
            "legend.frameon": False,
            "figure.constrained_layout.use": True,
        }
    )


def image_rows(rows: Mapping[str, np.ndarray], titles: Sequence[str] | None = None) -> None:
    """Show rows of grey images (n, height, width, 1) in [0, 1], a label before each row."""
    count = max(map(len, rows.values()))
    _figure, axes = plt.subplots(
        len(rows), count, figsize=(0.72 * count + 1.2, 0.78 * len(rows) + 0.3), squeeze=False
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for line, (label, images) in zip(axes, rows.items(), strict=True):
        line[0].text(-0.2, 0.5, label, ha="right", va="center", transform=line[0].transAxes)
        for axis, image in zip(line, images, strict=False):
            axis.imshow(image.squeeze(-1), cmap="gray", vmin=0, vmax=1, interpolation="none")
    for axis, title in zip(axes[0], titles or (), strict=False):
        axis.set_title(title, fontsize=9)
    plt.show()


def training_curves(history: Mapping[str, Sequence[float]], panels: Mapping[str, str]) -> None:
    """Plot metrics of a run against the epoch, one panel each: {label: metric or metrics}.

    A panel may hold several metrics, separated by spaces.
    """
    _figure, axes = plt.subplots(1, len(panels), figsize=(3.4 * len(panels), 2.6), squeeze=False)
    for axis, (label, metrics) in zip(axes.flat, panels.items(), strict=True):
        for name in metrics.split():
            epochs = range(1, len(history[name]) + 1)
            axis.plot(epochs, history[name], label=name.replace("_", " "))
        axis.set(xlabel="epoch", ylabel=label)
        if " " in metrics:
            axis.legend()
    plt.show()


def few_label_curves(table: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Accuracy against labels per class (log axis) for rows of a results table.

    ``names`` maps the table's methods to the labels of the plot; bars are ± one standard
    deviation over the draws.
    """
    budgets = [int(c[4:]) for c in table.columns if c.startswith("few_") and c[4:].isdigit()]
    _figure, axis = plt.subplots(figsize=(6.4, 3.6))
    for position, (method, label) in enumerate(names.items()):
        axis.errorbar(
            budgets,
            [table.loc[method, f"few_{budget}"] for budget in budgets],
            [table.loc[method, f"few_{budget}_std"] for budget in budgets],
            label=label,
            marker=MARKERS[position % len(MARKERS)],
            color=COLORS[position % len(COLORS)],
            linestyle="--" if method == "raw_pixels" else "-",
            capsize=2,
        )
    axis.set(xscale="log", xlabel="labels per class", ylabel="test accuracy")
    axis.set_xticks(budgets, [str(budget) for budget in budgets])
    axis.minorticks_off()
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9)
    plt.show()


def reproducibility_card(*methods: keras.Model) -> None:
    """Print what this page ran on, and which checkpoints it used."""
    print(f"Python {platform.python_version()}, Keras {keras.__version__}", end=", ")
    print(f"{keras.backend.backend()} backend, {platform.machine()}, {os.cpu_count()} cores")
    for card in (method.card for method in methods):
        if card is None:
            print("a quick run, of which nothing is stored")
            continue
        recipe = card["recipe"]
        print(
            f"{recipe['name']}: seed {recipe['seed']}, {recipe['epochs']} epochs on "
            f"{card['data']['images']:,} examples, {card['date']}, "
            f"weights {card['weights_sha256'][:12]}"
        )
