# The few commands that people need. `make` alone lists them.
.PHONY: help install run test lint types bench
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

test: install    ## lint, types and tests
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest

lint: install    ## lint and format in place
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

types: install   ## strict types
	$(PYTHON) -m mypy

bench: install   ## the benchmarks that need no outside data
	$(PYTHON) benchmarks/startup.py
	$(PYTHON) benchmarks/fifty_claims.py
	$(PYTHON) benchmarks/cost.py
