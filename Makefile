# make serve   sign up and sign in on http://127.0.0.1:8000
# make example-fastapi   an application with sign-in on http://127.0.0.1:8001
# make example-flask   an application with sign-in on http://127.0.0.1:8002
# make example-django  one more, on http://127.0.0.1:8003
# make test    everything that must hold: style, types, layers, generated files, tests; with CI=true those that take long, too
# make test-newest   the tests with the newest versions of everything that pyproject.toml allows
# make test-lowest   the tests with the lowest versions of everything that pyproject.toml allows
# make test-on SERVER=postgresql-18   the tests of the stores on another server; tools/other_server.sh knows which
# make PYTHON=python3.13 test   any of these on another Python, in an environment made anew
# make upgrade   pin the newest versions, and show what has changed
# make fuzz    look for inputs that break what reads the bytes of strangers, a minute for each target
# make bench   our speed beside the bare libraries and evrmore-authentication, as ratios
# make dist    what is published, into dist/: wheel, source, bills of materials, checksums
# make mutate  change the code in one place after the other, and see that a test fails each time; takes hours
# make load    the server with several workers, on PostgreSQL and Redis, under load: throughput, and that nothing is lost

PYTHON ?= python3
# Whoever names a Python means it, even where an environment of another is there already.
ifneq ($(origin PYTHON),file)
ifneq ($(shell $(PYTHON) -VV),$(shell { .venv/bin/python -VV; } 2>/dev/null))
$(shell rm -f .venv/python)
endif
endif
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
# Tests start hundreds of processes: each of them would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE
# Each example has a port of its own, unless PORT says another.
port = $(if $(filter file,$(origin PORT)),$(1),$(PORT))

# What is installed is pinned with hashes, so that the same commit behaves the same on any day.
install = $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/$(1).txt && \
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . && touch $@

newest := --upgrade
lowest := --resolution lowest-direct
# Old releases of libraries use what newer ones of others have deprecated; examples that run pytest must not mind either.
lowest_environment := PYTHONWARNINGS=ignore::DeprecationWarning,ignore::PendingDeprecationWarning
lowest_options := -W ignore::DeprecationWarning -W ignore::PendingDeprecationWarning

.PHONY: serve example-fastapi example-flask example-django test test-newest test-lowest test-on servers check fuzz bench mutate load dist generate lock upgrade

serve: .venv/server
	@$(BIN)/gatewright migrate
	@$(BIN)/gatewright serve --host $(HOST) --port $(PORT)

example-fastapi: .venv/fastapi
	@GATEWRIGHT_PUBLIC_URL=$${GATEWRIGHT_PUBLIC_URL:-http://127.0.0.1:$(call port,8001)} \
		$(BIN)/uvicorn --app-dir examples/fastapi app:app --host $(HOST) --port $(call port,8001) --no-proxy-headers

example-flask: .venv/flask
	@GATEWRIGHT_PUBLIC_URL=$${GATEWRIGHT_PUBLIC_URL:-http://127.0.0.1:$(call port,8002)} \
		$(BIN)/flask --app examples/flask/app run --host $(HOST) --port $(call port,8002)

example-django: .venv/django
	@cd examples/django && ../../$(BIN)/python manage.py migrate --verbosity 0
	@cd examples/django && GATEWRIGHT_PUBLIC_URL=$${GATEWRIGHT_PUBLIC_URL:-http://127.0.0.1:$(call port,8003)} \
		../../$(BIN)/python manage.py runserver --noreload $(HOST):$(call port,8003)

test: check servers
	$(BIN)/pytest -n 2 --dist loadgroup $(if $(filter true,$(CI)),,-m 'not long')

test-newest test-lowest: test-%: .venv/dev servers
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-$*
	$(BIN)/uv pip install --quiet --python .venv-$* $($*) -e '.[all]' --group dev --group build
	@# The tools in that group ask for newer versions of some libraries than gatewright does.
	$(BIN)/uv pip compile --quiet --python .venv-$* $($*) --all-extras pyproject.toml --output-file .venv-$*/versions.txt
	$(BIN)/uv pip install --quiet --python .venv-$* --no-deps -r .venv-$*/versions.txt
	$($*_environment) .venv-$*/bin/pytest -n 2 --dist loadgroup $($*_options)

tests_on_postgresql := -k 'postgres or migrate_to' tests/cli/test_cli_migrate_to.py tests/providers/test_table_on_postgres.py
tests_on_valkey := -k redis tests/cli/test_cli_redis.py tests/with_redis

test-on: .venv/dev servers
	programs=$$(sh tools/other_server.sh $(SERVER)) && PATH="$$programs:$$PATH" $(BIN)/pytest -n 2 --dist loadgroup \
		$(tests_on_$(firstword $(subst -, ,$(SERVER)))) tests/storage tests/concurrency tests/faults tests/methods

servers:
	sh tools/install_browser.sh
	sh tools/install_ldap.sh
	sh tools/install_postgres.sh
	sh tools/install_pgbouncer.sh
	sh tools/install_redis.sh
	sh tools/install_nginx.sh

check: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/write_facades.py --check
	$(BIN)/python tools/write_statements.py --check
	$(BIN)/python tools/write_reference.py --check
	$(BIN)/python tools/write_catalogs.py --check
	$(BIN)/python tools/write_public_api.py --check
	$(BIN)/python tools/write_security.py --check

fuzz: .venv/dev
	$(BIN)/python tools/fuzz.py

bench: .venv/dev
	$(BIN)/python benchmarks/run.py

# It goes on where the last run was stopped. MUTANTS="gatewright.crypto*" runs those of one package, anew.
mutate: .venv/mutate
	$(BIN)/mutmut run --max-children 2 $(MUTANTS)
	$(BIN)/python tools/mutants.py

load: .venv/dev
	sh tools/install_postgres.sh
	sh tools/install_redis.sh
	$(BIN)/python benchmarks/load.py

# The same commit gives the same bytes, wherever and whenever it is built.
dist: export SOURCE_DATE_EPOCH := $(shell git log -1 --format=%ct)
dist: .venv/dev
	rm -rf dist
	$(BIN)/python -m hatchling build
	$(BIN)/python tools/write_sbom.py
	cd dist && sha256sum * > SHA256SUMS

generate: .venv/dev
	$(BIN)/python tools/write_facades.py
	$(BIN)/python tools/write_statements.py
	$(BIN)/python tools/write_reference.py
	$(BIN)/python tools/write_catalogs.py
	$(BIN)/python tools/write_public_api.py
	$(BIN)/python tools/write_security.py

lock: .venv/dev
	$(BIN)/python tools/lock.py

upgrade: .venv/dev
	$(BIN)/python tools/lock.py --upgrade

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gatewright needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/%: .venv/python pyproject.toml requirements/%.txt
	$(call install,$*)
