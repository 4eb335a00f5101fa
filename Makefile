# Works on a fresh checkout with Python 3.11+ and make; targets run `make setup` when needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# uv, pip, or auto: uv, but pip where pip is configured with an index of its own.
INSTALLER ?= auto
INSTALL := $(BIN)/python -m ops.installer --installer "$(INSTALLER)"

.PHONY: help run test test-fast test-cloud check types templates bundle structure bench load views library compare setup package packages deploy destroy system artifacts release
.DELETE_ON_ERROR:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# HEIC=1 reads HEIC, HEIC=0 does not any more; without either, `run` and stages stay as they are. JXL reads JPEG XL, C2PA signs.
switch = $(if $(filter 0,$($1)),--no-$2,$(if $($1),--$2))
OPTIONAL := $(call switch,HEIC,heic) $(call switch,JXL,jxl) $(call switch,C2PA,c2pa)
stamp = $(if $(filter-out 0,$1),$(VENV)/$2.stamp)
PACKAGES := $(call stamp,$(HEIC),heic) $(call stamp,$(JXL),jxl) $(call stamp,$(C2PA),c2pa)

run: $(VENV)/local.stamp $(PACKAGES) ## Set up and run the whole product here; with HEIC=1 also for HEIC, with C2PA=1 signing
	@exec $(BIN)/python -m ops run $(OPTIONAL)

test: $(VENV)/dev.stamp $(VENV)/lambda.stamp $(VENV)/release.stamp $(VENV)/wheels.stamp system package ## Set up and run all tests
	$(BIN)/python -m pytest --numprocesses 3 --maxfail 20

test-fast: $(VENV)/dev.stamp ## Run the unit tests: no servers, no browsers, under a minute
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 -m "not slow" --durations 5 --durations-min 5

check: $(VENV)/dev.stamp $(VENV)/linters.stamp ## Lint, format, types, imports, secrets, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory --jobs 2 types templates
	$(BIN)/lint-imports
	$(BIN)/python -m ops secrets
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*_*.yml

# The two slowest checks, run in parallel.
types:
	$(BIN)/mypy

templates:
	$(BIN)/python -m ops templates

test-cloud: $(VENV)/dev.stamp $(VENV)/lambda.stamp $(VENV)/cloud.stamp ## Deploy, use and destroy a stage on LocalStack
	@$(BIN)/python -m tests.cloud

bundle: packages/node_modules/.package-lock.json ## Bundle the uploader as one file, frontend/bundle/uploader.js
	node packages/bundle-uploader.mjs frontend/bundle

packages/node_modules/.package-lock.json: packages/package-lock.json
	cd packages && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

structure: $(VENV)/dev.stamp ## Print the packages' layers, import cycles and hops to boto3
	@$(BIN)/python -m tests.structure

bench: $(VENV)/bench.stamp ## Benchmark Darkroom against its rivals, half an hour
	@PATH="$$PATH:$(abspath $(VENV))/rivals/bin" $(BIN)/python -m benchmarks

load: $(VENV)/dev.stamp $(VENV)/load.stamp system ## Load test: thousands of uploads while workers are killed
	@$(BIN)/python -m benchmarks.load $(ARGS)

views: $(VENV)/dev.stamp $(VENV)/load.stamp $(VENV)/bench.stamp system ## Delivery: 1,000 viewers, single misses, changes, ten minutes
	@$(BIN)/python -m benchmarks.views $(ARGS)

library: $(VENV)/dev.stamp $(VENV)/load.stamp system ## Benchmark a stack with 10,000 images, an hour
	@$(BIN)/python -m benchmarks.library $(ARGS)

compare: $(VENV)/dev.stamp $(VENV)/compare.stamp system ## Decode pictures with others: make compare ARGS='FOLDER --html'
	@$(BIN)/python -m benchmarks.compare $(ARGS)

setup: $(VENV)/dev.stamp $(VENV)/lambda.stamp ## Create the environment in .venv/

package: $(VENV)/local.stamp ## Write the deployment artifacts to dist/
	@$(BIN)/python -m ops package $(OPTIONAL)

artifacts: $(VENV)/dev.stamp $(VENV)/release.stamp ## Write a release's archive, SBOM and checksums to dist/release/
	@$(BIN)/python -m ops artifacts $(ARGS)

release: $(VENV)/dev.stamp $(VENV)/release.stamp ## Check, commit, tag and build a version: make release VERSION=1.2.3
	@$(BIN)/python -m ops release "$(VERSION)" $(ARGS)

