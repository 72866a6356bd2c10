# The few commands that people need. `make` alone lists them.
.PHONY: help install run report ladder test lint types bench
PYTHON ?= .venv/bin/python

help:            ## list these commands
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

install: .venv/ready  ## a virtual environment with all that tests need

.venv/ready: pyproject.toml
	python3 -m venv .venv
	$(PYTHON) -m pip install --quiet --editable '.[test]'
	touch $@

run: install     ## the main job, offline: no key, no network
	.venv/bin/retest run --line scale-anticipation --offline

report: install  ## the committed report of the bundled line, made anew
	rm -f reports/scale-anticipation.*
	.venv/bin/retest run --line scale-anticipation --offline

ladder: install  ## docs/ladder.md, made anew from the ladder's test cases
	$(PYTHON) -m tests.grounding.cases > docs/ladder.md

test: install    ## lint, types, the import contract and tests
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(dir $(PYTHON))lint-imports --no-logo
	$(PYTHON) -m pytest

lint: install    ## lint and format in place
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

types: install   ## strict types
	$(PYTHON) -m mypy

bench: install   ## three benchmarks (docs/benchmarks.md has the others): make bench MIRROR=path/to/.retest/mirror
	@test -n "$(MIRROR)" || { echo "say where a mirror is: make bench MIRROR=path/to/.retest/mirror"; exit 2; }
	$(PYTHON) -m benchmarks.startup
	$(PYTHON) -m pip install --quiet bpe-openai
	$(PYTHON) -m benchmarks.cost --mirror $(MIRROR)
	$(PYTHON) -m benchmarks.fifty_claims --mirror $(MIRROR)
