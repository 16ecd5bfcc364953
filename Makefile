# SPDX-License-Identifier: GPL-2.0-only
# bindguard. "make help" lists the targets; docs/HACKING.md describes the house.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/bindguard
UNITDIR ?= $(PREFIX)/lib/systemd/system
CATALOGDIR ?= $(PREFIX)/lib/systemd/catalog

CC ?= cc
CLANG ?= clang
LLVM_STRIP ?= llvm-strip
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config

# Another architecture, or SAN=1 with sanitizers, is built in a folder of its own.
include .ci/cross.mk
B := build$(addprefix /,$(FOREIGN))$(if $(SAN),/san)
export BUILD := $(B)

comma := ,

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wvla -Wundef -Wwrite-strings -Wpointer-arith
SANITIZE := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
HARDENING := -fstack-protector-strong -fPIE $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
# Where it is built is not in what is built.
HERE := -ffile-prefix-map=$(CURDIR)=.
override CFLAGS += $(HERE) -std=gnu11 $(WARNINGS) $(HARDENING) $(SANITIZE)
override CPPFLAGS += -D_GNU_SOURCE -I. -I$(B)
override LDFLAGS += -pie -Wl,-z,relro,-z,now $(SANITIZE)
LIBS := $(shell $(PKG_CONFIG) --libs libbpf libconfig json-c libmd libcap-ng libseccomp libsystemd 2>/dev/null || echo -lbpf -lconfig -ljson-c -lmd -lcap-ng -lseccomp -lsystemd) -lelf -lz

# Debian keeps asm/types.h where clang -target bpf does not look for it. Blocks stay in the order of the
# source: the verifiers of 5.10 and 6.1 refuse a loop whose end is placed before its beginning.
BPF_CFLAGS := $(HERE) -mllvm -disable-block-placement -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter \
	-D__TARGET_ARCH_$(lastword $(TARGET)) \
	-idirafter /usr/include/$(shell uname -m)-linux-gnu

