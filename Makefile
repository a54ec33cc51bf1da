# Without make (Windows, say), the same by hand:
#   py -3 -m venv .venv
#   .venv\Scripts\pip install --require-hashes -r requirements\runtime.txt
#   .venv\Scripts\pip install --no-deps --no-build-isolation -e .
#   .venv\Scripts\python app.py

PYTHON  ?= python3
ARGS    ?=
WORKERS ?= auto

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Each stamp is newer than what it was made from, so that a second run has nothing to do.
INSTALLED_RUNTIME     := .venv/runtime.stamp
INSTALLED_PROJECT     := .venv/project.stamp
INSTALLED_DEVELOPMENT := .venv/development.stamp

.DELETE_ON_ERROR:
.PHONY: help setup run development test test-reliability test-failover coverage event-loop lint format clients clients-all contract-tools-all contract-diff fuzz fuzz-stranger bench screenshot lock bench-lock failover-lock release-contract clean

help:
	@awk '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
	      /^[a-z-]+:.*## / { split($$0, line, ":.*## "); printf "  make %-18s %s\n", line[1], line[2] } \
	      END { print "" }' $(firstword $(MAKEFILE_LIST))

##@ Use

setup: $(INSTALLED_PROJECT) ## Build .venv from the lock (PYTHON=python3.12 for another Python)

run: setup ## Serve a local demo (TODO_HOST, TODO_PORT, TODO_DATABASE_URL)
	@$(BIN)/python app.py

##@ Develop

development: $(INSTALLED_DEVELOPMENT) ## Add the development tools to .venv

# CI's machines are busy with others' work as well: there, a test that fails is run once more. Both
# its failure and that it has failed are told, and more than a few of them fail the build.
AGAIN := --reruns 1 --rerun-show-tracebacks
RERUNS := $(if $(CI),$(AGAIN))

test: development ## Run the tests (ARGS="-k trash" for some, WORKERS=0 for one at a time)
	$(BIN)/python -m pytest -n $(WORKERS) $(RERUNS) $(ARGS)

event-loop: development ## See that no operation holds up the event loop, with a million tasks
	TEST_TASKS=1000000 $(BIN)/python -m pytest --log-cli-level=INFO tests/api/test_event_loop.py $(ARGS)

test-reliability: development ## Run the tests of what is promised to operators, whole (minutes)
	TEST_RELIABILITY=whole $(BIN)/python -m pytest \
		--log-cli-level=INFO --log-disable=httpx2 --log-disable=alembic.runtime.plugins \
		tests/reliability tests/machine tests/site/test_two_browsers.py tests/server/test_guessing.py $(ARGS)

test-failover: development ## Have PostgreSQL fail over 20 times under writers (ARGS="--times 3")
	$(BIN)/python -m tests.programs.failover $(ARGS)

# These bound the processor's time, of which the tracer takes many times more. Others wait for a page
# or a process, which it makes slow as well: what fails is run once more, as in CI.
SLOWED_BY_TRACING := tests/api/test_event_loop.py tests/api/test_worst_cases.py \
	tests/recurrence/test_days.py::test_no_rule_takes_longer_than_some_thousandths_of_a_second

coverage: development ## Run the tests, and tell which branches of todo_api none of them takes
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) $(AGAIN) $(SLOWED_BY_TRACING:%=--deselect=%) $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: development ## Check style, format, types, and which module imports which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: development ## Fix what ruff can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clients: development ## Generate clients from the served document and use them (Java, Node.js)
	$(BIN)/python -m pytest tests/clients $(ARGS)

clients-all: development ## The same, and with Go, PHP, Ruby and three more for TypeScript
	TEST_CLIENTS=all $(BIN)/python -m pytest tests/clients $(ARGS)

contract-tools-all: development ## Run others' contract tools against the demo (Node.js)
	TEST_CONTRACT_TOOLS=all $(BIN)/python -m pytest tests/contract_tools $(ARGS)

contract-diff: development ## List changes that break clients of the last release
	$(BIN)/python -m tests.programs.contract_diff

bench: development ## Measure beside others, or ARGS="--against COMMIT" (needs wrk)
	$(BIN)/python -m benchmarks $(ARGS)

fuzz: development ## Let Schemathesis make up requests, from several seeds (ARGS="--seeds 1")
	$(BIN)/python -m tests.programs.fuzz --seeds 5 --minutes 90 $(ARGS)

fuzz-stranger: development ## Run README's Schemathesis command, from several seeds
	TEST_SEEDS=5 $(BIN)/python -m pytest tests/contract_tools/test_schemathesis.py $(ARGS)

screenshot: development ## Renew the pictures of the pages (needs Chromium)
	$(BIN)/python -m tests.programs.screenshot docs

##@ Maintain

COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --no-config --universal --generate-hashes \
	--python-version 3.11 --no-annotate --custom-compile-command "make lock" $(ARGS)

lock: development ## Pin what pyproject.toml asks for (ARGS=--upgrade for the newest)
	$(COMPILE) --extra tracing --group dev --override requirements/overrides.txt -o requirements/development.txt
	$(COMPILE) --group build --constraint requirements/development.txt -o requirements/runtime.txt

bench-lock: development ## Pin what the benchmark's contenders need
	$(BIN)/uv pip compile benchmarks/requirements.in --quiet --no-config --universal \
		--generate-hashes --python-version 3.11 --no-annotate \
		--custom-compile-command "make bench-lock" \
		--constraint requirements/development.txt -o benchmarks/requirements.txt

failover-lock: development ## Pin what `make test-failover` runs beside Debian's packages
	$(BIN)/uv pip compile tests/programs/failover/requirements.in --quiet --no-config --universal \
		--generate-hashes --python-version 3.11 --no-annotate \
		--custom-compile-command "make failover-lock" \
		--constraint requirements/development.txt -o tests/programs/failover/requirements.txt

release-contract: development ## Record the document as that of a release, under its version
	$(BIN)/python -m tests.programs.contract_diff release

clean: ## Remove what was built, but no database
	rm -rf .venv dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A changed lock rebuilds .venv, so that nothing stays there that the lock no longer lists.
$(INSTALLED_RUNTIME): requirements/runtime.txt
	@command -v "$(PYTHON)" >/dev/null || \
		{ echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name yours with PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This needs Python 3.11 or newer; $$($(PYTHON) --version 2>&1) is older: name another one with PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv module: install it (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Building .venv from $< (once, some 15 seconds) ..."
	@"$(PYTHON)" -m venv --clear .venv
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(INSTALLED_PROJECT): pyproject.toml $(INSTALLED_RUNTIME)
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@$(BIN)/python -m compileall -q todo_api  # where Python may not do that, each start would
	@touch $@

$(INSTALLED_DEVELOPMENT): requirements/development.txt $(INSTALLED_PROJECT)
	@echo "Adding what $< holds (once, some 20 seconds) ..."
	@$(PIP) install --require-hashes -r $<
	@touch $@
