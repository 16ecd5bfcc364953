# SPDX-License-Identifier: GPL-2.0-only
# What `bindguard vmtest` needs beside the program. A part of the Makefile.

# The program looks for it in ../libexec from where it is itself.
LIBEXECDIR ?= $(PREFIX)/libexec

VMTEST_PROGRAMS := $(addprefix selftests-vm/,vmtest image kernels)
VMTEST_FILES := $(addprefix selftests-vm/,apt.sh machine.sh qemu.sh report.sh anykernel.sh junit.awk)
VMTEST_GUEST := $(addprefix selftests-vm/guest/,init vmtest lib.sh binds.sh binds-netns binds.awk)

.PHONY: install-vmtest
install: install-vmtest
install-vmtest: $(B)/binder
	install -d $(DESTDIR)$(LIBEXECDIR)/bindguard/guest $(DESTDIR)$(DOCDIR)/examples
	install -m 755 $(VMTEST_PROGRAMS) $(B)/binder $(DESTDIR)$(LIBEXECDIR)/bindguard/
	install -m 644 $(VMTEST_FILES) $(DESTDIR)$(LIBEXECDIR)/bindguard/
	install -m 644 $(VMTEST_GUEST) $(DESTDIR)$(LIBEXECDIR)/bindguard/guest/
	cp -r docs/examples/ci $(DESTDIR)$(DOCDIR)/examples/

.PHONY: check-ci-examples
check-ci-examples: all ## run the steps of docs/examples/ci as they stand (minutes; installs packages)
	$(Q)tests/ci-examples
