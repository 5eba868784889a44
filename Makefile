# Everything needed is installed by these commands; only Python 3.11+ and make must be there.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
WORKERS ?= auto
# production-s3 where files lie in a bucket.
PRODUCTION ?= production
RUN := $(VENV)/bin/python
PO := $(wildcard locale/*/LC_MESSAGES/django.po)

.NOTPARALLEL:
.PHONY: demo-reset screenshots pictures run production setup test coverage test-tools check-anywhere lint lint-style lint-types lint-imports lint-templates lint-migrations messages bench bench-tools sbom data-inventory clean help

help:
	@echo "make run      the portal with a demo school, on http://localhost:$(PORT)"
	@echo "make demo-reset  delete everything and make the demo school again (stop the portal first)"
	@echo "make test     all tests"
	@echo "make coverage all tests, then the branch coverage, which must reach the figure in pyproject.toml"
	@echo "make lint     style, types, import directions, templates, migrations (each also alone: lint-style …)"
	@echo "make check-anywhere  the portal starts in awkward places (as root, for that of an ordinary user)"
	@echo "make messages collect the texts for translation"
	@echo "make bench    all benchmarks; make bench-NAME runs one, ARGS=\"--rows N\" with another size"
	@echo "make data-inventory  what personal data is kept, in docs/data-inventory.md"
	@echo "make screenshots, make pictures  what the documents show, in docs/images"
	@echo "make sbom     the list of what production installs, as CycloneDX, in build/sbom.json"
	@echo "make clean    remove everything these commands made, data included"

# What running needs; the tests and checks need more.
run: $(VENV)/.run $(PO:.po=.mo)
	@PORT=$(PORT) $(RUN) manage.py serve

demo-reset: $(VENV)/.run
	@$(RUN) manage.py reset_demo

setup: $(VENV)/.development $(PO:.po=.mo)

# For a server: the environment that the units of deploy/ name, and the translations.
production:
	@$(MAKE) --no-print-directory VENV=venv venv/.$(PRODUCTION)
	@$(MAKE) --no-print-directory VENV=venv $(PO:.po=.mo)

$(VENV)/.%: requirements/%.txt | $(RUN)
	@echo "Installing $<"
	@requirements/install $(RUN) $<
	@touch $@

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: set PYTHON=/path/to/python3")'
	@$(PYTHON) -m venv $(VENV)

%.mo: %.po
	@$(VENV)/bin/pybabel --quiet compile --domain django --input-file $< --output-file $@ --locale zh_Hans

# Chromium walks the pages, gettext reads the source for texts.
test-tools:
	@sh .ci/test-tools

test: setup test-tools
	$(RUN) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

# Measured over all tests before it is judged: a part of them would never reach the figure.
coverage: ARGS += --cov --cov-report= --cov-fail-under=0
coverage: test
	$(RUN) -m coverage report

lint: lint-style lint-types lint-imports lint-templates lint-migrations

lint-style: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

lint-types: setup
	$(VENV)/bin/mypy .

lint-imports: setup
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry .
	! $(VENV)/bin/vulture | grep -E 'unused (function|class|import)|unreachable|unsatisfiable'

lint-templates: setup
	$(VENV)/bin/djlint --lint --quiet templates

lint-migrations: setup
	$(RUN) manage.py makemigrations --check --dry-run

check-anywhere: setup
	@$(RUN) .ci/anywhere.py $(RUN) $(ARGS)

messages: setup test-tools
	$(RUN) manage.py makemessages --locale zh_Hans --no-wrap --no-location --ignore var --ignore .venv --ignore tests --ignore benchmarks
	msgcat --sort-output --no-location --no-wrap -o locale/zh_Hans/LC_MESSAGES/django.po locale/zh_Hans/LC_MESSAGES/django.po

# wrk asks pages as fast as they are answered.
bench-tools:
	@command -v wrk >/dev/null || { test "$$(id -u)" = 0 && apt-get install -y -qq wrk >/dev/null; } \
		|| { echo "The benchmarks need wrk, for example: sudo apt-get install wrk" >&2; exit 1; }

bench: setup bench-tools
	@for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(RUN) -m benchmarks.$$(basename $$script .py) || exit 1; done

bench-status_page: bench-tools

bench-%: setup
	$(RUN) -m benchmarks.$* $(ARGS)

data-inventory: setup
	@$(RUN) manage.py data_inventory > docs/data-inventory.md

screenshots: setup test-tools
	SCREENSHOTS=$(CURDIR)/docs/images $(RUN) -m pytest tests/journeys/test_screenshots.py

pictures: setup
	$(RUN) docs/images/draw.py

# In an environment of its own, thrown away afterwards: the portal does not need the tool.
sbom:
	@mkdir -p build && rm -rf build/sbom-tool
	@$(PYTHON) -m venv build/sbom-tool
	@build/sbom-tool/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0
	@build/sbom-tool/bin/cyclonedx-py requirements requirements/production.txt --of JSON -o build/sbom.json
	@rm -rf build/sbom-tool
	@echo build/sbom.json

clean:
	@! test -x $(RUN) || $(RUN) -m devtools.embedded.programs var/embedded/postgresql
	rm -rf .venv var build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f locale/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
