# Two commands do everything: `make run` and `make test`. The rest is for those who work on the code.
.PHONY: run import backup restore doctor test coverage bench drills fuzz machine check format verify requirements audit clean help

help:      ## this list
	@grep -E '^[a-z]+: .*##' Makefile | sed 's/: *##/\t/'

run:       ## environment, migrations, demo catalogue, server (DEMO=off, PORT, WORKERS, DATABASE_URL, THROTTLING=off)
	@exec bin/run

import:    ## environment, migrations, and films from a file of one JSON object a line (FILE=films.ndjson, REPORT=report.tsv)
	@exec bin/import "$$FILE" $${REPORT:+--report "$$REPORT"}

backup:    ## database, covers and request counter into one file in BACKUP_DIR, while the server goes on
	@exec bin/backup

restore:   ## a backup into an empty place, and everything recomputed (FILE=var/backups/marquee-….tar.gz, VERIFY=off)
	@exec bin/restore "$$FILE"

doctor:    ## what is wrong with this installation (exits 1 with something wrong, 2 when it could not find out)
	@bin/environment requirements.txt
	@exec .venv/bin/python manage.py doctor

test:      ## environment, the whole suite on SQLite and on PostgreSQL (DATABASES=sqlite, TEST_POSTGRES_URL, SEED=1, COVERAGE=on, ARGS="-k name")
	@exec bin/test $(ARGS)

coverage:  ## the suite on SQLite, measured: lists what no test goes through, and fails below the floor in pyproject.toml
	@DATABASES=sqlite COVERAGE=on exec bin/test $(ARGS)

bench:     ## the benchmark (SIZES="10000 1000000" DATABASES="postgres sqlite" SCENARIOS=list,detail SECONDS=5 ROUNDS=3)
	@BENCH_SECONDS="$(or $(SECONDS),5)" exec bin/bench

drills:    ## what must hold under attack, with its figures (ONLY=doors or doors.logins, DATABASES="sqlite postgres", PROVE=off)
	@exec bin/drills

fuzz:      ## what the Swagger document promises, tried with made-up requests (EXAMPLES=10, SECONDS=600, SEED=7, DATABASES=sqlite)
	@FUZZ_SECONDS="$(SECONDS)" exec bin/fuzz

machine:   ## whatever clients do, at random, beside a model in memory (SECONDS=3600, SEED=7, STEPS=60, DATABASES=sqlite)
	@MACHINE_SECONDS="$(SECONDS)" exec bin/machine

check:     ## style, format, types, layers, settings, a deployment and migrations (also beside the release before); names the steps that failed
	@exec bin/check

format:    ## put the code into the project's format
	@bin/environment requirements-dev.txt
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

verify:    ## recompute everything that is kept and compare, while the server runs (exits 1 with differences, 2 when it cannot finish)
	@bin/environment requirements.txt
	@exec .venv/bin/python manage.py verify

requirements: ## requirements*.txt from requirements*.in, whole and with digests (UPGRADE=1 for newer versions)
	@exec bin/requirements

audit:     ## known vulnerabilities in what is pinned (exits 1 with one, 2 when it cannot find out)
	@exec bin/audit

clean:     ## remove the environment; what the server keeps (var/) stays
	@rm -rf .venv .venv-audit .venv-bench
