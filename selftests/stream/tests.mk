# SPDX-License-Identifier: GPL-2.0
#
# How selftests of sockets are built, for the Makefile of a folder with them: a
# program of each NAME_test.c, and of what it needs of OBJS and LIBS.

CC ?= cc
CFLAGS ?= -O2 -g
CFLAGS += -std=c11 -Wall -Wextra -Werror
CPPFLAGS += -D_GNU_SOURCE -I../../uapi -I../../tools/lib
ifeq ($(SAN),1)
CFLAGS += -fsanitize=address,undefined -fno-omit-frame-pointer
endif

LIB := ../../tools/lib/libtsec.a
TESTS := $(patsubst %.c,%,$(wildcard *_test.c))

all: $(TESTS)

# From an archive, so that only who has a raw peer needs its library.
$(TESTS): %: %.o common.a $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< common.a $(LIB) -lmnl \
		-Wl,--as-needed $(LIBS) -lpthread

common.a: $(OBJS)
	rm -f $@
	$(AR) rcs $@ $(OBJS)

# Objects of another build (SAN=1, another compiler) are not mixed in.
.flags: FORCE
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CPPFLAGS) $(CFLAGS)' >$@

$(OBJS) $(TESTS:=.o): .flags $(wildcard *.h ../stream/*.h) \
	../../tools/lib/tsec.h ../../uapi/linux/tsec.h

$(LIB): FORCE
	$(MAKE) -C ../../tools/lib

# They need the module, so they run in the test machine.
check install: all

clean:
	rm -f .flags common.a $(OBJS) $(TESTS:=.o) $(TESTS)

.PHONY: all check install clean FORCE
