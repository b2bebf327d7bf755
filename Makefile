# The course's commands; `make help` lists them.  Everything lives in .venv and _build.
# Each is a command of `python -m coursekit`, which is also the way where there is no make.

PYTHON ?= python3
BIN := .venv/bin
KIT := $(BIN)/python -m coursekit

.DEFAULT_GOAL := help
.PHONY: help env book test backends colab sync train results assignment grade serve clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

env: ## make the environment in .venv, if it is not there
	@$(PYTHON) -m coursekit.environment make

book: env ## run every chapter that changed and build the pages
	@$(KIT) book

test: env ## run every test there is
	@$(KIT) test

backends: env ## every method on JAX and on PyTorch, in environments of their own
	@$(KIT) backends

colab: env ## every notebook as on Colab, in an environment of its own
	@$(KIT) colab

sync: env ## run what changed; write the paired notebooks, checks and lists
	@$(KIT) sync

train: env ## train every recipe that has no valid checkpoint (hours)
	@$(BIN)/python -m ssl_course.pretrain

results: env ## measure the two large tables (hours)
	$(BIN)/python benchmarks/mnist.py --again
	$(BIN)/python benchmarks/fashion_mnist.py --again

assignment: env ## for students: NAME=week3 CHAPTERS="03-5 04" gives a ZIP
	@test -n "$(NAME)" -a -n "$(CHAPTERS)" || { echo 'Say which: NAME=week3 CHAPTERS="03-5 04"'; exit 1; }
	@$(KIT) assignment create $(NAME) $(CHAPTERS) $(if $(FOR_MARKS),--for-marks)

grade: env ## grade what came back for NAME=week3: marks as CSV, feedback as HTML
	@test -n "$(NAME)" || { echo 'Say which: NAME=week3'; exit 1; }
	@$(KIT) assignment grade $(NAME)

serve: book ## show the pages at an address of this machine
	@$(KIT) serve

clean: ## remove the environment and everything built
	rm -rf .venv _build dist
