#!/usr/bin/env bash
# Pin everything in requirements.txt from pyproject.toml, for Python 3.11 to 3.13: coursekit/lock.sh
# Versions that are pinned already stay; pass --upgrade to move them.
set -euo pipefail
cd "$(dirname "$0")/.."
uv pip compile pyproject.toml --group book --group test --universal --python-version 3.11 \
  --no-header --no-annotate --quiet --output-file requirements.txt "$@"
# On Linux the CPU build is a third smaller and prints no GPU warnings; both import as tensorflow.
version=$(sed -n 's/^tensorflow==\([0-9.]*\).*/\1/p' requirements.txt)
cpu="sys_platform == 'linux' and platform_machine == 'x86_64'"
other="sys_platform != 'linux' or platform_machine != 'x86_64'"
sed -i "/^tensorflow\(-cpu\)\?==/d" requirements.txt
{
  echo "# Everything the book and its tests need, pinned by coursekit/lock.sh from pyproject.toml."
  echo "tensorflow==$version ; $other"
  echo "tensorflow-cpu==$version ; $cpu"
  grep -v '^#' requirements.txt
} > requirements.new
mv requirements.new requirements.txt
