# The menu. Every target does its own set-up, and does nothing twice: scripts/set_up.sh keeps a digest of what
# each step was made from in .venv/.stamps. Nothing is installed outside this folder, except Debian packages for
# the tests when root asks.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PY := .venv/bin/python
HOME_DIR ?= $(or $(REPOSTO_HOME),reposto-data)
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help run scaled test soak lint format bench demo page wheel lock clean

help: ## Show this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Options: run takes HOST=, PORT= and HOME_DIR=; test and bench-NAME take ARGS='…'; lock takes UPGRADE=1."

run: ## Set up, load the demo company into an empty home, serve, and print a link
	@bash scripts/set_up.sh python page
	@exec bash scripts/serve.sh '$(HOME_DIR)' --host '$(HOST)' --port '$(PORT)'

scaled: ## PostgreSQL, Redis, two API processes behind a proxy, two workers, the demo, and a link (ARGS=--rabbitmq)
	@bash scripts/set_up.sh dev page servers
	@exec $(PY) -m scripts.scaled --port '$(PORT)' $(ARGS)

test: ## Set up, then run every test: the page's, the fast ones on two cores, the fault and browser ones alone
	@bash scripts/set_up.sh dev page servers
	@bash scripts/run_tests.sh $(ARGS)

soak: ## The fault tests with their full counts: about two hours; ARGS='tests/faults/scaled -k hop' runs a part
	@bash scripts/set_up.sh dev page servers
	@$(PY) scripts/soak.py $(ARGS)

lint: ## Format, lint, types, layers and sizes, in Python and TypeScript
	@bash scripts/set_up.sh dev node-modules
	@bash scripts/lint.sh

format: ## Let the formatters rewrite what lint would complain about
	@bash scripts/set_up.sh dev
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

bench: ## List the benchmarks; make bench-NAME runs one
	@bash scripts/set_up.sh dev
	@$(PY) scripts/list_benchmarks.py

bench-push bench-growth: ## Pushing beside other servers, and its cost as it grows (ARGS=--short takes minutes less)
	@bash scripts/set_up.sh dev page servers push-peers
	@$(PY) -m benchmarks.$(subst bench-,,$@) $(ARGS)

bench-analysis: ## One product by length of history, the buy list of 10,000 products (ARGS=--short takes minutes less)
	@bash scripts/set_up.sh dev page
	@$(PY) -m benchmarks.catalogue_run $(ARGS)

bench-%:
	@bash scripts/set_up.sh dev page
	@$(PY) -m benchmarks.$(subst -,_,$*) $(ARGS)

demo: ## Load the demo company into HOME_DIR
	@bash scripts/set_up.sh python
	@.venv/bin/reposto demo --home '$(HOME_DIR)'

page: ## Build the page into src/reposto/app/static
	@bash scripts/set_up.sh page

wheel: ## Build dist/*.whl with the page inside
	@bash scripts/set_up.sh dev page
	@$(PY) -m build --wheel --no-isolation --outdir dist

lock: ## Write the lock files again from pyproject.toml (UPGRADE=1 takes newer versions)
	@bash scripts/set_up.sh venv
	@bash scripts/lock.sh

clean: ## Remove everything that was built or installed here; the data in HOME_DIR stays
	rm -rf .venv frontend/node_modules src/reposto/app/static dist build tests/.artifacts \
	  .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
