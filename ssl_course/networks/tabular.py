"""Networks for rows of numbers."""

import keras
from keras import layers


def row_encoder(columns: int, code_size: int, hidden: int = 64) -> keras.Model:
    """Rows (n, columns) → codes (n, code_size), through one layer of ReLU units."""
    rows = keras.Input((columns,))
    x = layers.Dense(hidden, activation="relu", name="encode_1")(rows)
    return keras.Model(rows, layers.Dense(code_size, name="encode_2")(x), name="encoder")


def row_decoder(columns: int, code_size: int, hidden: int = 64) -> keras.Model:
    """Codes (n, code_size) → rows (n, columns) of any size: the mirror image of `row_encoder`."""
    codes = keras.Input((code_size,))
    x = layers.Dense(hidden, activation="relu", name="decode_1")(codes)
    return keras.Model(codes, layers.Dense(columns, name="decode_2")(x), name="decoder")
