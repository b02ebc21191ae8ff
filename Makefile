# The two commands of the README are `make up` and `make test`.
#   make up ARGS="--port 8081 --data-dir /tmp/shop"

CARGO ?= cargo
ARGS ?=
RUST_LEAST := 1.94

export CARGO_TERM_COLOR ?= auto

.DEFAULT_GOAL := help
.PHONY: help up observe test otlp contract ansible bench bench-curves bench-logins chaos soak queries lint rust servers browser gateway prometheus storefront page screenshots

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 21

up: servers rust page ## Run a demo shop: everything in one process (ARGS="--port 8081" adds flags)
	$(CARGO) run --bin millrace -- up --demo $(ARGS)

observe: prometheus ## Run Prometheus with the shop's alerts beside `make up` (MILLRACE_OPS_PORT=9090 PROMETHEUS_PORT=9091 for a second shop)
	@ops/observe

test: servers browser gateway prometheus lint ## Check format and lints, run every test
	ops/prometheus/check
	$(CARGO) test --workspace --no-fail-fast
	MILLRACE_TEST_REDIS=cluster $(CARGO) test --workspace --test log -- \
	  append books feeds loading receipts requests restoring timers trimming --skip abandoned
	CONTRACT_OPTIONAL=1 contract/run --short
	ANSIBLE_OPTIONAL=1 ansible/check --syntax
	storefront/check
	ops/schemas/check

# With the feature, everything that depends on `web` is compiled once more.
otlp: servers rust ## Run the tests of the export of spans, which is a feature
	$(CARGO) test --workspace --features millrace/otlp --test shop -- otlp

contract: servers rust ## Ask every operation of a running shop for all that its OpenAPI document allows, and what it does not
	$(CARGO) build --bin millrace
	contract/run $(ARGS)

ansible: rust ## Try the playbooks on two machines of their own: deploy, update, roll back, copy, restore (root on Debian)
	$(CARGO) build --bin millrace
	ansible/check

# ONLY=commands for a part of it, EVENTS=100000 for a shorter log.
bench: servers rust ## Measure Millrace beside what Redis, Postgres and axum can do at most (bench/results.md)
	$(CARGO) build --release --workspace --bin millrace --bin bench
	target/release/bench table --to bench $(if $(EVENTS),--events $(EVENTS)) $(ONLY)

bench-curves: servers rust ## Measure how cost grows with connections, aggregates and processes (bench/curves.md)
	$(CARGO) build --release --workspace --bin millrace --bin bench
	target/release/bench curves --to bench $(if $(EVENTS),--events $(EVENTS)) $(ONLY)

# SAMPLES=1000 for more.
bench-logins: export MILLRACE_BENCH_SAMPLES = $(or $(SAMPLES),200)
bench-logins: servers rust ## Measure how long logins take, and how they weigh on everything else
	$(CARGO) test --workspace --test shop -- bench_ --nocapture --test-threads 1

# FAULTS=500 or COMMANDS=5000 for longer, HISTORY=orders.csv.gz for the orders of another shop, MILLRACE_CHAOS_SEED to see a run again.
chaos: export MILLRACE_CHAOS_FAULTS = $(or $(FAULTS),60)
chaos: export MILLRACE_CHAOS_HISTORY = $(HISTORY)
chaos: export MILLRACE_STORM_COMMANDS = $(or $(COMMANDS),600)
chaos: servers rust ## Kill, pause and stop whatever runs during long rehearsals, then check every row and every law
	$(CARGO) test --package millrace --test shop -- chaos storm --nocapture --test-threads 1

soak: export MILLRACE_BACKLOG = 100000
soak: export MILLRACE_RESERVATIONS = 100000
soak: export MILLRACE_SOAK = 100
soak: servers rust ## The tests of amounts with large ones: a backlog, a hot product, Redis' memory
	$(CARGO) test --package projectors --test consumers -- backlog soak --nocapture --test-threads 1
	$(CARGO) test --package event-store --test log -- hot --nocapture

queries: servers rust ## Describe every checked query anew, after SQL or a migration has changed
	$(CARGO) run --quiet --bin checked-queries

storefront: storefront/dist/.built ## Build the storefront to storefront/dist, where something has changed (Node 18.18+)

storefront/dist/.built: storefront/node_modules/.package-lock.json $(shell find storefront/src storefront/public storefront/scripts -type f) \
		storefront/index.html storefront/vite.config.ts
	npm --prefix storefront run build
	@touch $@

storefront/node_modules/.package-lock.json: storefront/package.json storefront/package-lock.json
	npm --prefix storefront ci --no-audit --no-fund
	@touch $@

# The shop runs without its storefront too.
page:
	@if ! command -v npm >/dev/null; then echo "No storefront: building it needs Node 18.18 or newer, with npm. The API starts without."; \
	elif ! node -e 'process.exit(process.versions.node.split(".")[0] < 18 ? 1 : 0)'; then echo "No storefront: Node $$(node --version) is older than 18.18. The API starts without."; \
	else $(MAKE) --no-print-directory storefront; fi

screenshots: servers rust browser storefront ## Take the pictures of the README anew
	$(CARGO) build --bin millrace
	npm --prefix storefront run screenshots

lint: rust ## Check format and lints
	@if $(CARGO) fmt --version >/dev/null 2>&1; then set -x; $(CARGO) fmt --all --check; \
	else echo "SKIPPED: the format check, since this Rust has no rustfmt (rustup component add rustfmt)"; fi
	@if $(CARGO) clippy --version >/dev/null 2>&1; then set -x; $(CARGO) clippy --workspace --all-targets -- -D warnings; \
	else echo "SKIPPED: the lints, since this Rust has no clippy (rustup component add clippy)"; fi

# Private servers need the programs of Redis and Postgres.
servers:
	@ops/install-servers

# Some tests look through a browser.
browser:
	@ops/install-browser

# Others ask Prometheus.
prometheus:
	@ops/install-prometheus

# Some stand in front of a shop.
gateway:
	@ops/install-nginx

rust:
	@version=$$($(CARGO) --version 2>/dev/null | cut -d ' ' -f 2); \
	if [ -z "$$version" ]; then \
		echo "Millrace is built with Rust $(RUST_LEAST) or newer, and there is no cargo on the PATH: https://rustup.rs"; exit 1; \
	elif [ "$$(printf '%s\n' $(RUST_LEAST) "$$version" | sort -V | head -n 1)" != $(RUST_LEAST) ]; then \
		echo "Millrace is built with Rust $(RUST_LEAST) or newer; this is $$version (rustup update)"; exit 1; \
	fi
