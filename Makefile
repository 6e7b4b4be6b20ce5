# Two commands: `make demo` shows what the tracker does, `make test` runs its tests. Both set up .venv first.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test clean

demo: .venv/installed
	$(BIN)/tracker replay snapshots --declarations seeds/services --coverage seeds/coverage \
	    --sort significance --html demo.html
	@echo "The same as a page: demo.html"

test: .venv/installed-dev
	$(BIN)/python -m pytest

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "this needs Python 3.11 or later: make PYTHON=python3.x")'
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: pyproject.toml .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/installed

clean:
	rm -rf .venv build dist demo.html
