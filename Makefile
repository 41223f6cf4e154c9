# Khaya. `make` lists the targets; start with `make run`.

# Python 3.11 to 3.14. Default: the Python of the existing environments, else 3.13 (the Lambda runtime) if installed.
PYTHON ?= $(shell for python in "$$(cat .local/python 2>/dev/null)" python3.13 python3.12 python3.11 python3.14 python3; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& echo "$$python" && break; done || echo python3)
PORT ?= 4566
API_PORT ?= 3000
DATA ?=

DEV := .local/dev/bin
SAM := .local/sam/bin/sam
export SAM_CLI_TELEMETRY := 0
LOCAL := $(DEV)/python -m local
NPM := $(LOCAL).web.npm
GREEN := $(DEV)/python -m operations.green

# These targets do not need the environment `engine`, whose Python may be in use by a running stand-in.
tokens logs outbox task parked replay repair erase-again age openapi events personal-data: ENVIRONMENTS := dev sam
reload check: ENVIRONMENTS := dev sam node
format secrets lock api-changes template-changes: ENVIRONMENTS := dev
web audit: ENVIRONMENTS := dev node
policies: ENVIRONMENTS := checkov
sbom: ENVIRONMENTS := sbom node
test-operations: ENVIRONMENTS := dev sam engine node sbom checkov

# The requirements that are compiled to locked files, in the order in which they depend on each other.
LOCKED := layers/dependencies/requirements layers/pictures/requirements layers/paper/requirements requirements/pip requirements/dev requirements/engine requirements/sam requirements/node requirements/sbom requirements/checkov

.DEFAULT_GOAL := help
.PHONY: help run up sam-local down reload tokens logs outbox task parked replay repair erase-again age environments web deploy test test-web pictures lighthouse test-fast test-operations test-docker begin-test soak begin-check check policies format secrets lock audit sbom api-changes template-changes bench costs openapi events personal-data clean

help: ## list all targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

run: environments ## start and deploy the marketplace with demo data on this machine; Ctrl-C ends it (PORT=4566, DATA=dir keeps data, PYTHON=python3.x)
	@$(LOCAL) run --port $(PORT) $(if $(DATA),--data "$(DATA)")

up: environments ## the same in the background; returns when it is ready
	@$(LOCAL) up --port $(PORT) $(if $(DATA),--data "$(DATA)")

sam-local: environments ## the same with the functions in `sam local start-api` (needs Docker; API_PORT=3000)
	@$(LOCAL) sam-local --port $(PORT) --api-port $(API_PORT) $(if $(DATA),--data "$(DATA)")

down: ## stop `make up`, `make run` or `make sam-local`
	@if [ -x $(DEV)/python ]; then $(LOCAL) down; else echo "Khaya is not running here."; fi

reload: environments ## build and deploy changes to the running application
	@$(LOCAL) reload

tokens: environments ## renew the tokens in .local/run.json
	@$(LOCAL) tokens

logs: environments ## follow the functions' logs
	@$(LOCAL) logs

outbox: environments ## show what was sent by text message, WhatsApp, e-mail and push
	@$(LOCAL) outbox

task: environments ## run a schedule at once: NAME=job-expiry (without a name: list them)
	@$(LOCAL) task $(if $(NAME),--name "$(NAME)")

parked: environments ## list the stream records that could not be dispatched
	@$(LOCAL) parked

replay: environments ## replay them
	@$(LOCAL) replay

repair: environments ## check everything against what is derived from it, and correct differences
	@$(LOCAL) repair

erase-again: environments ## repeat the erasures since a backup that was restored: SINCE=2026-11-21
	@$(LOCAL) erase-again $(if $(SINCE),--since "$(SINCE)")

age: environments ## make all stored data older: DAYS=31 HOURS=73
	@$(LOCAL) age $(if $(DAYS),--days "$(DAYS)") $(if $(HOURS),--hours "$(HOURS)")

web: environments ## build the web client
	@$(LOCAL).web.build

