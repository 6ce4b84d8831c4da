# The two commands are `make run` and `make test`; both set up all they need. `make help` lists the rest.
# PYTHON names the interpreter to set up with; BACKEND_PORT, FRONTEND_PORT and FLOWREX_HOME move the stack.

.DEFAULT_GOAL := help
.PHONY: help run test dev lint format client lock bench faults clean

# One shell line per command, which turns into the program (`exec`), so that signals and deaths go straight through.
python = python=$$(scripts/find-python) || exit 1; export FLOWREX_STOP_WITH=$$PPID; exec "$$python"
export PYTHON

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST))

run: ## set up and start everything; Ctrl-C stops it, data stays
	@$(python) scripts/prepare.py run $(ARGS)

test: ## set up and run every check: lint, types, import rules, unit, integration, web, browser
	@$(python) scripts/check.py $(ARGS)

dev: ## like run, with reload: backend and worker on a change, the web client by next dev
	@$(python) scripts/prepare.py run --reload $(ARGS)

lint: ## the quick checks alone: ruff, mypy, import-linter, eslint, prettier, typescript
	@$(python) scripts/check.py lint types imports web-lint web-types

format: ## let ruff and prettier rewrite what they may
	@$(python) scripts/tasks.py format

client: ## generate the web client's API client from the OpenAPI document
	@$(python) scripts/tasks.py client

lock: ## resolve the packages anew and write the locks; ARGS=--upgrade takes newer versions
	@$(python) scripts/tasks.py lock $(ARGS)

bench: ## measure, side by side with bare alternatives
	@$(python) scripts/tasks.py bench $(ARGS)

faults: ## kill, stop and cut the running stack, and see that it heals
	@$(python) scripts/tasks.py faults $(ARGS)

clean: ## remove what was made (environment, packages, builds, caches); data under .flowrex stays
	@$(python) scripts/tasks.py clean
