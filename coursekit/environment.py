"""Where the course's commands run: an environment of its own, free of the user's settings.

    python -m coursekit.environment make    make .venv, or bring it up to date (--dry-run: say how)
    python -m coursekit.environment check   say which settings of yours are not used here

Any Python can run this: nothing but the standard library is imported.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import platform
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from coursekit import ROOT
from coursekit.machine import workers

VENV = ROOT / ".venv"
SETTINGS = ROOT / "_build" / "settings"
PINS = ("requirements.txt", "pyproject.toml")
READY, PLACE = ".ready", "made-in.txt"
"""In an environment: what it is made of, once it is complete; the folder it was made for."""
CREATE_FAILED = (
    "The environment cannot be made: {reason} "
    "On Debian and Ubuntu this needs the package python3-venv."
)
INSTALL_FAILED = (
    "The packages cannot be installed: {reason}\n"
    "What was installed stays: give the same command again when the cause is mended. "
    "Without internet, name a folder of wheels: PIP_NO_INDEX=1 PIP_FIND_LINKS=folder"
)

PLATFORMS = {
    ("Linux", "x86_64"),
    ("Linux", "aarch64"),
    ("Darwin", "arm64"),
    ("Windows", "AMD64"),
}
"""Where the pinned TensorFlow has a package; Intel Macs had the last with 2.16."""
OLDEST_TENSORFLOW = "2.18"

UNUSED = {
    "PYTHON*": "modules, warnings and assertions are Python's own",
    "KERAS_*": "the numbers of the book are those of TensorFlow and Keras's defaults",
    "TF_USE_LEGACY_KERAS": "the course is written for Keras 3",
    "TF_ENABLE_ONEDNN_OPTS": "it changes the numbers",
    "TF_XLA_FLAGS": "it changes the numbers",
    "XLA_FLAGS": "it changes the numbers",
    "MPLBACKEND": "chapters draw into their pages",
    "MPLCONFIGDIR": "the book has a style of its own",
    "MATPLOTLIBRC": "the book has a style of its own",
    "IPYTHON*": "chapters run without code of yours before them",
    "JUPYTER*": "chapters run with the environment's own kernel",
    "FORCE_COLOR": "codes of colors would be stored with the outputs",
    "CLICOLOR_FORCE": "codes of colors would be stored with the outputs",
    "PY_COLORS": "codes of colors would be stored with the outputs",
    "PYTEST_ADDOPTS": "the tests are all run",
    "PYTEST_PLUGINS": "the tests are all run",
}
"""Variables that would change a result, and why each is left out."""

HARMLESS = ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
SILENT = ("COLUMNS", "LINES", "LANG", "LANGUAGE", "LC_*", "PYTHONPATH")
"""Left out or replaced without a word: they say how things look in the user's terminal."""

PIP_KEPT = {
    "index-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "trusted-host",
    "constraint",
    "cert",
    "client-cert",
    "proxy",
    "timeout",
    "default-timeout",
    "retries",
    "cache-dir",
    "no-cache-dir",
    "keyring-provider",
}
"""pip's settings that say where packages come from; any other could lead them elsewhere."""
PIP_LISTS = {"extra-index-url", "find-links", "trusted-host", "constraint"}


