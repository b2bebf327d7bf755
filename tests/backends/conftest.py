"""These tests are for the backends that the course does not install: `coursekit.backends`."""

import os

if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow":
    collect_ignore_glob = ["test_*.py"]
