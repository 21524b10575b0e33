# What a newcomer and CI call. Needs Python 3.11 or newer (with venv), make and git; everything else is installed below.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATE ?= .local

.PHONY: help install install-dev run demo test test-faults test-all bench lint format types generate check audit lock env clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: sudo apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.local-installed: requirements/local.txt | $(BIN)/python
	@echo "[install] what the services and the local engines need (about 60 packages, checked against their hashes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/local.txt
	@touch $@

$(VENV)/.dev-installed: requirements/dev.txt | $(BIN)/python
	@echo "[install] what the tests need (about 120 packages, checked against their hashes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/.local-installed

install: $(VENV)/.local-installed ## Install what running needs
install-dev: $(VENV)/.dev-installed ## Install what developing needs

run: install ## Start everything, play the story, serve until Ctrl-C (TLS=1: APIs over TLS, with a local authority)
	@$(BIN)/python -m infra.local.run --state-dir $(STATE) $(if $(TLS),--tls)

demo: install ## The same, but stop after the story; the last line is JSON
	@$(BIN)/python -m infra.local.run --state-dir $(STATE) --stop-after-story

test: install-dev ## Lint, types, architecture, and the whole suite on engines of its own
	@$(BIN)/python -m infra.local.engines fetch
	@$(MAKE) --no-print-directory lint types
	$(BIN)/python -m pytest -m "not long"

test-faults: install-dev ## The long fault runs: kill, freeze and restart everything, with a printed seed
	@$(BIN)/python -m infra.local.engines fetch
	$(BIN)/python -m pytest tests/faults

bench: install-dev ## Measure against the naive stack, in one run; writes bench-results/
	@$(BIN)/python -m infra.local.engines fetch
	$(BIN)/python -m tests.bench

lint: install-dev ## Style, import rules, house checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --config .importlinter
	$(BIN)/python -m infra.checks
	$(BIN)/python -m schemas.generate --check
	$(BIN)/python -m services.footprints.api.rules_page --check
	$(BIN)/python -m services.footprints.api.formats_page --check
	$(BIN)/python -m schemas.compat

types: install-dev ## mypy, strict
	$(BIN)/mypy

format: install-dev ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: install-dev ## Write JSON Schema, AsyncAPI and the page of validation rules anew
	$(BIN)/python -m schemas.generate
	$(BIN)/python -m services.footprints.api.rules_page
	$(BIN)/python -m services.footprints.api.formats_page

audit: install-dev ## Look the locked dependencies up in the advisory database
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/run.txt

lock: install-dev ## Lock requirements/*.in anew, with hashes
	@for name in run local dev; do $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header requirements/$$name.in -o requirements/$$name.txt || exit 1; done

env: ## Make .env with random keys for docker compose (never overwrites)
	@$(PYTHON) infra/docker/make_env.py

clean: ## Remove local state: databases, topics, logs
	rm -rf $(STATE)
