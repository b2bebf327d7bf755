"""The run of chapter 6.6: SimCLR on digits, which must not be mirrored."""

import keras

from ssl_course import networks, views
from ssl_course.methods import SimCLR
from ssl_course.pretrain.recipe import Recipe


def digit_view(flip: bool = False) -> views.RandomView:
    """The views of chapter 3 without the mirror: a mirrored digit is another sign or none."""
    return views.RandomView(area=(0.25, 1.0), erase=0.25, flip=flip)


def simclr() -> keras.Model:
    """SimCLR without the mirror."""
    return SimCLR(networks.patch_encoder(), networks.projector(), digit_view())


RECIPES = (Recipe("mnist-simclr", "mnist", simclr, epochs=10, decay=True),)
