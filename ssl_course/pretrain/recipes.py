"""Every training run of the course, by name."""

from ssl_course.pretrain import (
    cifar10,
    digits,
    fashion_mnist,
    medical,
    mnist,
    sequences,
    speech,
    text,
)
from ssl_course.pretrain.recipe import Recipe

__all__ = ["RECIPES", "Recipe"]

_TABLES = (mnist, fashion_mnist, cifar10, digits, medical, text, speech, sequences)
RECIPES = {recipe.name: recipe for table in _TABLES for recipe in table.RECIPES}