deploy: environments ## build and deploy to AWS with your credentials: ENV=staging
	@[ -n "$(ENV)" ] || { echo "✗ Name the environment: make deploy ENV=staging"; exit 1; }
	@$(DEV)/python -m operations deploy "$(ENV)"

environments: ## make or update the Python environments in .local/
	@command -v "$(PYTHON)" >/dev/null || { echo "✗ $(PYTHON) is missing. Khaya needs Python 3.11 to 3.14 with its venv module (Debian, Ubuntu:" \
		"sudo apt install python3 python3-venv; anywhere: uv python install 3.13), named by PYTHON=… if it is not found by itself."; exit 1; }
	@"$(PYTHON)" -m local.environments $(ENVIRONMENTS)

test: begin-test ## unit, integration, infrastructure, contention and end-to-end tests, and those of the web client
	@echo "== Unit, integration and infrastructure tests"
	@$(DEV)/python -m pytest -n 2 tests/unit tests/integration tests/infrastructure
	@echo "== Tests of the web client"
	@$(NPM) test
	@echo "== Contention tests"
	@$(DEV)/python -m pytest tests/contention
	@echo "== End-to-end tests"
	@$(DEV)/python -m pytest tests/e2e
	@echo "== Journeys in a browser"
	@$(DEV)/python -m pytest -m "not slow" tests/web
	@$(GREEN) end test

# `make deploy` asks for the record that these two begin: which commit passed `make check` and `make test` here.
begin-test: environments
	@$(GREEN) begin test

begin-check: environments
	@$(GREEN) begin check

test-operations: environments ## operators' commands (deploy, rollback, destroy, restore, redrive) against the stand-in, and rules of the templates (MINUTES=10 begins no test after that time)
	@MINUTES="$(MINUTES)" $(DEV)/python -m pytest tests/operations

test-web: environments ## all checks and tests of the web client, with every journey in a browser (needs Chromium)
	@$(NPM) run check
	@$(NPM) test
	@$(DEV)/python -m pytest tests/web

pictures: environments ## take the pictures of the web client in docs/pictures/ again (needs Chromium)
	@$(LOCAL).web.pictures

lighthouse: environments ## measure the running web client with Lighthouse, on a simulated cheap phone (needs Chromium)
	@$(LOCAL).web.lighthouse

test-docker: environments ## the API in SAM's containers, as `make sam-local` starts it (needs Docker)
	@$(DEV)/python -m pytest tests/docker

test-fast: environments ## unit, integration and infrastructure tests without those marked `exhaustive`
	@echo "== Unit, integration and infrastructure tests, without the exhaustive ones"
	@$(DEV)/python -m pytest -n 2 -m "not exhaustive" tests/unit tests/integration tests/infrastructure

soak: environments ## tests with large numbers and many random histories (three hours)
	@$(DEV)/python -m pytest -s tests/soak
	@ROUNDS=200 $(DEV)/python -m pytest tests/contention/test_acceptance.py
	@ROUNDS=50 $(DEV)/python -m pytest tests/contention/test_suspensions.py
	@EXAMPLES=200 $(DEV)/python -m pytest -n 2 tests/integration/test_document_holds.py tests/integration/sign_in/test_sign_in_document.py
	@HISTORIES=1000 $(DEV)/python -m pytest -n 2 tests/integration/test_credit_histories.py tests/integration/test_referral_histories.py tests/integration/test_escrow_histories.py

