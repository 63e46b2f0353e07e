# Everything a newcomer, a developer and CI need; each target installs what it needs first. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := packages/contracts packages/kernel packages/chassis packages/office
SERVICES := services/intake-svc services/ban-svc services/dmca-svc services/appeals-svc services/notify-svc
EDITABLE := $(foreach one,$(PACKAGES) $(SERVICES),-e $(one))
IMPORTS := $(foreach one,$(PACKAGES) $(SERVICES),$(one)/src)
# The distribution of each of our modules, which an editable install does not tell.
MODULES := office-contracts=contracts,office-kernel=kernel,office-chassis=chassis,office-cli=office,office-intake-svc=intake_svc,office-ban-svc=ban_svc,office-dmca-svc=dmca_svc,office-appeals-svc=appeals_svc,office-notify-svc=notify_svc
export UV_NO_CONFIG = 1
export UV_PYTHON_DOWNLOADS = never

.PHONY: help install demo run test check bench chaos rules-page generate format lock migration clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv

$(VENV)/installed: $(BIN)/uv requirements.lock $(foreach one,$(PACKAGES) $(SERVICES),$(one)/pyproject.toml)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(EDITABLE)
	@touch $@

$(VENV)/share/kafka: $(VENV)/installed packages/chassis/src/chassis/embedded/jars.sha256
	$(BIN)/python -m chassis.embedded.jars
	@touch $@

install: $(VENV)/share/kafka ## make .venv with everything in it, Kafka's jars included

demo: install ## start everything, play the journeys, stay up (Ctrl-C ends it)
	$(BIN)/office demo

run: install ## start everything and stay up (Ctrl-C ends it)
	$(BIN)/office up --dev

test: install ## run the tests, on real PostgreSQL and Kafka
	$(BIN)/pytest -m 'not chaos' --numprocesses 3 --dist loadfile --no-loadscope-reorder

check: install ## lint, types, import laws, dependencies, generated files, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(IMPORTS) tests
	$(BIN)/lint-imports --config .importlinter
	for one in $(PACKAGES) $(SERVICES); do (cd $$one && ../../$(BIN)/deptry src --known-first-party "$$(ls src)" --package-module-name-map '$(MODULES)') || exit 1; done
	$(BIN)/python -m contracts.schema --check
	$(BIN)/python -m contracts.document --check
	$(BIN)/python -m office.pages --check
	$(BIN)/python -m office.schemas

bench: install ## measure speed, each figure against the bare thing in the same run (JSON)
	$(BIN)/office bench --json

chaos: install ## break every fault point in every kind (tens of minutes)
	$(BIN)/pytest -m chaos --timeout 3600

rules-page: install ## write docs/rules/*.md from the rules' docstrings, numbers and cases
	$(BIN)/python -m office.pages

generate: install ## write everything that is generated: schemas, event docs, rule pages
	$(BIN)/python -m contracts.schema
	$(BIN)/python -m contracts.document
	$(BIN)/python -m office.pages

format: install ## format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
  --python-version 3.11 $(foreach one,contracts kernel chassis cli intake-svc ban-svc dmca-svc appeals-svc notify-svc,--no-emit-package office-$(one))
PROJECTS := pyproject.toml $(foreach one,$(PACKAGES) $(SERVICES),$(one)/pyproject.toml)

lock: $(BIN)/uv ## resolve the locks anew, with hashes and no index in them
	$(COMPILE) --group dev --all-extras -o requirements.lock $(PROJECTS)
	$(COMPILE) --extra otlp --constraints requirements.lock -o deploy/requirements.lock $(PROJECTS)

migration: install ## write a service's next migration: make migration SERVICE=intake M="what changed"
	$(BIN)/python -m office.schemas --revise $(SERVICE) --message "$(M)"

clean: ## remove the environment and the data of this home
	rm -rf $(VENV) .office
