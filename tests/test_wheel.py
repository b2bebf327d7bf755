"""The package as `pip install` brings it, outside of the clone."""

import subprocess
import sys
import zipfile

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import ssl_course
from ssl_course import data, exercises, interactive
from ssl_course.chapters import bibliography, events
from ssl_course.course import results
from ssl_course.pretrain import pretrain
assert ssl_course.__file__.startswith(sys.argv[1])
method = pretrain("mnist-bottleneck")
digits = data.load("mnist").test
blend = interactive.Blend(method.encoder, method.decoder, digits.x[:2], ["a", "b"])
assert "canvas" in blend.static()
assert len(results.load("mnist")) and exercises.bank("05")
assert len(bibliography.bibliography()) >= len(bibliography.record()) > 200
assert len(events.read(events.shipped("simclr"))) and list(events.shipped("stills").glob("*.png"))
print("complete")
"""


def test_wheel_is_complete(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "installed")]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "complete", run.stderr[-2000:]


def test_wheel_has_the_licenses(wheel, root):
    """LICENSE is one license alone, which programs recognize; NOTICE has those of the data."""
    with zipfile.ZipFile(wheel) as archive:
        texts = {
            name.rpartition("/")[2]: archive.read(name).decode()
            for name in archive.namelist()
            if "/licenses/" in name
        }
    assert texts == {name: (root / name).read_text("utf-8") for name in ("LICENSE", "NOTICE")}
    samples = root / "ssl_course" / "data" / "samples"
    named = {path.name for path in samples.iterdir() if path.name in texts["NOTICE"]}
    assert named == {path.name for path in samples.iterdir() if path.suffix != ".py"}


def test_wheel_asks_for_loose_versions(wheel):
    """Installing the course must not change what Colab ships."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        lines = archive.read(name).decode().splitlines()
    requires = [line for line in lines if line.startswith("Requires-Dist: ")]
    assert "Requires-Dist: tensorflow>=2.18" in requires
    assert "Requires-Dist: keras>=3.9" in requires
    assert all(">=" in line and "<" not in line and "==" not in line for line in requires)
