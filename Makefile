# Every command a person or CI runs. `make run` and `make test` prepare everything they need by themselves.
.DEFAULT_GOAL := help
.PHONY: help run test fast lint types format lock translations migrations assets bench clean run-ready dev-ready

PYTHON := .venv/bin/python
# Where this is set, each of the program's processes would compile a thousand files anew before it starts.
unexport PYTHONDONTWRITEBYTECODE

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

run: run-ready ## Start everything: database, demo company on first start, web server, jobs
	@exec $(PYTHON) -m gucang.config.cli run $(ARGS)

test: dev-ready ## Run everything CI runs
	@$(PYTHON) tools/check.py

fast: dev-ready ## Run the tests that need no browser and little time
	@$(PYTHON) tools/check.py fast

lint: dev-ready ## Check style and import contracts
	@$(PYTHON) tools/check.py lint

types: dev-ready ## Check types
	@$(PYTHON) tools/check.py types

format: dev-ready ## Format the code
	@.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .

lock: ## Renew requirements/ from pyproject.toml
	@sh tools/lock.sh

translations: dev-ready ## Collect the texts of all modules into their catalogs, and compile them
	@$(PYTHON) tools/translations.py extract && $(PYTHON) tools/translations.py compile

migrations: dev-ready ## Write the migrations that the models ask for
	@$(PYTHON) -m gucang.config.cli manage makemigrations

assets: ## Rebuild scripts and styles (needs Node)
	@sh tools/assets.sh

bench: dev-ready ## Measure speed and memory; writes docs/benchmarks.md
	@$(PYTHON) -m bench $(ARGS)

clean: ## Remove the environment and caches; what is in var stays
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis node_modules var/test-pg

run-ready:
	@sh tools/bootstrap.sh run

dev-ready:
	@sh tools/bootstrap.sh dev
