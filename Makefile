# `make demo` shows what the tracker does, `make test` runs its tests, `make backtest` shows what a change of the rules
# does (docs/backtest.md). All set up .venv first.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test backtest clean

demo: .venv/installed
	$(BIN)/tracker replay snapshots --declarations seeds/services --coverage seeds/coverage \
	    --sort significance --html demo.html
	@echo "The same as a page: demo.html"

test: .venv/installed-dev
	$(BIN)/python -m pytest -n auto

# Which revision the rules are compared with, and which service of the long history.
REV ?= HEAD~1
SERVICE ?= Telegram
HISTORY ?= ../shared/data/ota-history.bundle

backtest: .venv/installed
	@old=$$(mktemp -d) && trap 'rm -rf "$$old"' EXIT INT TERM && \
	git archive --output="$$old/rules.tar" $(REV) tracker/significance/rules && tar -xf "$$old/rules.tar" -C "$$old" && \
	echo "The samples, by the rules of $(REV) and by those of the working tree:" && \
	$(BIN)/tracker replay snapshots --declarations seeds/services \
	    --rules "$$old/tracker/significance/rules" --against tracker/significance/rules && \
	if test -e "$(HISTORY)"; then \
	    echo "$(SERVICE) in $(HISTORY), the same:" && \
	    $(BIN)/tracker replay "$(HISTORY)" --service "$(SERVICE)" \
	        --rules "$$old/tracker/significance/rules" --against tracker/significance/rules; \
	else echo "$(HISTORY) is not here: the samples alone"; fi

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