packages: $(VENV)/dev.stamp ## Build the packages for PyPI into dist/packages/
	@$(BIN)/python -m ops.release.packages dist/packages

deploy: $(VENV)/local.stamp ## Deploy a stage to AWS: make deploy STAGE=dev ARGS=--dry-run
	@$(BIN)/python -m ops deploy --stage "$(STAGE)" $(OPTIONAL) $(ARGS)

destroy: $(VENV)/local.stamp ## Remove a stage from AWS: make destroy STAGE=dev
	@$(BIN)/python -m ops destroy --stage "$(STAGE)" $(ARGS)

system: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.system

# A stamp is older than its sources exactly when they have changed since.
$(VENV)/local.stamp: requirements.txt requirements-local.txt packages/client/pyproject.toml $(VENV)/python.stamp
	@$(INSTALL) $(VENV) requirements-local.txt "what 'make run' needs"
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements-heic.txt requirements-jxl.txt requirements-c2pa.txt $(VENV)/local.stamp
	@$(INSTALL) $(VENV) requirements-dev.txt "what the tests and checks need"
	@touch $@

# What the packages need, which tests install elsewhere and without a network.
$(VENV)/wheels.stamp: packages/client/pyproject.toml tests/packages/pythons.py | $(VENV)/dev.stamp
	@echo "Fetching what the packages need ..."
	@$(BIN)/python -m tests.packages.pythons
	@touch $@

# Explained once: not again when the rest is installed again.
$(VENV)/heic.stamp: requirements-heic.txt | $(VENV)/local.stamp
	@$(INSTALL) $(VENV) $< "what reads HEIC"
	@$(BIN)/python -m ops.packaging.optional_packages heic
	@touch $@

$(VENV)/jxl.stamp: requirements-jxl.txt | $(VENV)/local.stamp
	@$(INSTALL) $(VENV) $< "what reads JPEG XL"
	@$(BIN)/python -m ops.packaging.optional_packages jxl
	@touch $@

$(VENV)/c2pa.stamp: requirements-c2pa.txt | $(VENV)/local.stamp
	@$(INSTALL) $(VENV) $< "what signs renditions"
	@$(BIN)/python -m ops.packaging.optional_packages c2pa
	@touch $@

# The rest have their own environments, recreated when their requirements change.
# checkov pins an older boto3.
$(VENV)/linters.stamp: requirements-lint.txt $(VENV)/python.stamp
	@$(INSTALL) $(VENV)/linters $< "what looks for unsafe templates"
	@touch $@

# Lambda's environment: the packaged functions run in it, without packages that Lambda lacks.
$(VENV)/lambda.stamp: requirements-lambda.txt $(VENV)/python.stamp
	@$(INSTALL) $(VENV)/lambda $< "what Lambda's runtime has"
	@touch $@

# The rivals pin other versions of our dependencies.
$(VENV)/bench.stamp: requirements-bench.txt benchmarks/package-lock.json $(VENV)/local.stamp
	@$(INSTALL) $(VENV)/rivals $< "what the benchmark compares with"
	@cd benchmarks && PATH="$(abspath $(VENV))/rivals/bin:$$PATH" npm ci --no-audit --no-fund
	@touch $@

# Locust's pytest plugin would be active in every run of pytest.
$(VENV)/load.stamp: requirements-load.txt $(VENV)/python.stamp
	@$(INSTALL) $(VENV)/load $< "what 'make load' needs"
	@touch $@

# LocalStack, which supports a single version of Python.
$(VENV)/cloud.stamp: requirements-cloud.txt $(VENV)/python.stamp
	@$(INSTALL) --python 3.13 $(VENV)/cloud $< "what 'make test-cloud' needs"
	@touch $@

# libvips, which only `make compare` uses.
$(VENV)/compare.stamp: requirements-compare.txt $(VENV)/python.stamp
	@$(INSTALL) $(VENV)/compare $< "what 'make compare' needs"
	@touch $@

# The bill of materials of a release.
$(VENV)/release.stamp: requirements-release.txt $(VENV)/python.stamp
	@$(INSTALL) $(VENV)/release $< "what describes a release"
	@touch $@

$(VENV)/python.stamp:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one: make PYTHON=python3.12"; \
	  exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Darkroom needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" --version)."; \
	  echo "Name a newer one: make PYTHON=python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  version=$$("$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	  echo "$(PYTHON) cannot make virtual environments here. On Debian and Ubuntu install them with:"; \
	  echo; echo "    sudo apt-get install python$$version-venv"; echo; exit 1; }
	@echo "Making $(VENV) with $$("$(PYTHON)" --version): Lambda functions will run the same version."
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@
