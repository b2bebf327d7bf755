"""The name that annotations use for an array of whatever backend Keras runs on."""

from typing import Any, TypeAlias

Tensor: TypeAlias = Any
"""A tensor of TensorFlow, JAX or PyTorch, or an array of NumPy: they share no class."""
