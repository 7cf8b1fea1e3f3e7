# What one does with this project. `make` alone lists it.
# Needed on the machine: python3 (3.11 or newer) with venv, make, git. Everything else comes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# As many tests at once as there are cores.
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test check format bench messages catalogues migration clean

help: ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(VENV)/.installed catalogues ## start the service at http://localhost:8000, until Ctrl-C
	@$(BIN)/playbook up

test: $(VENV)/.developing catalogues ## run every test, on SQLite and on PostgreSQL
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/.developing ## format, lint, types, layers
	@$(BIN)/ruff format --check --quiet . || { echo "Run \`make format\`."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >$(VENV)/layers.txt || { cat $(VENV)/layers.txt; exit 1; }
	@echo "Format, lint, types and layers are in order."

format: $(VENV)/.developing ## format the code
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

bench: $(VENV)/.developing ## measure what docs/benchmarks.md reports
	@$(BIN)/python -m benchmarks $(ARGS)

messages: $(VENV)/.developing ## collect the interface's strings for translators
	@$(BIN)/python -m build_support.catalogues update

catalogues: $(VENV)/.catalogues

migration: $(VENV)/.developing ## write a migration from the models: make migration m="what changes"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="add the phone label"'; exit 2; }
	@$(BIN)/python -m playbook.models.migrate "$(m)"

clean: ## remove what was built; instance/ stays
	rm -rf $(VENV) build dist node_modules playbook/web/static/vendor

# Installing also brings the front-end packages and compiles the catalogues (build_hook.py).
$(VENV)/.installed: pyproject.toml build_hook.py package.json package-lock.json $(wildcard build_support/*)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; \`make run PYTHON=python3.12\` chooses another one."; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV) …"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing …"
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	@$(PIP) install --group dev
	@touch $@

$(VENV)/.catalogues: $(VENV)/.installed $(wildcard translations/*/LC_MESSAGES/*.po)
	@$(BIN)/python -m build_support.catalogues compile
	@touch $@
