"""Other people's settings change no result; the environment is made whatever they are."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coursekit import ROOT, environment

KERNEL = """
import json, os, sys
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
notebook = new_notebook(cells=[new_code_cell(sys.argv[1])])
NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
outputs = notebook.cells[0].outputs
print("".join(output.text for output in outputs if output.get("name") == "stdout"))
"""
CELL = """
import json, sys
import matplotlib, keras
print(json.dumps({
    "matplotlib": matplotlib.get_backend(),
    "font": matplotlib.rcParams["font.size"],
    "keras": [keras.backend.backend(), keras.config.floatx(), keras.config.image_data_format()],
    "startup": "started" in globals(),
    "asserts": __debug__,
    "user": [path for path in sys.path if "userbase" in path],
    "own": sys.argv[0].startswith(sys.prefix) and "broken" not in sys.executable,
}))
"""


@pytest.fixture
def strange_home(tmp_path) -> dict[str, str]:
    """Variables of a user whose every setting is another one."""
    files = {
        ".keras/keras.json": json.dumps(
            {"backend": "jax", "floatx": "float16", "image_data_format": "channels_first"}
        ),
        ".config/matplotlib/matplotlibrc": "font.size: 33\nbackend: Agg\n",
        ".ipython/profile_default/startup/00.py": "started = True\n",
        ".ipython/profile_default/ipython_config.py": "c.InteractiveShellApp.exec_lines = ['1/0']",
        ".local/share/jupyter/kernels/python3/kernel.json": json.dumps(
            {"argv": ["broken"], "display_name": "Python 3", "language": "python"}
        ),
        "startup.py": "started = True\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "MPLBACKEND": "Agg",
        "KERAS_BACKEND": "torch",
        "KERAS_MAX_EPOCHS": "1",
        "PYTHONSTARTUP": str(tmp_path / "startup.py"),
        "PYTHONOPTIMIZE": "1",
        "PYTHONUSERBASE": str(tmp_path / "userbase"),
        "PYTHONHOME": str(tmp_path),
        "PYTHONPATH": str(tmp_path / "elsewhere"),
        "JUPYTER_PATH": str(tmp_path / ".local" / "share" / "jupyter"),
        "FORCE_COLOR": "1",
        "LC_ALL": "C",
    }


def test_a_kernel_sees_none_of_the_users_settings(strange_home):
    clean = environment.clean_environment(strange_home)
    run = subprocess.run(
        [sys.executable, "-c", KERNEL, CELL], env=clean, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    found = json.loads(run.stdout)
    assert "inline" in found["matplotlib"]
    assert found["font"] == 10
    assert found["keras"] == ["tensorflow", "float32", "channels_last"]
    assert not found["startup"]
    assert found["asserts"]
    assert found["user"] == []
    assert found["own"]


def test_each_unused_setting_is_said(strange_home):
    said = environment.overridden(strange_home)
    assert "MPLBACKEND=Agg is not used here: chapters draw into their pages." in said
    for name in ("KERAS_BACKEND", "KERAS_MAX_EPOCHS", "PYTHONOPTIMIZE", "FORCE_COLOR"):
        assert [line for line in said if line.startswith(f"{name}={strange_home[name]} is not")]
    for file in ("keras.json", "matplotlibrc", "00.py", "ipython_config.py"):
        assert [line for line in said if f"{file} is not used here" in line]


def test_usual_settings_are_no_matter(tmp_path):
    (tmp_path / ".keras").mkdir()
    usual = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last"}
    (tmp_path / ".keras" / "keras.json").write_text(json.dumps(usual), encoding="utf-8")
    base = {"HOME": str(tmp_path), "PATH": "/bin", "LANG": "de_DE.UTF-8", "COLUMNS": "200"}
    assert environment.overridden(base) == []
    assert environment.overridden(environment.clean_environment(base)) == []


def test_folders_of_the_course_are_kept_and_absolute(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    base = {"SSL_COURSE_CACHE": "~/cache", "SSL_COURSE_DATA": "mirror", "SSL_COURSE_MODE": "quick"}
    clean = environment.clean_environment(base)
    assert clean["SSL_COURSE_CACHE"] == str(tmp_path / "cache")
    assert clean["SSL_COURSE_DATA"] == str(tmp_path / "mirror")
    assert clean["SSL_COURSE_MODE"] == "quick"


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "HTTPS_PROXY", "TMPDIR", "TZ", "NO_COLOR"])
def test_what_changes_no_result_is_respected(name):
    assert environment.clean_environment({name: "a b"})[name] == "a b"


class TestMake:
    """With one package, a wheel made here, in a folder with blanks, brackets and Chinese."""

    @pytest.fixture(scope="class")
    @classmethod
    def clone(cls, tmp_path_factory):
        clone = tmp_path_factory.mktemp("some where") / "课程 [é]"
        clone.mkdir()
        (clone / "of_the_clone.py").write_text("here = __file__\n", encoding="utf-8")
        (clone / "requirements.txt").write_text("small_course_wheel==1.0\n", encoding="utf-8")
        (clone / "pyproject.toml").write_text("", encoding="utf-8")
        info = "small_course_wheel-1.0.dist-info"
        with zipfile.ZipFile(clone / "small_course_wheel-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("small_course_wheel.py", "")
            metadata = "Metadata-Version: 2.1\nName: small-course-wheel\nVersion: 1.0\n"
            wheel.writestr(f"{info}/METADATA", metadata)
            about = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any"
            wheel.writestr(f"{info}/WHEEL", about + "\n")
            wheel.writestr(f"{info}/RECORD", "")
        return clone

    @pytest.fixture(autouse=True)
    def other_settings_of_pip(self, clone, monkeypatch):
        """What pip would stumble over, in variables and in a file; and where packages are."""
        file = clone / "pip.conf"
        install = f"user = true\nfind-links =\n  {clone.as_uri()}\n"
        text = f"[global]\nno-index = true\n[install]\n{install}"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
        for name in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "CONSTRAINT"):
            monkeypatch.delenv(f"PIP_{name}", raising=False)
        monkeypatch.setenv("PIP_USER", "1")
        monkeypatch.setenv("PIP_TARGET", str(clone / "target"))
        monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
        monkeypatch.setenv("PYTHONHOME", str(clone))
        monkeypatch.setenv("PYTHONPATH", str(clone))

    @pytest.fixture(scope="class")
    @classmethod
    def venv(cls, clone):
        return clone / ".venv"

    def imported(self, venv, module: str, tmp_path):
        """Where the environment finds a module, from another folder, with a bare locale."""
        bare = {"LC_ALL": "C", "PATH": os.environ["PATH"]}
        command = [environment.python_of(venv), "-c", f"import {module} as m; print(m.__file__)"]
        return subprocess.run(command, env=bare, cwd=tmp_path, capture_output=True, check=False)

    def test_first(self, clone, venv, tmp_path, capfd):
        assert environment.make(venv, clone) == 0
        out, err = capfd.readouterr()
        assert out == "Making the environment in .venv (once; some minutes) …\n"
        assert err == ""
        assert not (clone / "target").exists()
        for module in ("of_the_clone", "small_course_wheel"):
            run = self.imported(venv, module, tmp_path)
            assert run.returncode == 0, run.stderr.decode()
            assert Path(run.stdout.decode().strip()).is_relative_to(clone)

    def test_second_has_nothing_to_do(self, clone, venv, capfd):
        times = [clone / "requirements.txt", clone / "pyproject.toml"]
        for path in times:
            os.utime(path, (1, 1))
        assert environment.make(venv, clone) == 0
        assert capfd.readouterr().out == ""

    def test_interrupted_one_goes_on(self, clone, venv, monkeypatch, capfd):
        (venv / "of an earlier try").touch()
        (venv / environment.READY).unlink()

        def stop(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(environment, "pip_settings", stop)
            assert environment.make(venv, clone) == 130
        assert "Interrupted; the same command goes on." in capfd.readouterr().err
        assert environment.make(venv, clone) == 0
        assert (venv / "of an earlier try").is_file()

    def test_changed_pins_count_whatever_their_age(self, clone, venv, capfd):
        (clone / "requirements.txt").write_text("small_course_wheel==2.0\n", encoding="utf-8")
        os.utime(clone / "requirements.txt", (1, 1))
        assert environment.make(venv, clone) == 1
        said = capfd.readouterr().err
        assert "cannot be installed: ERROR: Could not find a version" in said
        assert "small_course_wheel==2.0" in said.replace("-", "_")
        assert not (venv / environment.READY).exists()
        assert environment.make(venv, clone) == 1, "a failed one does not count as made"


@pytest.mark.parametrize("machine", sorted(environment.PLATFORMS))
def test_machines_with_a_package(machine):
    assert environment.no_package(*machine) is None


def test_machines_without_a_package(tmp_path, monkeypatch, capsys):
    assert "On a Mac with an Apple chip" in environment.no_package("Darwin", "x86_64")
    monkeypatch.setattr(environment.platform, "system", lambda: "Windows")
    monkeypatch.setattr(environment.platform, "machine", lambda: "ARM64")
    assert environment.make(tmp_path / "venv") == 1
    assert "have no package for Windows on ARM64, so the course cannot" in capsys.readouterr().err
    assert not (tmp_path / "venv").exists()


def test_dry_run_writes_nothing(tmp_path, capsys):
    assert environment.make(tmp_path / "venv", dry_run=True) == 0
    create, install = capsys.readouterr().out.splitlines()
    assert create.endswith(f"-m venv --clear {tmp_path / 'venv'}")
    assert install.endswith(f"--requirement {ROOT / 'requirements.txt'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0)])
def test_other_pythons_get_a_sentence(version):
    program = f"import sys; sys.version_info = {version}; import coursekit.environment"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stderr.startswith("The course needs Python 3.11, 3.12 or 3.13; ")
    assert len(run.stderr.splitlines()) == 1


def test_making_needs_no_package():
    """The environment is made by a bare Python."""
    program = (
        "import sys, coursekit.environment; "
        "print([m for m in sys.modules if 'site-packages' in str(getattr(sys.modules[m], "
        "'__file__', ''))])"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
