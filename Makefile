# make serve   sign in with a wallet on http://127.0.0.1:8000
# make test    everything that must hold: style, types, layers, generated files, tests
# make bench   our speed beside the bare libraries and evrmore-authentication, as ratios

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.PHONY: serve test check bench generate

serve: .venv/server
	@$(BIN)/gatewright migrate
	@$(BIN)/gatewright serve --host $(HOST) --port $(PORT)

test: check
	sh tools/install_browser.sh
	sh tools/install_ldap.sh
	$(BIN)/pytest -n 2 --dist loadgroup

check: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/write_facades.py --check
	$(BIN)/python tools/write_reference.py --check

bench: .venv/dev
	$(BIN)/python benchmarks/run.py

generate: .venv/dev
	$(BIN)/python tools/write_facades.py
	$(BIN)/python tools/write_reference.py

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gatewright needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	@touch $@

.venv/server: .venv/python pyproject.toml
	$(BIN)/pip install --quiet -e '.[server]'
	@touch $@

.venv/dev: .venv/python pyproject.toml
	$(BIN)/pip install --quiet -e '.[all]' --group dev
	@touch $@
