# The course's commands; `make help` lists them.  Everything lives in .venv and _build.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := _build/html/book/intro.html

export TF_CPP_MIN_LOG_LEVEL := 3

PACKAGE := $(shell find ssl_course -type f -not -path '*/__pycache__/*') $(wildcard benchmarks/results/*)
BOOK := $(shell find book _ext -type f -not -name '*.ipynb' -not -path '*/__pycache__/*') _config.yml _toc.yml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR: # a page of a failed build must not count as built
.PHONY: help book test train results sync serve clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 15

book: $(PAGE) ## run every chapter (cached) and build the pages
	@echo "The book is ready: open $(PAGE)"

test: $(PAGE) ## run every test there is
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest # nbgrader looks for alembic there

train: $(VENV)/.ready ## train every recipe that has no valid checkpoint (hours)
	$(BIN)/python -m ssl_course.pretrain

results: $(VENV)/.ready ## measure the tables of the book again
	$(BIN)/python benchmarks/mnist.py

sync: $(VENV)/.ready ## run the chapters that changed and write their paired notebooks
	$(BIN)/python tools/notebooks.py

serve: $(PAGE) ## show the pages at http://localhost:8000
	$(BIN)/python -m http.server --directory _build/html 8000

clean: ## remove the environment and everything built
	rm -rf $(VENV) _build dist

$(PAGE): $(VENV)/.ready $(PACKAGE) $(BOOK)
	$(BIN)/jupyter-book build . -W -n --keep-going
	@touch $@

$(VENV)/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "The course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) -V 2>&1)." \
	       "Name another one: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
