# Everything the project needs is installed by its own files: `make up` and `make test` work on a fresh machine.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# A run of the tests starts hundreds of processes, which would each compile all modules where the environment forbids to keep them.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup up test test-thorough test-pretix test-year faults mutations lint audit bench lock images

# The stamp holds what was installed, so that a second call costs nothing and a changed lock installs anew.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %s: set PYTHON=/path/to/python3" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/pip check
	@touch $@

setup: $(VENV)/.installed

up: setup
	@exec $(BIN)/ithaca up

# Three processes share the run, each with a broker and a database of its own where they are embedded. In the order of the
# files, so that what starts whole platforms, in one of them, begins early. Numeric loops are compiled first: each of the
# three would else compile them for itself.
test: setup
	@$(BIN)/python -m services.events.scheduling.ahead & $(BIN)/python -m services.matching.engine.ahead && wait $$!
	$(BIN)/pytest --numprocesses 3 --dist loadgroup --no-loadscope-reorder --durations 30

# The same with all examples of every property: an hour or more.
test-thorough: setup
	ITHACA_TEST_THOROUGH=1 $(BIN)/pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

# The suite against a real pretix, which runs in an environment of its own: it is AGPL, and no part of Ithaca.
PRETIX_VENV := .venv-pretix

$(PRETIX_VENV)/.installed: tests/pretix/requirements.txt
	$(PYTHON) -m venv $(PRETIX_VENV)
	$(PRETIX_VENV)/bin/pip install --quiet --requirement tests/pretix/requirements.txt
	@touch $@

test-pretix: setup $(PRETIX_VENV)/.installed
	$(BIN)/pytest tests/pretix

# A year of a program with three hundred members, by a clock that leaps from noon to noon: some ten minutes.
test-year: setup
	$(BIN)/pytest tests/year

# One thing after the other goes wrong while all services work: `make faults MINUTES=30 SEED=1`, its report in `faults-report`.
MINUTES ?= 3
SEED ?= 1
faults: setup
	$(BIN)/python -m tests.faults --minutes $(MINUTES) --seed $(SEED)

# What the tests notice when a mechanism is missing: `make mutations`, or `make mutations ONLY=fence,inbox-row`.
mutations: setup
	$(BIN)/python -m tests.mutations $(ONLY)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive shared services cli deploy
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

# Whether what the lock names has a known vulnerability. It asks the package index, and so is no part of `lint`, which must not fail
# because somebody else's service is away, or because of what was published since. What could not be asked about is a fault.
audit: setup
	$(BIN)/uv tool run --from "pip-audit>=2.10,<3" pip-audit --strict --disable-pip --require-hashes --requirement requirements.lock

# Refreshes the lock from the bounds in pyproject.toml.
lock: setup
	$(BIN)/uv pip compile --quiet --all-extras --universal --python-version 3.11 --no-header --generate-hashes \
		--output-file requirements.lock pyproject.toml

# Floor, peer and product in one run: `make bench`, or `make bench ONLY=fanout_p50,ingest`.
bench: setup
	$(BIN)/python -W ignore -m bench $(ONLY)

# The four images: `make images [BASE_IMAGE=...] [IMAGE_PREFIX=ithaca-] [IMAGE_TAG=latest] [BUILD_FLAGS=...]`.
IMAGE_PREFIX ?= ithaca-
IMAGE_TAG ?= latest
IMAGES := $(addprefix image-,profiles matching events notifications)
DOCKERFILES = services
.PHONY: $(IMAGES) image-trial

images: $(IMAGES)

# What the trial of docs/deployment.md needs beside the four.
image-trial: DOCKERFILES := deploy

$(IMAGES) image-trial: image-%:
	docker build $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) $(BUILD_FLAGS) \
		--file $(DOCKERFILES)/$*/Dockerfile --tag $(IMAGE_PREFIX)$*:$(IMAGE_TAG) .
