PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Two at a time, in the order of their files, so that the long ones do not come last.
TESTS = python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: run test lint bench audit lowest

run: $(VENV)/run.done
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/dev.done tests/browser/node_modules
	$(BIN)/$(TESTS) $(ARGS)

lint: $(VENV)/dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.faces
	$(BIN)/python -m benchmarks.weaker
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.style
	$(BIN)/python -m benchmarks.activations
	$(BIN)/python -m benchmarks.train
	$(BIN)/python -m benchmarks.dimensions

# Known weaknesses of what is installed; where the index has no answer it says so, package by package.
audit: $(VENV)/dev.done
	$(BIN)/pip check
	$(BIN)/pip-audit --progress-spinner off --skip-editable

# The tests with every requirement at the lowest version that its range allows.
lowest:
	$(PYTHON) -m venv $(VENV)-lowest
	sed -nE 's/^([A-Za-z0-9-]+)>=([^,]+),.*/\1==\2/p' requirements.txt >$(VENV)-lowest/lowest.txt
	$(VENV)-lowest/bin/pip install --quiet -r requirements-dev.txt -c $(VENV)-lowest/lowest.txt
	$(VENV)-lowest/bin/$(TESTS) $(ARGS)

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
