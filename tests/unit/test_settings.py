"""A keras.json of another program is refused in one sentence."""

import json
import subprocess
import sys

import pytest

from ssl_course.views import settings


@pytest.mark.parametrize(
    ("name", "value"), [("image_data_format", "channels_first"), ("floatx", "float16")]
)
def test_other_settings_are_refused(monkeypatch, name, value):
    monkeypatch.setattr(settings.keras.config, name, lambda: value)
    says = rf"set to {name} '{value}'.*keras\.json.*keras\.config\.set_{name}\("
    with pytest.raises(RuntimeError, match=says):
        settings.require_usual_settings()


def test_usual_settings_pass():
    settings.require_usual_settings()


def test_import_says_so(tmp_path):
    (tmp_path / "keras.json").write_text(
        json.dumps({"image_data_format": "channels_first"}), encoding="utf-8"
    )
    program = "import os, sys; os.environ['KERAS_HOME'] = sys.argv[1]; import ssl_course.networks"
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert (
        run.stderr.strip()
        .splitlines()[-1]
        .startswith("RuntimeError: Keras is set to image_data_format 'channels_first'")
    )
