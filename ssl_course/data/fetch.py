"""Find a file of a data set and prove that it is the right one.

Looked up in order: the user's cache, a mirror directory, the official source.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import pooch

from ssl_course.data.registry import Entry, File
from ssl_course.data.sums import read_sums

MIRROR_VARIABLE = "SSL_COURSE_DATA"
CACHE_VARIABLE = "SSL_COURSE_CACHE"
MIRROR_LIST = "SHA256SUMS"
_AGAIN = "Delete it; the next call downloads it again."
_UNWRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}
_TEXT = (".csv",)
"""Files of which some programs change the line ends, and nothing else."""


class DataError(RuntimeError):
    """A data set cannot be had; the message names the file, the reason and the remedy."""


def folder_from(variable: str) -> Path | None:
    """The folder that an environment variable names, ``~`` expanded; None if it is unset."""
    value = os.environ.get(variable)
    return Path(os.path.expanduser(value)) if value else None


def cache_directory() -> Path:
    """Where downloads and unfinished training runs are kept (``SSL_COURSE_CACHE`` moves it)."""
    return folder_from(CACHE_VARIABLE) or Path(pooch.os_cache("ssl_course"))


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(path: Path, sha256: str, remedy: str) -> Path:
    """Return ``path`` if its bytes have this sha256; raise `DataError` otherwise."""
    try:
        found = sha256_of(path)
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. {remedy}") from error
    if found != sha256:
        raise DataError(
            f"{path} is not the expected file: its sha256 is {found[:12]}…, "
            f"expected {sha256[:12]}… (truncated or altered). {remedy}"
        )
    return path


@contextmanager
def packaged(file: File | None) -> Iterator[Path]:
    """A verified file of ``data/samples``; raises `DataError` if it is missing or altered."""
    if file is None:
        raise DataError("There is no packaged sample of this data set; ask for all of it.")
    resource = resources.files("ssl_course.data") / "samples" / file.name
    with resources.as_file(resource) as path:
        remedy = "It is part of the installed course: install ssl_course again."
        if not path.is_file():
            raise DataError(f"{path} is missing. {remedy}")
        if path.suffix not in _TEXT or _sha256_of_text(path) != file.sha256:
            verify(path, file.sha256, remedy)
        yield path


def _sha256_of_text(path: Path) -> str:
    """Of a text with Unix line ends, whatever git or an editor has made of them."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def locate(entry: Entry) -> tuple[list[Path], str]:
    """Files that hold the full data set, verified, and where they came from.

    Returns the official files in the registry's order, or the single ``<name>.npz`` of a mirror
    where the registry allows it.
    Raises `DataError` if no place has them or one has wrong bytes.
    """
    cache = cache_directory() / "data" / entry.name
    if all((cache / file.name).exists() for file in entry.official):
        return [verify(cache / f.name, f.sha256, _AGAIN) for f in entry.official], "cache"
    if mirror := folder_from(MIRROR_VARIABLE):
        return _from_mirror(entry, mirror), "mirror"
    return [_download(entry, file, cache) for file in entry.official], "official source"


def _from_mirror(entry: Entry, mirror: Path) -> list[Path]:
    listing = mirror / MIRROR_LIST
    if not mirror.is_dir():
        raise DataError(
            f"The mirror {mirror} (from {MIRROR_VARIABLE}) is no folder. "
            f"Name another one, or unset {MIRROR_VARIABLE}."
        )
    if not listing.is_file():
        raise DataError(
            f"The mirror {mirror} (from {MIRROR_VARIABLE}) has no {MIRROR_LIST}, so its files "
            f"cannot be verified. Write one there with: sha256sum * > {MIRROR_LIST}"
        )
    try:
        sums, unread = read_sums(listing)
    except (OSError, UnicodeError) as error:
        raise DataError(
            f"{listing} is not readable as text ({error}). Write it again with: sha256sum *"
        ) from error
    wanted = [file.name for file in entry.official]
    forms = [wanted, [f"{entry.name}.npz"]] if entry.one_file else [wanted]
    for names in forms:
        if all(name in sums and (mirror / name).is_file() for name in names):
            remedy = f"Copy it to the mirror again, or correct {listing}."
            return [verify(mirror / name, sums[name], remedy) for name in names]
    raise DataError(_lack(entry, mirror, forms, sums, unread))


def _lack(entry: Entry, mirror: Path, forms: list, sums: dict, unread: list[str]) -> str:
    """What a mirror would have to hold for a data set, and what there is of it."""
    needed = " or ".join(dict.fromkeys(", ".join(names) for names in forms))
    listed_only = [name for names in forms for name in names if name in sums]
    there_only = [name for names in forms for name in names if (mirror / name).is_file()]
    message = (
        f"The mirror {mirror} does not hold {entry.title}: it needs {needed}, "
        f"listed in {MIRROR_LIST}."
    )
    for name in dict.fromkeys(listed_only):
        if name not in there_only:
            message += f" {name} is listed and not there."
    for name in dict.fromkeys(there_only):
        if name not in listed_only:
            message += f" {name} is there and not listed."
    if unread:
        message += f" {len(unread)} lines of the list are no sha256 sums, the first: {unread[0]!r}."
    return f"{message} Add what is missing, or unset {MIRROR_VARIABLE}."


def _download(entry: Entry, file: File, folder: Path) -> Path:
    target = folder / file.name
    if target.exists():  # of a set of files, of which another one is missing
        return verify(target, file.sha256, _AGAIN)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            fetched = _download_verified(entry, file, Path(scratch))
            shutil.move(fetched, target)
    except OSError as error:  # read-only, full, or a file where the folder should be
        raise DataError(
            f"Cannot write {target}: {error.strerror}. "
            f"Set {CACHE_VARIABLE} to a folder with room that you may write to."
        ) from error
    return target


def _download_verified(entry: Entry, file: File, scratch: Path) -> str:
    if not file.urls:
        raise DataError(
            f"{entry.title} has no address to download from. Put {file.name} into a folder with "
            f"a {MIRROR_LIST} and set {MIRROR_VARIABLE} to it."
        )
    reasons = []
    for url in file.urls:
        try:
            store = pooch.create(
                path=scratch,
                base_url="",
                registry={file.name: f"sha256:{file.sha256}"},
                urls={file.name: url},
                retry_if_failed=2,
            )
            return store.fetch(file.name)
        except (OSError, ValueError) as error:  # no network, or wrong bytes
            if getattr(error, "errno", None) in _UNWRITABLE:
                raise
            reasons.append(f"{url}: {str(error).splitlines()[0][:160]}")
    raise DataError(
        f"Cannot download {file.name} of {entry.title} ({entry.megabytes} MB in all). "
        f"{'; '.join(reasons)}. Without internet, put the file into a folder with a "
        f"{MIRROR_LIST} and set {MIRROR_VARIABLE} to it"
        f"{', or use the packaged sample (full=False)' if entry.sample else ''}."
    )
