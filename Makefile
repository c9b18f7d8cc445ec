# Two commands do all the set-up on a machine with Python (3.10 or newer), make and git:
# `make demo` and `make test`. Everything goes into $(VENV); nothing outside of this folder is changed.

PYTHON ?= python3
VENV ?= .venv
# More words for pytest, e.g. make unit ARGS="-k native --pdb"
ARGS ?=
UV := 0.13.9

export PYTHON
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.DEFAULT_GOAL := help

RUN := $(VENV)/run.stamp
DEV := $(VENV)/dev.stamp
RUFF := $(VENV)/bin/python -m ruff
PYTEST := $(VENV)/bin/python -m pytest

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(RUN) ## Set up, and put the sidecar into examples/job.yaml
	@KUBECTL_FLUID=$(VENV)/bin/kubectl-fluid examples/demo.sh

.PHONY: test
test: lint types contracts coverage ## Set up, and run every check and test (what CI runs)

.PHONY: fmt
fmt: $(DEV) ## Format the code, and mend what the linter can mend
	$(RUFF) check --fix-only --quiet .
	$(RUFF) format .

.PHONY: lint
lint: $(DEV) ## Formatter (check only) and linter
	$(RUFF) format --check --quiet --diff .
	$(RUFF) check --quiet .

.PHONY: types
types: $(DEV) ## Type checker, strict
	$(VENV)/bin/python -m mypy

.PHONY: contracts
contracts: $(DEV) ## Which room may import which
	$(VENV)/bin/lint-imports

.PHONY: unit
unit: $(DEV) ## Tests alone; ARGS="-k native" chooses some
	$(PYTEST) $(ARGS)

.PHONY: coverage
coverage: $(DEV) ## Tests with branch coverage and its floor
	$(PYTEST) --cov --cov-report=term:skip-covered $(ARGS)

.PHONY: cluster
cluster: $(DEV) ## A real API server with the objects of examples/, to play with until Ctrl-C
	@$(VENV)/bin/python -m tests.cluster

.PHONY: node
node: $(DEV) ## Tests on a real kubelet with JuiceFS: root, /dev/fuse, and KUBECTL_FLUID_INSTALL=1 to let them apt-get what they need
	$(PYTEST) -m node tests/node $(ARGS)

.PHONY: golden
golden: $(DEV) ## Write the golden files anew: look at their diff before you commit it
	$(PYTEST) --update-golden $(ARGS)

.PHONY: schemas
schemas: $(DEV) ## Write schemas/ anew, from ../shared/facts and from releases of Kubernetes (needs Go and its module proxy)
	$(VENV)/bin/python -m schemas.make_fluid
	$(VENV)/bin/python -m schemas.make_kubernetes
	$(VENV)/bin/python -m schemas.make_template

.PHONY: bench
bench: $(RUN) ## Speed and memory, as ratios to the bare interpreter
	@env -u PYTHONDONTWRITEBYTECODE $(VENV)/bin/python -m benchmarks $(ARGS)

.PHONY: release
release: $(DEV) ## Build wheel, sdist, and the archives for krew with their manifest into dist/ (docs/release.md)
	$(VENV)/bin/python -m release $(ARGS)

.PHONY: lock
lock: ## Newer releases of all dependencies (needs the network)
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv==$(UV)
	requirements/lock.sh .venv-lock/bin/uv

.PHONY: clean
clean: ## Remove what the other targets made
	rm -rf .venv .venv-* build *.egg-info .coverage .hypothesis .*_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/%.stamp: requirements/%.txt requirements/environment.sh setup.cfg pyproject.toml
	@requirements/environment.sh $(VENV) $*
	@touch $@
