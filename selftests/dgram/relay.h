/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A relay on another host: a network namespace with a link to this one, for
 * protocols whose port is not the program's to choose.
 *
 * Here the link has the addresses 192.0.2.1 and .2, 2001:db8::1 and ::2; there
 * it has .9 and .10, ::9 and ::a.
 */
#ifndef TSEC_SELFTEST_RELAY_H
#define TSEC_SELFTEST_RELAY_H

#include "keys.h"

enum relay_host {
	HOST_A		= 1,		/* here */
	HOST_B		= 2,
	HOST_RELAY	= 9,		/* there */
	HOST_STRANGER	= 10,
};

struct relay {
	int home;			/* this namespace */
	int away;			/* the other one */
	char link[16];
};

void relay_make(struct relay *relay);
/* Takes the link away; also of a relay that was not made (-1, -1). */
void relay_end(struct relay *relay);
void relay_addr(union tsec_addr *addr, sa_family_t family,
		enum relay_host host, int port);
/* A plain UDP socket over there. */
int relay_socket(const struct relay *relay, const union tsec_addr *addr);

#endif /* TSEC_SELFTEST_RELAY_H */
