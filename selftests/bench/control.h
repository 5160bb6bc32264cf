/* SPDX-License-Identifier: GPL-2.0 */
/* Profiles and keys of tsec, by libtsec. */
#ifndef BENCH_CONTROL_H
#define BENCH_CONTROL_H

#include "transport.h"

#define PROFILE_CLIENT		"bench-client"
#define PROFILE_SERVER		"bench-server"
#define SERVER_NAME		"server.bench.example"

/* Open the control plane, or end with EXIT_SKIP. */
void control_open(void);
/* The same where each side is in a namespace of its own, as here this one. */
void control_open_side(enum side side);
/* Profiles whose sessions take keys from control_keys() or its like. */
void control_profiles_manual(const char *cipher);
/* Profiles for handshakes with the credentials in @dir; @resume or not. */
void control_profiles_daemon(const char *dir, bool resume);
/* Keys for one connection between the two profiles. */
void control_keys(void);
/* The same of a protocol over datagrams, by its version. */
void control_keys_datagram(uint16_t version);

#endif /* BENCH_CONTROL_H */