check: environments begin-check secrets ## lint, format, strict types, import rules, template, web client, workflows, secrets
	@$(DEV)/ruff check .
	@$(DEV)/ruff format --check .
	@$(DEV)/mypy --strict layers/khaya/khaya functions local operations
	@PYTHONPATH=layers/khaya $(DEV)/lint-imports --no-cache
	@$(DEV)/cfn-lint --regions af-south-1 -- template.yaml $(filter-out infra/budget.yaml infra/frontend.yaml,$(wildcard infra/*.yaml))
	@$(DEV)/cfn-lint --regions us-east-1 -- infra/budget.yaml infra/frontend.yaml
	@$(SAM) validate --lint --template-file template.yaml
	@$(DEV)/bandit --quiet -ll --recursive layers functions local operations
	@$(DEV)/zizmor --offline --quiet --no-progress .github
	@$(DEV)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(DEV)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml
	@$(DEV)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(DEV)/pre-commit validate-config
	@$(NPM) run check
	@$(GREEN) end check

policies: environments ## check the templates against Checkov's rules; checkov.yaml says which do not apply, and why
	@.local/checkov/bin/checkov --config-file checkov.yaml

format: environments ## fix what ruff can fix, and format
	@$(DEV)/ruff check --fix .
	@$(DEV)/ruff format .

# ruff (S105 to S107) and bandit find hard-coded passwords. Excluded: hashes in locked files, ids, and
# checksums of sample events. A line that holds no secret is marked `pragma: allowlist secret`.
secrets: environments ## search for keys and tokens in the files that git knows or would add (FILES="…" for some)
	@git rev-parse --git-dir >/dev/null
	@$(if $(FILES),printf '%s\0' $(FILES),git ls-files -z --cached --others --exclude-standard) \
		| xargs -0 -n 150 -P 2 $(DEV)/detect-secrets-hook --no-verify --disable-plugin KeywordDetector \
		--exclude-files '^(requirements/.*|layers/[a-z]+/requirements)\.txt$$' \
		--exclude-secrets '^[a-z0-9/-]*01[0-9A-Z]{24}[a-z/\\]*$$' \
		--exclude-lines '"(md5OfBody|receiptHandle)":'

lock: environments ## compile the locked requirements again (UPGRADE=1 takes the newest versions)
	@for name in $(LOCKED); do \
		$(DEV)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes $(if $(UPGRADE),--upgrade) \
			$$([ $$name = requirements/dev ] && echo --constraints layers/dependencies/requirements.txt --constraints layers/pictures/requirements.txt --constraints layers/paper/requirements.txt) \
			--output-file $$name.txt $$name.in && echo "$$name.txt is locked" || exit 1; \
	done

audit: environments ## check the locked packages, npm's too, for known vulnerabilities; needs the network
	@failed=; for name in $(LOCKED); do \
		echo "== $$name.txt"; \
		$(DEV)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off --requirement $$name.txt || failed=1; \
	done; \
	for folder in . lighthouse; do \
		echo "== web/$$folder/package-lock.json"; \
		$(NPM) audit --package-lock-only --prefix "$$folder" || failed=1; \
	done; \
	if [ -n "$$failed" ]; then echo "✗ The audit has not passed. Either packages that are named above have known vulnerabilities, or the" \
		"advisory service did not answer." >&2; exit 1; fi

sbom: environments ## list the packages that are deployed, in CycloneDX's form (FILE=.local/sbom.json)
	@.local/sbom/bin/python -m local.sbom "$(or $(FILE),.local/sbom.json)"

# BASE is a commit or branch of git.
api-changes: environments ## what in the API document breaks clients since BASE=origin/main
	@$(LOCAL).api_changes "$(or $(BASE),origin/main)"

template-changes: environments ## which resources of the stacks differ from BASE=origin/main
	@$(LOCAL).template_changes "$(or $(BASE),origin/main)"

bench: environments ## run all benchmarks; each compares with a baseline
	@$(DEV)/python -m bench

costs: environments ## the monthly bill of an environment; writes docs/costs.md (options: python -m bench.costs --help)
	@$(DEV)/python -m bench.costs --write-docs

openapi: environments ## write the OpenAPI document
	@$(DEV)/python -m local.openapi

events: environments ## write the events' JSON Schema
	@$(DEV)/python -m local.events

personal-data: environments ## write the page of personal data
	@$(DEV)/python -m local.personal_data

clean: down ## remove everything that was built and installed here
	@rm -rf .local .aws-sam web/node_modules web/dist
