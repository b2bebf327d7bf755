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

MIRROR_VARIABLE = "SSL_COURSE_DATA"
CACHE_VARIABLE = "SSL_COURSE_CACHE"
MIRROR_LIST = "SHA256SUMS"
_AGAIN = "Delete it; the next call downloads it again."
_UNWRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}


class DataError(RuntimeError):
    """A data set cannot be had; the message names the file, the reason and the remedy."""


def cache_directory() -> Path:
    """Where downloads and unfinished training runs are kept (``SSL_COURSE_CACHE`` moves it)."""
    return Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("ssl_course"))


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(path: Path, sha256: str, remedy: str) -> Path:
    """Return ``path`` if its bytes have this sha256; raise `DataError` otherwise."""
    found = sha256_of(path)
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
        yield verify(path, file.sha256, remedy)


def locate(entry: Entry) -> tuple[list[Path], str]:
    """Files that hold the full data set, verified, and where they came from.

    Returns the official files in the registry's order, or the single ``<name>.npz`` of a mirror
    where the registry allows it.
    Raises `DataError` if no place has them or one has wrong bytes.
    """
    cache = cache_directory() / "data" / entry.name
    if all((cache / file.name).exists() for file in entry.official):
        return [verify(cache / f.name, f.sha256, _AGAIN) for f in entry.official], "cache"
    if mirror := os.environ.get(MIRROR_VARIABLE):
        return _from_mirror(entry, Path(mirror)), "mirror"
    return [_download(entry, file, cache) for file in entry.official], "official source"


def _from_mirror(entry: Entry, mirror: Path) -> list[Path]:
    listing = mirror / MIRROR_LIST
    if not listing.is_file():
        raise DataError(
            f"The mirror {mirror} (from {MIRROR_VARIABLE}) has no {MIRROR_LIST}, so its files "
            f"cannot be verified. Write one there with: sha256sum * > {MIRROR_LIST}"
        )
    sums = {}
    for line in listing.read_text().splitlines():
        sha256, _, name = line.partition(" ")
        sums[name.lstrip(" *")] = sha256
    wanted = [file.name for file in entry.official]
    forms = [wanted, [f"{entry.name}.npz"]] if entry.one_file else [wanted]
    for names in forms:
        if all(name in sums and (mirror / name).is_file() for name in names):
            remedy = f"Copy it to the mirror again, or correct {listing}."
            return [verify(mirror / name, sums[name], remedy) for name in names]
    raise DataError(
        f"The mirror {mirror} does not hold {entry.title}: it needs "
        f"{' or '.join(', '.join(names) for names in forms)}, listed in {MIRROR_LIST}. "
        f"Add them, or unset {MIRROR_VARIABLE}."
    )


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
            f"Set {CACHE_VARIABLE} to a folder you may write to."
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