POLICY := $(patsubst %.c,$(B)/%.o,$(wildcard policy/*.c))
ENFORCER := $(patsubst %.c,$(B)/%.o,$(wildcard enforcer/*.c enforcer/*/*.c))
UNITS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/test_*.c))
SUPPORT := $(patsubst %.c,$(B)/%.o,$(filter-out tests/test_% tests/fuzz_% %.bpf.c,$(wildcard tests/*.c)))
FUZZERS := $(patsubst tests/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz_*.c))
FUZZED := $(patsubst %.c,$(B)/fuzz/%.o,$(wildcard policy/*.c) tests/generator.c tests/naive.c \
	$(addprefix enforcer/logs/,bindtext.c jsonread.c records.c subject.c))
FUZZ_CFLAGS := -O1 -g -std=gnu11 $(WARNINGS) -fno-omit-frame-pointer -fno-sanitize-recover=all

ifneq ($(V),1)
Q := @
say = @printf '  %-8s%s\n' $(1) $(patsubst $(B)/%,%,$@)
endif

.PHONY: all
all: $(B)/bindguard $(addprefix $(B)/,binder pinmap rewriter sharer) ## build the program and the guests' helpers

$(B)/bindguard: $(POLICY) $(ENFORCER)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: %.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

BPF := $(addprefix $(B)/,bindguard.bpf.o old.bpf.o gates.bpf.o guard.bpf.o scan.bpf.o)
$(BPF): $(B)/%.bpf.o: bpf/%.bpf.c
$(B)/evaluate.bpf.o: tests/evaluate.bpf.c
$(BPF) $(B)/evaluate.bpf.o:
	$(call say,BPF)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $@.full $<
	$(Q)$(LLVM_STRIP) -g -o $@ $@.full

$(B)/%.skel.h: $(B)/%.bpf.o
	$(call say,SKEL)
	$(Q)$(BPFTOOL) gen skeleton $< name $* >$@.new && mv $@.new $@

$(addprefix $(B)/enforcer/watch/,programs.o session.o attach.o configure.o): $(B)/bindguard.skel.h
$(B)/enforcer/watch/programs.o: $(B)/old.skel.h
$(B)/enforcer/pins/gate.o: $(B)/gates.skel.h
$(B)/enforcer/pins/guard.o: $(B)/guard.skel.h
$(B)/enforcer/sockets/sockets.o: $(B)/scan.skel.h
$(B)/tests/test_kernel.o: $(B)/evaluate.skel.h

# Run in guests that have no libraries.
include selftests-vm/bench/bench.mk selftests-vm/vmtest.mk packaging/package.mk
GUEST := $(addprefix $(B)/,pinmap rewriter sharer)
$(GUEST): $(B)/%: selftests-vm/%.c
$(B)/binder: $(wildcard selftests-vm/binder/*.c) selftests-vm/binder/binder.h
$(B)/binder $(GUEST) $(STATIC_BENCH):
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 -std=gnu11 $(WARNINGS) -static -pthread -o $@ $(filter %.c,$^)

# What the next version could be, for upgrades.
$(B)/bindguard-next: $(B)/bindguard selftests-vm/next
	$(call say,NEXT)
	+$(Q)selftests-vm/next $@

$(B)/tests/test_%: $(B)/tests/test_%.o $(SUPPORT) $(POLICY) $(filter-out %/main.o,$(ENFORCER))
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# Its memory is out when it says so.
WRAPPED := malloc calloc realloc reallocarray strdup strndup realpath open_memstream tsearch \
	vasprintf asprintf __vasprintf_chk __asprintf_chk
$(B)/tests/test_exhausted: override LDFLAGS += $(addprefix -Wl$(comma)--wrap=,$(WRAPPED))

$(B)/fuzz/%.o: %.c
	$(call say,FUZZ)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c -o $@ $<

$(B)/fuzz/fuzz_%: $(B)/fuzz/tests/fuzz_%.o $(FUZZED)
	$(call say,LINK)
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)

.SECONDARY:
-include $(shell find $(B) -name '*.d' -type f 2>/dev/null)

.PHONY: deps deps-check
deps: ## install what is missing to build (Debian; needs root)
	$(Q).ci/deps build
deps-check:
	$(Q).ci/deps build check

# Each line of recipe calls make anew, so that what was just installed is found.
.PHONY: run check check-unit check-vm units fuzz fuzzers guests
run: deps ## see it work: audit a few binds, here or in a VM
	$(Q)$(MAKE) --no-print-directory all
	$(Q)selftests-vm/demo

check: deps-check ## every test: lint, unit tests, proofs, fuzzing, selftests on real kernels
	$(Q)tests/run lint unit prove fuzz vm arm64

check-unit: ## unit tests only: no root, no VM
	$(Q)tests/run unit

check-vm: ## selftests on real kernels only
	$(Q)tests/run vm

fuzz: ## fuzz each target for FUZZ_SECONDS=600
	$(Q)tests/fuzz $(or $(FUZZ_SECONDS),600)

.PHONY: check-fleet
check-fleet: deps-check ## docs/examples for many hosts, run with the programs that they are for
	$(Q).ci/deps fleet
	$(Q)tests/run fleet

units: $(UNITS)
fuzzers: $(FUZZERS)
guests: all $(B)/bindguard-next

.PHONY: prove
prove: deps-check ## prove what tests/proof says, and that the proofs can fail
	$(Q)tests/run prove
	$(Q)tests/prove --mutants

.PHONY: lint
lint: ## formatting, shell scripts, include direction, static analysis
	$(Q)tests/lint

.PHONY: check-debian13
check-debian13: ## build and unit tests in a Debian 13 chroot (needs root)
	$(Q)tests/debian13

.PHONY: clean
clean: ## remove what was built
	rm -rf build

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.* ## /\1\t/p' $(filter %Makefile %.mk,$(MAKEFILE_LIST)) | expand -t 20
