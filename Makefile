# SPDX-License-Identifier: GPL-2.0
#
# tsec: secure transport sockets. "make help" lists the targets.
#
# The kernel's own build reads Kbuild, not this file.

VERSION	:= $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' module/dkms.conf)

KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build
PREFIX	?= /usr
SYSCONFDIR ?= /etc
# Where the module goes, below /lib/modules/KVER
MODDIR	?= updates

SRCDIR	 = $(DESTDIR)/usr/src/tsec-$(VERSION)
MANDIR	 = $(DESTDIR)$(PREFIX)/share/man
DOCDIR	 = $(DESTDIR)$(PREFIX)/share/doc/tsec
UNIT	 = $(DESTDIR)$(PREFIX)/lib/systemd/system/tsecd.service
SYSUSERS = $(DESTDIR)$(PREFIX)/lib/sysusers.d/tsec.conf

# The library first: the others link it.
TOOLS	:= lib tsec run tsecd
MANUALS	:= $(sort $(wildcard Documentation/man/*.[1-9]))
PAPERS	:= $(sort $(wildcard Documentation/*.rst Documentation/*/*.rst))
KERNEL	 = $(MAKE) -C $(KDIR) M=$(CURDIR)
PATHS	 = PREFIX=$(PREFIX) SYSCONFDIR=$(SYSCONFDIR) VERSION=$(VERSION)
# What the kernel calls itself; Debian's headers answer "kernelrelease" differently.
RELEASE	 = $(shell sed -n 's/.define UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)

all: module tools

define HELP
See it:
  demo             show everything in a test machine; installs what it needs
Build and install (root; needs the headers of the kernel):
  packages         install the Debian packages that building needs
  all              the module and the tools (this is the default)
  module           only tsec.ko                KVER=$(KVER)
                                               KDIR=$(KDIR)
  tools            only tsec, tsecd, tsec run
  install          everything below; DESTDIR=, PREFIX=$(PREFIX), SYSCONFDIR=$(SYSCONFDIR)
  modules_install  only tsec.ko, to /lib/modules/KVER/$(MODDIR)
  tools_install    only tools, header, manuals, unit; what distributions pack
  headers_install  only <linux/tsec.h>
  man_install      only the manuals and Documentation
  uninstall        take all of it away; the configuration stays
  dkms_source      only put the source into /usr/src/tsec-$(VERSION)
  dkms_install     the same, and let DKMS build it, now and for new kernels
  dkms_uninstall   take it back from DKMS
Test:
  check            all tests, in test machines; installs what it needs
                   SUITES="stream kunit" KERNELS="uml host" select,
                   STRICT=1 counts what cannot run as failed
  lint             style and static checks of all sources
  bench            measure
Tidy up:
  clean            remove what building left
  distclean        and the results of tests
  help             this text
endef
export HELP

help:
	@echo "$$HELP"

# --- build

module: headers
	$(KERNEL) modules

headers:
	@test -e $(KDIR)/Makefile || { echo "There are no kernel headers in\
		$(KDIR): apt-get install linux-headers-$(KVER), or name others\
		with KVER= or KDIR=." >&2; exit 1; }

tools:
	+@set -e; for tool in $(TOOLS); do \
		$(MAKE) -C tools/$$tool $(PATHS) all; done

packages:
	selftests/setup build

# --- install

install: modules_install tools_install

modules_install: module
	$(KERNEL) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=$(MODDIR) \
		modules_install
	test -n "$(DESTDIR)" || depmod -a $(RELEASE)

tools_install: tools headers_install man_install
	+@set -e; for tool in $(TOOLS); do \
		$(MAKE) -C tools/$$tool $(PATHS) DESTDIR=$(DESTDIR) install; done
	sed -i 's,/usr/sbin/tsecd,$(PREFIX)/sbin/tsecd,' $(UNIT)
	install -D -m 644 tools/sysusers.conf $(SYSUSERS)
	install -d $(DESTDIR)$(SYSCONFDIR)/tsec
	@test -n "$(DESTDIR)" || selftests/setup user

headers_install:
	install -D -m 644 uapi/linux/tsec.h \
		$(DESTDIR)$(PREFIX)/include/linux/tsec.h

man_install:
	@set -e; for page in $(MANUALS); do \
		install -D -m 644 $$page \
			$(MANDIR)/man$${page##*.}/$${page##*/}; done
	@set -e; for paper in README $(PAPERS:Documentation/%=%); do \
		file=Documentation/$$paper; test -e $$file || file=$$paper; \
		install -D -m 644 $$file $(DOCDIR)/$$paper; done

# The source where DKMS looks for it; "dkms install" is left to dkms_install.
dkms_source:
	rm -rf $(SRCDIR)
	install -d $(SRCDIR)
	cp module/dkms.conf Kbuild COPYING $(SRCDIR)/
	tar -c --exclude='*.o' --exclude='.*' --exclude=tests \
		--exclude=dkms.conf module uapi | \
		tar -x --no-same-owner -C $(SRCDIR)

dkms_install: dkms_source
	dkms add -m tsec -v $(VERSION)
	dkms install -m tsec -v $(VERSION) -k $(KVER)

dkms_uninstall:
	-dkms remove -m tsec -v $(VERSION) --all
	rm -rf $(SRCDIR)

uninstall:
	rm -f $(DESTDIR)/lib/modules/$(RELEASE)/$(MODDIR)/tsec.ko*
	rm -f $(DESTDIR)$(PREFIX)/sbin/tsec $(DESTDIR)$(PREFIX)/sbin/tsecd
	rm -rf $(DESTDIR)$(PREFIX)/libexec/tsec $(DESTDIR)$(PREFIX)/lib/tsec
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tsec
	rm -f $(DESTDIR)$(PREFIX)/include/linux/tsec.h $(UNIT) $(SYSUSERS)
	for page in $(MANUALS); do \
		rm -f $(MANDIR)/man$${page##*.}/$${page##*/}; done
	rm -rf $(DOCDIR)
	test -n "$(DESTDIR)" || depmod -a $(RELEASE)
	@echo "The configuration in $(DESTDIR)$(SYSCONFDIR)/tsec is left."

# --- show and test

demo:
	@selftests/setup demo
	@selftests/demo/demo

check:
	@selftests/setup check
	@selftests/check $(if $(STRICT),--strict) \
		$(if $(KERNELS),--kernels "$(KERNELS)") $(SUITES)

lint:
	@selftests/setup lint
	@selftests/lint/run

bench:
	@selftests/setup check
	@selftests/bench/bench --out selftests/results $(BENCH)

# --- tidy up

# What kbuild leaves, found without the headers that it was built with.
clean:
	+@set -e; for tool in $(TOOLS); do \
		$(MAKE) -s -C tools/$$tool clean; done
	find . -path ./selftests/results -prune -o \( -name '*.ko' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '.*.cmd' -o -name '.*.d' -o -name '*.o' \
		-o -name modules.order -o -name Module.symvers \
		-o -name .module-common.o \) -exec rm -f {} +

distclean: clean
	rm -rf selftests/results
	find . -name __pycache__ -exec rm -rf {} +
	+@set -e; for makefile in selftests/*/Makefile; do \
		$(MAKE) -s -C $${makefile%/*} clean; done

.PHONY: all help module headers tools packages install modules_install \
	tools_install headers_install man_install dkms_source dkms_install \
	dkms_uninstall uninstall demo check lint bench clean distclean
