"""Settings of Keras under which the course's networks would silently be others."""

import keras


def require_usual_settings() -> None:
    """Raise RuntimeError, with the remedy, unless images are channels-last and floats float32.

    Both may come from ``~/.keras/keras.json``, which another course or program may have written.
    """
    for name, found, wanted in (
        ("image_data_format", keras.config.image_data_format(), "channels_last"),
        ("floatx", keras.config.floatx(), "float32"),
    ):
        if found != wanted:
            raise RuntimeError(
                f"Keras is set to {name} {found!r}, and the course's networks and checkpoints need "
                f"{wanted!r}. Change keras.json (in ~/.keras, or where KERAS_HOME says), or call "
                f"keras.config.set_{name}({wanted!r}) before you import ssl_course."
            )
