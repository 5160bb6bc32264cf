/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two namespaces with a link between them, for the transports that a whole
 * machine has, IPsec and WireGuard below plain sockets, and for what is
 * compared with them.  Both end with the process.
 */
#ifndef BENCH_NETWORK_H
#define BENCH_NETWORK_H

#include "transport.h"

/* Where each side is, on that link. */
#define NETWORK_CLIENT	"192.0.2.1"
#define NETWORK_SERVER	"192.0.2.2"
/* Inside of a tunnel that goes over it. */
#define NETWORK_INNER_CLIENT "198.51.100.1"
#define NETWORK_INNER_SERVER "198.51.100.2"

/* Make them; ends with EXIT_SKIP where that cannot be done. */
void network_make(void);
/* The same, with what tsec sockets need there: control.h. */
void network_make_tsec(const char *cipher);
/* Be on that side, with whatever is opened and run from now on. */
void network_enter(enum side side);
/* Run a command of the shell there, or end with EXIT_SKIP. */
__attribute__((format(printf, 2, 3)))
void network_run(enum side side, const char *format, ...);
const char *network_name(enum side side);
in_addr_t network_address(enum side side);
/* Where it is inside of a tunnel, if there is one. */
const char *network_inner_name(enum side side);
in_addr_t network_inner_address(enum side side);
/* A UDP socket on that side. */
int network_socket(enum side side);
/* One of tsec, with the profile of that side. */
int network_socket_tsec(enum side side, int protocol);

#endif /* BENCH_NETWORK_H */
