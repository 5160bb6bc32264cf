/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets as they are on the wire, at a plain UDP socket that stands between
 * two ends and does to them what networks do.
 */
#ifndef TSEC_SELFTEST_WIRE_H
#define TSEC_SELFTEST_WIRE_H

#include "keys.h"

/* Such a socket at a free port of the loopback address. */
int wire_socket(sa_family_t family, union tsec_addr *addr);
/* The next packet that comes; its length. @from may be NULL. */
size_t wire_recv(int fd, void *packet, size_t size, union tsec_addr *from);
void wire_send(int fd, const union tsec_addr *to, const void *packet,
	       size_t len);
/* The next one from one of two that are connected to the other, so often. */
void wire_pass(int from, int to, int times);
/* The next one is lost. */
void wire_lose(int from);
/* The next that comes, soon, is this one; of any socket. */
void expect_raw(int fd, const void *packet, size_t len);
/* No more comes; of any socket. */
void expect_nothing(int fd);

#endif /* TSEC_SELFTEST_WIRE_H */
