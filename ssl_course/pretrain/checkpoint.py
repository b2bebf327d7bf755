"""Checkpoints: weights as safetensors and, beside them, a card that says where they came from."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as serialize

from ssl_course.data.fetch import sha256_of

FOLDER_VARIABLE = "SSL_COURSE_CHECKPOINTS"
_PACKAGED = Path(__file__).parent / "checkpoints"
_REQUIRED = {"recipe", "golden", "history", "weights_sha256"}


class CheckpointError(RuntimeError):
    """A checkpoint cannot be used; the message names the file and the command that rebuilds it."""


def folder() -> Path:
    """Where checkpoints are read and written: the package's own folder, or
    ``SSL_COURSE_CHECKPOINTS``.
    """
    return Path(os.environ.get(FOLDER_VARIABLE) or _PACKAGED)


def paths(name: str) -> tuple[Path, Path]:
    """Weights file and card of a checkpoint."""
    return folder() / f"{name}.safetensors", folder() / f"{name}.json"


def tensors(method: keras.Model) -> dict[str, keras.Variable]:
    """The weights of a built method by their names, batch statistics included.

    Keras numbers the models of a process (``vae``, ``vae_1``), so the method's own name, which
    begins the names of the weights it owns itself, is left out.
    """
    own = f"{method.name}/"
    named = {variable.path.removeprefix(own): variable for variable in method.weights}
    if len(named) != len(method.weights):
        raise ValueError("two layers of the method share a name; give each layer its own")
    return named


def read_card(name: str) -> dict:
    """The card of a checkpoint.  Raises `CheckpointError` if it is missing or damaged."""
    _, card_path = paths(name)
    try:
        card = json.loads(card_path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _error(name, f"{card_path} is missing") from None
    except ValueError:  # no JSON, or not even text
        raise _error(name, f"{card_path} is not readable as JSON") from None
    complete = isinstance(card, dict) and card.keys() >= _REQUIRED
    if not complete or not isinstance(card["recipe"], dict):
        raise _error(name, f"{card_path} is incomplete")
    if card["recipe"].get("name") != name:
        raise _error(name, f"{card_path} belongs to {card['recipe'].get('name')!r}")
    return card


def load(name: str, method: keras.Model) -> dict:
    """Load verified weights into a built method and return the card.

    Raises `CheckpointError`, and leaves the method as it was, if a file is missing or altered
    or does not fit the method name by name and shape by shape.
    """
    card = read_card(name)
    weights_path, _ = paths(name)
    if not weights_path.is_file():
        raise _error(name, f"{weights_path} is missing")
    if sha256_of(weights_path) != card["weights_sha256"]:
        raise _error(name, f"{weights_path} is truncated or altered: its sha256 is not the card's")
    try:
        stored = load_file(weights_path)
    except SafetensorError as error:
        raise _error(name, f"{weights_path} is no safetensors file ({error})") from None
    wanted = tensors(method)
    differences = {
        *(f"{key} is not in the file" for key in wanted.keys() - stored.keys()),
        *(f"{key} is not in the method" for key in stored.keys() - wanted.keys()),
        *(
            f"{key} has shape {stored[key].shape}, the method needs {tuple(wanted[key].shape)}"
            for key in wanted.keys() & stored.keys()
            if stored[key].shape != tuple(wanted[key].shape)
        ),
    }
    if differences:
        raise _error(name, f"{weights_path} does not fit: {'; '.join(sorted(differences))}")
    for key, variable in wanted.items():
        variable.assign(stored[key])
    return card


def save(name: str, method: keras.Model, card: dict) -> Path:
    """Write weights and card, each complete or not at all; returns the weights file."""
    weights_path, card_path = paths(name)
    arrays = {key: np.asarray(variable) for key, variable in tensors(method).items()}
    with tempfile.TemporaryDirectory(dir=folder()) as scratch:
        new_weights, new_card = Path(scratch) / "weights", Path(scratch) / "card"
        new_weights.write_bytes(serialize(arrays))  # save_file lets none but the owner read it
        card = card | {"weights_sha256": sha256_of(new_weights)}
        new_card.write_text(json.dumps(card, indent=1) + "\n")
        os.replace(new_weights, weights_path)
        os.replace(new_card, card_path)
    return weights_path


def require_writable(directory: Path, variable: str) -> None:
    """Raise `CheckpointError` before a long run whose result could not be stored there.

    ``variable`` is the environment variable that names another directory.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise CheckpointError(
            f"Cannot write to {directory} ({error.strerror}), where a run stores its state and "
            f"its checkpoint. Set {variable} to a folder you may write to."
        ) from None


def _error(name: str, reason: str) -> CheckpointError:
    return CheckpointError(
        f"Checkpoint {name!r}: {reason}. "
        f"Install the course again, or train it: python -m ssl_course.pretrain {name}"
    )
