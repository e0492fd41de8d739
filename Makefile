# `make up` runs Downbeat, `make test` tests it, `make check` lints it. Each works on a machine with Python 3.11 and make.

PYTHON ?= python3
RUN := .venv/bin/python
unexport DJANGO_SETTINGS_MODULE

.DEFAULT_GOAL := help
.PHONY: help setup up test check format lock upgrade bench clean

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12
	@echo "bench-NAME  One benchmark of tests/bench"

setup: ## Packages, libraries and built pages, nothing started
	@$(PYTHON) scripts/prepare.py run

up: setup ## Run everything on http://localhost:8000 (PORT chooses another); Ctrl-C stops it
	@$(RUN) manage.py up
# Servers named in the environment are a developer's; a line per request (LOG_LEVEL=INFO) would bury what matters.
up: export DOWNBEAT_DEVELOPMENT ?= 1
up: export LOG_LEVEL ?= WARNING

test: ## Every test, the ones in a browser last
	@$(PYTHON) scripts/prepare.py test
	@$(RUN) scripts/test.py

check: ## Formatting, types, imports, migrations, templates
	@$(PYTHON) scripts/prepare.py check
	@$(RUN) scripts/check.py

format: ## Format Python and templates
	@$(PYTHON) scripts/prepare.py check
	@$(RUN) -m ruff check --quiet --fix .
	@$(RUN) -m ruff format --quiet .

bench: ## Every benchmark of tests/bench
	@$(PYTHON) scripts/prepare.py test
	@$(RUN) scripts/bench.py

bench-%:
	@$(PYTHON) scripts/prepare.py test
	@$(RUN) scripts/bench.py $*

lock: ## Lock versions again, keeping what still fits pyproject.toml
	@$(PYTHON) scripts/prepare.py check
	@$(RUN) scripts/lock.py

upgrade: ## Lock the newest versions that fit pyproject.toml
	@$(PYTHON) scripts/prepare.py check
	@$(RUN) scripts/lock.py --upgrade

clean: ## Remove what was built and installed; data in var/ stays
	@rm -rf .venv node_modules static/build var/assets-built-from
