# Needs Python 3.11 or newer and make; everything else goes into .venv.

PYTHON ?= python3
WORKERS ?= 2
# With which `make release-check` tests what would be published: PYTHONS="python3.11 python3.13".
PYTHONS ?= $(PYTHON)
# For `make lock`: --upgrade, or --upgrade-package NAME.
LOCK_FLAGS ?=

VENV := .venv
BIN := $(VENV)/bin
# As many processes as cores; more threads would only wait for each other.  Compiled modules are kept
# whatever the environment says: some hundred processes would compile them anew.
SETTINGS := OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=
PYTEST := $(SETTINGS) $(BIN)/python -m pytest
STAMP := $(VENV)/.installed
DOCS_STAMP := $(VENV)/.installed-docs
PIP_INSTALL := $(BIN)/python -m pip install -q --disable-pip-version-check

LOCK_VENV := build/lock-venv
LOCK_RAW := build/requirements.raw
LOCK_PINS := build/requirements.pins
comma := ,

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install reproduce test verify release-check portable notebooks docs bench compiled lint lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(STAMP) ## make .venv with the locked packages and this project (editable)

reproduce: $(STAMP) ## regenerate every result into reproduced/
	$(BIN)/nambu reproduce --output reproduced

# Half of the tests for each process, in their order; the one that is done first takes of the other.
# mypy uses one core: beside it kernels are compiled, which each process would otherwise do by itself.
test: $(STAMP) ## lint, then run the tests not marked slow
	$(MAKE) -j2 lint compiled
	$(PYTEST) -n $(WORKERS) --dist worksteal

# One of the slow tests leaves build/mutations.txt: which records of the ledger fail when what they
# are derived from is wrong.
verify: $(DOCS_STAMP) ## run all tests, slow ones too, those of portable, and check generated code
	$(PYTEST) -n $(WORKERS) -m ""
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.other_processor -n $(WORKERS)
	$(BIN)/python -m derive generate --check

# With the first of PYTHONS, which is to be the oldest that is supported, also with the lowest versions
# that pyproject.toml allows. TESTS="tests/cli -k scan" runs a part.
release-check: $(STAMP) ## build sdist and wheel, test the wheel outside of the repository
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.release -n $(WORKERS) \
	    --lowest --python $(firstword $(PYTHONS)) $(TESTS)
	for python in $(PYTHONS); do \
	    OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.release -n $(WORKERS) \
	        --python $$python $(TESTS) || exit 1; \
	done

portable: $(STAMP) ## run the tests not marked slow as on a processor of another make
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.other_processor -n $(WORKERS)

notebooks: $(STAMP) ## execute the notebooks again, after their .py was edited
	$(BIN)/python -m tests.notebook_runner

# With FROM=reproduced the figures are taken from there, which their page says; else they are drawn.
docs: $(DOCS_STAMP) ## build the site into build/site: texts, reference, notebooks, figures, ledger
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m numerics.site build/site --workers $(WORKERS) $(if $(FROM),--from $(FROM))

# The tables are kept in build/bench.json, with what machine it was.
# BASE=COMMIT also compares times with those of an earlier commit, single ones and `nambu reproduce`.
bench: $(STAMP) ## time the numerical kernels
	mkdir -p build
	$(SETTINGS) $(BIN)/python -m tests.bench build/bench.json
	$(if $(BASE),$(SETTINGS) $(BIN)/python -m tests.bench_before $(BASE) build/bench-before.json)
	$(if $(BASE),$(SETTINGS) $(BIN)/python -m tests.bench_reproduce $(BASE))

compiled: $(STAMP)
	$(SETTINGS) $(BIN)/python -m tests.compile_kernels -n $(WORKERS)

lint: $(STAMP) ## ruff check, ruff format --check, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy derive numerics

# Existing pins are kept unless LOCK_FLAGS says otherwise. Local pip settings
# are left out, so that the hashes are those of all published files. Resolve
# with the oldest supported Python.
# $(call resolve,FILE,what is in it,flags)
define resolve
cp $(1) $(LOCK_RAW)
env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
    $(LOCK_VENV)/bin/pip-compile -q --no-config --no-header --newline lf \
    --generate-hashes --no-reuse-hashes --strip-extras --allow-unsafe \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
    $(3) $(LOCK_FLAGS) -o $(LOCK_RAW) pyproject.toml
{ echo '# Exact versions and hashes: $(2).'; \
  echo '# Generated from pyproject.toml; regenerate with: make lock'; \
  cat $(LOCK_RAW); } > $(1)
endef

# What the site needs is apart, so that tests need not install it; both can be in one environment.
lock: ## resolve both locks again from pyproject.toml
	$(PYTHON) -m venv $(LOCK_VENV)
	$(LOCK_VENV)/bin/python -m pip install -q --disable-pip-version-check 'pip-tools>=7.5,<8'
	$(call resolve,requirements.lock,runtime$(comma) the dev extra and the build backend,\
	    --extra dev --build-deps-for editable)
	sed -n 's/^\([a-z0-9.-]*==[^ ]*\).*/\1/p' requirements.lock > $(LOCK_PINS)
	$(call resolve,requirements-docs.lock,runtime and the docs extra,\
	    --extra docs --constraint $(LOCK_PINS) --no-annotate)

clean: ## remove .venv, caches, build products and reproduced/
	rm -rf $(VENV) build dist reproduced .hypothesis .mypy_cache .ruff_cache .pytest_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock names all that is needed. pip would compile a module at a time, half of its minute; as
# with pip, files of packages that are no Python of this version stay as they are; and their tests, a
# third of all, which nothing here imports.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --no-compile --no-deps --require-hashes -r requirements.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -qq -j 0 -x '/tests/' $(VENV)/lib || true
	@touch $@

$(DOCS_STAMP): requirements-docs.lock $(STAMP)
	$(PIP_INSTALL) --require-hashes -r requirements-docs.lock
	@touch $@