def clean_environment(base: dict[str, str] | None = None) -> dict[str, str]:
    """The variables for each process that the course starts: ``base`` (default: the present
    ones) without those that would silently change a result.

    Folders of the course's variables are made absolute, because chapters run in ``book``.
    """
    base = dict(os.environ) if base is None else base
    kept = {name: value for name, value in base.items() if not _is_left_out(name)}
    for name in kept.keys() & {"SSL_COURSE_DATA", "SSL_COURSE_CACHE", "SSL_COURSE_CHECKPOINTS"}:
        if kept[name]:
            kept[name] = os.path.abspath(os.path.expanduser(kept[name]))
    scripts = os.path.dirname(sys.executable)  # nbgrader looks for alembic on the PATH
    locale = {} if os.name == "nt" else {"LC_ALL": "C.UTF-8"}
    return {
        **kept,
        **locale,
        "PATH": os.pathsep.join([scripts, base.get("PATH", os.defpath)]),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",  # files and pipes, whatever the locale says
        "PYTHONNOUSERSITE": "1",
        "PYTHONHASHSEED": "0",  # the order of a printed set
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": str(SETTINGS / "keras"),
        "MPLCONFIGDIR": str(SETTINGS / "matplotlib"),  # a kernel without MPLBACKEND draws inline
        "IPYTHONDIR": str(SETTINGS / "ipython"),
        "JUPYTER_CONFIG_DIR": str(SETTINGS / "jupyter"),
        "JUPYTER_DATA_DIR": str(SETTINGS / "jupyter"),  # a user's kernel "python3" would win
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def overridden(base: dict[str, str] | None = None) -> list[str]:
    """A sentence for each setting of the user that `clean_environment` does not use."""
    base = dict(os.environ) if base is None else base
    clean = clean_environment(base)
    sentences = []
    for name in sorted(base):
        reasons = [reason for pattern, reason in UNUSED.items() if fnmatchcase(name, pattern)]
        shown = _is_left_out(name) and not _matches(name, SILENT)
        if reasons and shown and clean.get(name) != base[name]:
            sentences.append(f"{name}={base[name]} is not used here: {reasons[0]}.")
    home = Path(base.get("HOME") or os.path.expanduser("~"))
    for file, reason in _settings_files(base, home):
        sentences.append(f"{file} is not used here: {reason}.")
    return sentences


def _settings_files(base: dict[str, str], home: Path) -> list[tuple[Path, str]]:
    """Files of the user's that would change a result, and why they are left out."""
    found = []
    keras = Path(base.get("KERAS_HOME") or home / ".keras") / "keras.json"
    try:
        settings = json.loads(keras.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = {}
    usual = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last"}
    if any(settings.get(name, value) != value for name, value in usual.items()):
        found.append((keras, UNUSED["KERAS_*"]))
    config = Path(base.get("XDG_CONFIG_HOME") or home / ".config")
    profile = Path(base.get("IPYTHONDIR") or home / ".ipython") / "profile_default"
    places = [config / "matplotlib", home / ".matplotlib", home / ".config" / "matplotlib"]
    files = [(place / "matplotlibrc", UNUSED["MPLCONFIGDIR"]) for place in places]
    files.append((profile / "ipython_config.py", UNUSED["IPYTHON*"]))
    files += [(file, UNUSED["IPYTHON*"]) for file in sorted(profile.glob("startup/*.*py"))]
    return found + [pair for pair in dict(files).items() if pair[0].is_file()]


def _is_left_out(name: str) -> bool:
    return (_matches(name, UNUSED) or _matches(name, SILENT)) and name not in HARMLESS


def _matches(name: str, patterns) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def python_of(venv: Path) -> Path:
    """The Python of an environment."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def no_package(system: str, machine: str) -> str | None:
    """Why TensorFlow cannot be installed on this kind of machine, and what helps; or None."""
    if (system, machine) in PLATFORMS:
        return None
    rosetta = (
        "On a Mac with an Apple chip, use a Python made for it. " if system == "Darwin" else ""
    )
    return (
        f"TensorFlow {OLDEST_TENSORFLOW} and newer have no package for {system} on {machine}, so "
        f"the course cannot be installed here. {rosetta}Open the chapters in Colab, each has a "
        f"link, or use a container with Linux."
    )


def fingerprint(root: Path = ROOT) -> str:
    """What an environment is made of: the pins, this Python, the folder that holds it."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {root}".encode("utf-8", "surrogateescape"))
    for name in PINS:
        # Without line ends, so that a clone of another system counts as the same.
        digest.update((root / name).read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def make(venv: Path = VENV, root: Path = ROOT, dry_run: bool = False) -> int:
    """Make the environment, or bring it up to date; what an interrupted try left is used."""
    if fault := no_package(platform.system(), platform.machine()):
        print(fault, file=sys.stderr)
        return 1
    stamp, wanted = venv / READY, fingerprint(root)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return 0
    python = str(python_of(venv))
    create = [sys.executable, "-m", "venv", "--clear", str(venv)]
    install = [python, "-m", "pip", "install", "--quiet", "--no-input", "--progress-bar=off"]
    install += ["--no-warn-script-location", "--requirement", str(root / "requirements.txt")]
    usable = _is_usable(venv, root)
    if dry_run:
        print(*(" ".join(step) for step in ([] if usable else [create]) + [install]), sep="\n")
        return 0
    print(f"Making the environment in {venv.name} (once; some minutes) …", flush=True)
    try:
        if not usable:
            _run(create, {}, CREATE_FAILED)
            (venv / PLACE).write_text(str(root), encoding="utf-8")
        stamp.unlink(missing_ok=True)
        _run(install, pip_settings(python), INSTALL_FAILED)
        _put_on_path(venv, root)
        stamp.write_text(wanted, encoding="utf-8")
    except FailedError as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on.", file=sys.stderr)
        return 130
    return 0


class FailedError(RuntimeError):
    """A step that did not succeed; the message says which, why, and what to do."""


def _run(step: list[str], settings: dict[str, str], message: str) -> None:
    run = subprocess.run(
        step, env=_for_pip(settings), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if run.returncode:
        lines = run.stdout.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        errors = [line for line in lines if line.startswith("ERROR")] or lines[-4:]
        raise FailedError(message.format(reason=" ".join(errors)))


def _is_usable(venv: Path, root: Path) -> bool:
    """Whether an environment is of this Python, was made in this place, and has pip."""
    check = f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    try:
        made_in = (venv / PLACE).read_text(encoding="utf-8")
        run = subprocess.run([python_of(venv), "-c", check], env=_for_pip({}), capture_output=True)
    except (OSError, UnicodeError):
        return False
    return made_in == str(root) and run.returncode == 0


def pip_settings(python: str, base: dict[str, str] | None = None) -> dict[str, str]:
    """Where the user's pip gets packages from, as variables, out of variables and files."""
    base = dict(os.environ) if base is None else base
    theirs = {name: value for name, value in base.items() if not fnmatchcase(name, "PYTHON*")}
    listing = [python, "-m", "pip", "config", "list"]
    whole = {
        "PIP_USER": "0",
        "PIP_SITE": "0",
        "PIP_GLOBAL": "0",
    }  # else one file of three is listed
    run = subprocess.run(listing, env={**theirs, **whole, "PYTHONUTF8": "1"}, capture_output=True)
    if run.returncode:
        reason = run.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise FailedError(f"pip cannot read your settings: {' '.join(reason)} Mend that file.")
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in run.stdout.decode("utf-8", "replace").splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found and name in PIP_KEPT and value:
            text = ast.literal_eval(value)
            found[section][name] = " ".join(text.split()) if name in PIP_LISTS else text.strip()
    merged = {**found["global"], **found["install"], **found[":env:"]}
    return {f"PIP_{name.upper().replace('-', '_')}": value for name, value in merged.items()}


def _for_pip(settings: dict[str, str]) -> dict[str, str]:
    """Variables for venv and pip: the user's without Python's and pip's, and these settings."""
    theirs = ("PIP_*", "PYTHON*", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if not _matches(name, theirs)}
    fixed = {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {**kept, **settings, **fixed, "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}


def _put_on_path(venv: Path, root: Path) -> None:
    """Let the environment import the clone from anywhere.

    Python 3.11 and 3.12 read .pth files in the encoding of the locale, and do not start where
    that cannot read a path (cpython#117793); so this one is ASCII, whatever the folder is called.
    """
    ask = "import sysconfig; print(ascii(sysconfig.get_path('purelib')))"
    run = subprocess.run(
        [python_of(venv), "-c", ask], env=_for_pip({}), capture_output=True, check=True
    )
    packages = Path(ast.literal_eval(run.stdout.decode("ascii")))
    line = f"import sys; sys.path.append({str(root)!a})\n"
    (packages / "ssl_course_clone.pth").write_text(line, encoding="ascii")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m coursekit.environment", description=__doc__.split("\n")[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="make .venv, or bring it up to date")
    making.add_argument("--dry-run", action="store_true", help="say what would be run")
    making.add_argument("--folder", type=Path, default=VENV, help="default: .venv")
    commands.add_parser("check", help="say which settings of yours are not used here")
    options = parser.parse_args(arguments)
    if options.command == "make":
        return make(options.folder.absolute(), dry_run=options.dry_run)
    print(*overridden(), f"At most {workers()} chapters run at a time.", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
