"""Checkpoints: weights as safetensors and, beside them, a card that says where they came from."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as serialize

from ssl_course.data.fetch import folder_from, sha256_of

FOLDER_VARIABLE = "SSL_COURSE_CHECKPOINTS"
_PACKAGED = Path(__file__).parent / "checkpoints"
_REQUIRED = {"recipe": dict, "golden": dict, "history": dict, "weights_sha256": str}
ROOM = 50_000_000
"""Bytes that a run's state and checkpoint may need; the largest of the course needs half."""


class CheckpointError(RuntimeError):
    """A checkpoint cannot be used; the message names the file and the command that rebuilds it."""


def folder() -> Path:
    """Where checkpoints are read and written: the package's own folder, or
    ``SSL_COURSE_CHECKPOINTS``.
    """
    return folder_from(FOLDER_VARIABLE) or _PACKAGED


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
    except OSError as error:
        raise _error(name, f"{card_path} cannot be read: {error.strerror}") from None
    except ValueError:  # no JSON, or not even text
        raise _error(name, f"{card_path} is not readable as JSON") from None
    if lacking := _lacking(card):
        raise _error(name, f"{card_path} is incomplete: it has no {', '.join(lacking)}")
    if card["recipe"].get("name") != name:
        raise _error(name, f"{card_path} belongs to {card['recipe'].get('name')!r}")
    return card


def _lacking(card: object) -> list[str]:
    """What a card needs and does not have, or not of the right kind."""
    card = card if isinstance(card, dict) else {}
    return [part for part, kind in _REQUIRED.items() if not isinstance(card.get(part), kind)]


def load(name: str, method: keras.Model) -> dict:
    """Load verified weights into a built method and return the card.

    Raises `CheckpointError`, and leaves the method as it was, if a file is missing or altered
    or does not fit the method name by name and shape by shape.
    """
    card = read_card(name)
    weights_path, _ = paths(name)
    if not weights_path.is_file():
        raise _error(name, f"{weights_path} is missing")
    try:
        if sha256_of(weights_path) != card["weights_sha256"]:
            reason = "is truncated or altered: its sha256 is not the card's"
            raise _error(name, f"{weights_path} {reason}")
        stored = load_file(weights_path)
    except OSError as error:
        raise _error(name, f"{weights_path} cannot be read: {error.strerror}") from None
    except (SafetensorError, KeyError, TypeError) as error:  # the last two: bfloat16 and the like
        raise _error(name, f"{weights_path} is no safetensors file of NumPy ({error})") from None
    wanted = tensors(method)
    differences = {
        *(f"{key} is not in the file" for key in wanted.keys() - stored.keys()),
        *(f"{key} is not in the method" for key in stored.keys() - wanted.keys()),
        *(
            f"{key} has shape {stored[key].shape}, the method needs {tuple(wanted[key].shape)}"
            for key in wanted.keys() & stored.keys()
            if stored[key].shape != tuple(wanted[key].shape)
        ),
        *(
            f"{key} is {stored[key].dtype}, the method needs {wanted[key].dtype}"
            for key in wanted.keys() & stored.keys()
            if stored[key].dtype != wanted[key].dtype
        ),
        *(f"{key} holds NaN" for key in stored if not np.isfinite(stored[key]).all()),
    }
    if differences:
        raise _error(name, f"{weights_path} does not fit: {'; '.join(sorted(differences))}")
    for key, variable in wanted.items():
        variable.assign(stored[key])
    return card


def save(name: str, method: keras.Model, card: dict) -> Path:
    """Write weights and card, each complete or not at all; returns the weights file.

    Raises ValueError for a card that `load` would refuse, and `CheckpointError` if the folder
    cannot be written.
    """
    weights_path, card_path = paths(name)
    if lacking := _lacking(card | {"weights_sha256": ""}):
        raise ValueError(f"the card of checkpoint {name!r} needs {', '.join(lacking)}")
    if card["recipe"].get("name") != name:
        raise ValueError(f"the card of checkpoint {name!r} needs recipe['name'] to be {name!r}")
    arrays = {key: np.asarray(variable) for key, variable in tensors(method).items()}
    with (
        writing(weights_path, FOLDER_VARIABLE),
        tempfile.TemporaryDirectory(dir=folder()) as scratch,
    ):
        new_weights, new_card = Path(scratch) / "weights", Path(scratch) / "card"
        new_weights.write_bytes(serialize(arrays))  # save_file lets none but the owner read it
        card = card | {"weights_sha256": sha256_of(new_weights)}
        new_card.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
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
        free = shutil.disk_usage(directory).free
    except OSError as error:
        raise CheckpointError(
            f"Cannot write to {directory} ({error.strerror}), where a run stores its state and "
            f"its checkpoint. Set {variable} to a folder you may write to."
        ) from None
    if free < ROOM:
        raise CheckpointError(
            f"{directory} has room for {free / 1e6:.1f} MB; a run needs {ROOM / 1e6:.0f} MB for "
            f"its state and its checkpoint. Make room, or set {variable} to another folder."
        )


@contextmanager
def writing(path: Path, variable: str) -> Iterator[None]:
    """Say in a `CheckpointError` why a file of a run could not be written, and how to go on."""
    try:
        yield
    except OSError as error:
        raise CheckpointError(
            f"Cannot write {path}: {error.strerror}. The run's last stored state is kept: make "
            f"room, or set {variable} to a folder with room that you may write to, and give the "
            f"same command again."
        ) from error


def _error(name: str, reason: str) -> CheckpointError:
    return CheckpointError(
        f"Checkpoint {name!r}: {reason}. If it is your own, save it again; else "
        f"install the course again, or train it: python -m ssl_course.pretrain {name}"
    )
