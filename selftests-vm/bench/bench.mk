# SPDX-License-Identifier: GPL-2.0-only
# What counts the instructions of a bind. A part of the Makefile.

STATIC_BENCH := $(addprefix $(B)/,bindbench waitbench mkpolicy landlock)
$(STATIC_BENCH): $(B)/%: selftests-vm/bench/%.c

$(B)/emptyhook $(B)/mapbytes: $(B)/%: $(B)/selftests-vm/bench/%.o
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: bench-programs bench bench-check bench-peers bench-doc
bench-programs: all $(STATIC_BENCH) $(B)/emptyhook $(B)/mapbytes

bench: ## instructions of a bind, counted in a VM: BENCH="-k 7.2 basics", BENCH_JSON=FILE
	$(Q).ci/deps build vm bench
	$(Q)$(MAKE) --no-print-directory bench-programs
	$(Q)selftests-vm/bench/run $(BENCH)

bench-check: ## is a bind slower than selftests-vm/bench/baseline.json says?
	$(Q)BENCH_JSON=$(B)/bench/fresh.json $(MAKE) --no-print-directory bench BENCH=
	$(Q)selftests-vm/bench/check selftests-vm/bench/baseline.json $(B)/bench/fresh.json

bench-peers: ## the same of other tools: bindsnoop, bpftrace, systemd, Landlock (needs root)
	$(Q).ci/deps peers
	$(Q)$(MAKE) --no-print-directory bench BENCH=peers

BENCH_RUNS = '' peers '-k 5.10 basics events' '-k 7.3 basics events'
bench-doc: bench-programs ## measure all of it, for the tables of docs/BENCHMARKS.md
	$(Q)for run in $(BENCH_RUNS); do selftests-vm/bench/run $$run || exit; done
	$(Q)selftests-vm/bench/print --into docs/BENCHMARKS.md \
		$(addprefix $(B)/bench/,6.12.json 6.12-peers.json 5.10-basics-events.json 7.3-basics-events.json)
