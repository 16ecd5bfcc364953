# SPDX-License-Identifier: GPL-2.0-only
# "make ARCH=arm64" builds in build/arm64 for that architecture of Debian's, against the libraries that
# ".ci/deps cross" has unpacked. CROSS_COMPILE=aarch64-linux-gnu- alone says the same.

.DEFAULT_GOAL := all

MACHINES := x86_64:amd64:x86 aarch64:arm64:arm64 # uname -m, Debian's name, libbpf's
# The names of the machine of which $(1) is one.
names = $(subst :, ,$(filter $(1):% %:$(1):% %:$(1),$(MACHINES)))

MACHINE := $(shell uname -m)
NATIVE := $(or $(call names,$(MACHINE)),$(MACHINE) $(MACHINE) $(MACHINE))
TARGET := $(or $(call names,$(or $(ARCH),$(firstword $(subst -, ,$(CROSS_COMPILE))))),$(if \
	$(ARCH)$(CROSS_COMPILE),$(error $(ARCH)$(CROSS_COMPILE): unknown, expected amd64 or arm64)),$(NATIVE))
FOREIGN := $(filter-out $(word 2,$(NATIVE)),$(word 2,$(TARGET)))

ifneq ($(FOREIGN),)
TRIPLET := $(firstword $(TARGET))-linux-gnu
CROSS_COMPILE ?= $(TRIPLET)-
SYSROOT ?= $(or $(BINDGUARD_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/bindguard)/sysroot-$(FOREIGN)
ifneq ($(origin CC),command line)
CC := $(CROSS_COMPILE)gcc --sysroot=$(SYSROOT)
endif
ifeq ($(wildcard $(SYSROOT)/packages),)
$(error no libraries of $(FOREIGN) in $(SYSROOT): run .ci/deps cross)
endif
ifneq ($(origin PKG_CONFIG),command line)
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(TRIPLET)/pkgconfig pkg-config
endif
endif

.PHONY: check-arm64
check-arm64: ## selftests on arm64 kernels, emulated (an hour and more)
	$(Q).ci/deps vm cross
	$(Q)tests/run arm64-all
