"""The runs of chapter 6.1: chest X-rays and patches of tissue."""

import keras

from ssl_course import networks, views
from ssl_course.methods import SimCLR
from ssl_course.pretrain.recipe import Recipe


def xray_view() -> views.RandomView:
    """Views that keep what a reader of X-rays looks at.

    No mirror image, because the heart is on one side.  Mild crops, because both lungs count.
    Mild brightness and contrast: exposure varies, but a shadow in the lung is the finding.
    """
    return views.RandomView(area=(0.5, 1.0), flip=False, brightness=0.2, contrast=0.2, erase=0.25)


def tissue_view() -> views.RandomView:
    """A slide has no left side, and it is stained more or less strongly."""
    return views.RandomView(area=(0.4, 1.0), erase=0.25)


def xray() -> keras.Model:
    """SimCLR on chest X-rays."""
    return SimCLR(networks.patch_encoder(), networks.projector(), xray_view())


def tissue() -> keras.Model:
    """SimCLR on stained tissue."""
    return SimCLR(networks.patch_encoder(), networks.projector(), tissue_view())


RECIPES = (
    Recipe("pneumoniamnist-simclr", "pneumoniamnist", xray, epochs=20, decay=True),
    Recipe("tissue-simclr", "tissue", tissue, epochs=20, decay=True),
)
