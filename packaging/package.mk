# SPDX-License-Identifier: GPL-2.0-only
# Installing, and what is made for others to install. A part of the Makefile.

BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
VERSION = $(shell sed -n 's/^.define BINDGUARD_VERSION "\(.*\)"$$/\1/p' enforcer/version.h)

INSTALLED_MAN := $(foreach s,5 7 8,$(addprefix man$(s)/,$(notdir $(wildcard docs/*.$(s)))))
UNIT_FILES := $(DESTDIR)$(UNITDIR)/bindguard.service \
	$(DESTDIR)$(DOCDIR)/examples/bindguard.service.d/deny.conf

.PHONY: install
install: $(B)/bindguard ## install below $(DESTDIR)$(PREFIX)
	install -D -m 755 $(B)/bindguard $(DESTDIR)$(SBINDIR)/bindguard
	for page in $(INSTALLED_MAN); do \
		install -D -m 644 docs/$${page#*/} $(DESTDIR)$(MANDIR)/$$page || exit; done
	install -D -m 644 -t $(DESTDIR)$(DOCDIR) docs/events.schema.json docs/report.schema.json \
		docs/TUTORIAL.md docs/FLEET.md docs/SECURITY.md
	install -D -m 644 -t $(DESTDIR)$(DOCDIR)/examples docs/examples/*.conf docs/examples/*.json docs/examples/logrotate
	cp -r docs/examples/ansible docs/examples/fleet docs/examples/kubernetes $(DESTDIR)$(DOCDIR)/examples/
	install -D -m 644 -t $(DESTDIR)$(UNITDIR) docs/systemd/bindguard.service
	install -D -m 644 -t $(DESTDIR)$(CATALOGDIR) docs/systemd/bindguard.catalog
	install -D -m 644 -t $(DESTDIR)$(DOCDIR)/examples/bindguard.service.d docs/systemd/bindguard.service.d/deny.conf
	install -D -m 644 docs/completions/bindguard.bash $(DESTDIR)$(BASHDIR)/bindguard
	install -D -m 644 -t $(DESTDIR)$(ZSHDIR) docs/completions/_bindguard
	install -D -m 644 -t $(DESTDIR)$(FISHDIR) docs/completions/bindguard.fish
	sed -i 's,/usr/local/sbin,$(SBINDIR),' $(UNIT_FILES)
	sed -i 's,/usr/local/share/doc/bindguard,$(DOCDIR),' $(addprefix $(DESTDIR)$(MANDIR)/,$(INSTALLED_MAN))

.PHONY: deb check-deb check-reproducible dist
deb: ## a Debian package of this release, in build/deb; lintian looks at it
	$(Q).ci/deps build package
	$(Q)packaging/deb $(B)/deb

check-deb: ## packages of clean Debian 12 and 13 chroots, installed in VMs (needs root)
	$(Q).ci/deps build vm package
	$(Q)$(MAKE) --no-print-directory all
	$(Q)packaging/check-deb

check-reproducible: ## built twice, elsewhere and at another time, is it the same?
	$(Q).ci/deps build package
	$(Q)packaging/check-reproducible

dist: ## build/bindguard-VERSION.tar.gz, the same bytes from the same commit
	$(Q)mkdir -p $(B)
	$(Q)git archive --format=tar --prefix=bindguard-$(VERSION)/ HEAD | gzip -9n >$(B)/bindguard-$(VERSION).tar.gz
	@echo $(B)/bindguard-$(VERSION).tar.gz

# The same objects, with what takes the place of the two things that cannot be linked in.
REPLACED := $(addprefix $(B)/packaging/static/,passwd.o systemd.o)
$(B)/tests/test_static: $(REPLACED)
STATIC_LIBS = $(shell $(PKG_CONFIG) --static --libs libbpf libelf libconfig json-c libmd libcap-ng libseccomp zlib)
$(B)/static/bindguard: $(POLICY) $(ENFORCER) $(REPLACED)
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -pie,$(LDFLAGS)) -static-pie -Wl,--fatal-warnings -o $@ $^ $(STATIC_LIBS)

.PHONY: static check-static
check-static: all $(B)/static/bindguard ## try it in an empty chroot, and in VMs (needs root)
	$(Q)packaging/check-static

static: $(B)/static/bindguard ## build/static/bindguard, which needs no libraries
