# The course's commands; `make help` lists them.  Everything lives in .venv and _build.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := _build/html/book/intro.html

export TF_CPP_MIN_LOG_LEVEL := 3
# Two tests run at a time, and as many notebooks as there are cores, each on one core.
# nbgrader looks for alembic on the PATH.
ALONE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1

PACKAGE := $(shell find ssl_course -type f -not -path '*/__pycache__/*')
BOOK := $(shell find book coursekit -type f -not -name '*.ipynb' -not -path '*/__pycache__/*') _config.yml _toc.yml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR: # a page of a failed build must not count as built
.PHONY: help book test backends train results sync assignment grade serve clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

book: $(PAGE) ## run every chapter (cached) and build the pages
	@echo "The book is ready: open $(PAGE)"

test: $(PAGE) ## run every test there is
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(ALONE) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 2 --dist loadgroup tests ssl_course
	# Cells of a notebook share a kernel, so nbval runs file by file: here two files at a time.
	printf '%s\n' book/*.ipynb | $(ALONE) xargs -P 2 -n 3 $(BIN)/python -m pytest --no-cov --quiet

backends: ## every method on JAX and on PyTorch, in environments of their own
	$(PYTHON) -m coursekit.backends

train: $(VENV)/.ready ## train every recipe that has no valid checkpoint (hours)
	$(BIN)/python -m ssl_course.pretrain

results: $(VENV)/.ready ## measure the two large tables (hours)
	$(BIN)/python benchmarks/mnist.py
	$(BIN)/python benchmarks/fashion_mnist.py

sync: $(VENV)/.ready ## run the chapters that changed; write their pairs and the article map
	$(BIN)/python -m coursekit.checks
	$(BIN)/python -m coursekit.pairs
	$(BIN)/python -m coursekit.article_map
	$(BIN)/python -m coursekit.exercise_list

assignment: $(VENV)/.ready ## for students: NAME=week3 CHAPTERS="03-5 04" gives a ZIP
	@test -n "$(NAME)" -a -n "$(CHAPTERS)" || { echo 'Say which: NAME=week3 CHAPTERS="03-5 04"'; exit 1; }
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m coursekit.assignment create $(NAME) $(CHAPTERS) $(if $(FOR_MARKS),--for-marks)

grade: $(VENV)/.ready ## grade what came back for NAME=week3: marks as CSV, feedback as HTML
	@test -n "$(NAME)" || { echo 'Say which: NAME=week3'; exit 1; }
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m coursekit.assignment grade $(NAME)

serve: $(PAGE) ## show the pages at http://localhost:8000
	$(BIN)/python -m http.server --directory _build/html 8000

clean: ## remove the environment and everything built
	rm -rf $(VENV) _build dist

$(PAGE): $(VENV)/.ready $(PACKAGE) $(BOOK)
	$(ALONE) $(BIN)/jupyter-book build . -W -n --keep-going
	@touch $@

$(VENV)/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "The course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) -V 2>&1)." \
	       "Name another one: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
