# What a person types in this repository. CI calls the same targets.

CARGO ?= cargo

.PHONY: help demo test test-matrix lint bench reference

help:
	@echo "make demo         build, then show the main job on a sample project"
	@echo "make test         install what the tests need, then run all of them"
	@echo "make test-matrix  what depends on the server's version, on PostgreSQL 13 to 18"
	@echo "make lint         formatting and clippy"
	@echo "make bench        speed, as ratios against real peers"
	@echo "make reference    write docs/commands.md and docs/rules.md anew"

demo:
	$(CARGO) build --quiet --package pgmason
	@target/debug/pgmason demo --scratch embedded

test:
	@scripts/install-postgresql.sh
	$(CARGO) test --workspace
	PGMASON_TEST_ENGINE=embedded $(CARGO) test --package pgmason-pg

test-matrix:
	@scripts/test-matrix.sh

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- --deny warnings

bench:
	@scripts/bench.sh

reference:
	$(CARGO) run --quiet --package pgmason -- reference commands > docs/commands.md
	$(CARGO) run --quiet --package pgmason -- reference rules > docs/rules.md
