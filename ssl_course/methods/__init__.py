"""Self-supervised methods, one file a family; a method is a `keras.Model`."""

from ssl_course.methods.autoencoder import Autoencoder

__all__ = ["Autoencoder"]
