PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: run test lint bench

run: $(VENV)/run.done
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/dev.done tests/browser/node_modules
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.faces
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.style
	$(BIN)/python -m benchmarks.activations
	$(BIN)/python -m benchmarks.train
	$(BIN)/python -m benchmarks.dimensions

# Where npm is missing the tests that need it say so, and are skipped.
tests/browser/node_modules: tests/browser/package.json
	if command -v npm >/dev/null; then \
	  npm install --no-package-lock --no-fund --no-audit --silent --prefix tests/browser && touch $@; \
	fi

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

$(VENV)/dev.done: requirements-dev.txt requirements.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet -r requirements-dev.txt
	touch $@ $(VENV)/run.done
