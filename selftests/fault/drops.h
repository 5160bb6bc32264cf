/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Datagrams that chance makes, and the count of those that are dropped.
 */
#ifndef TSEC_FAULT_DROPS_H
#define TSEC_FAULT_DROPS_H

#include "keys.h"

/* How many datagrams, or records in them, were dropped, for any reason. */
uint64_t dropped(void);

/* From here on the same numbers for the same seed, which is not 0. */
void random_seed(uint32_t seed);
uint32_t random_below(uint32_t n);

/* A plain UDP socket at a free port, with room for much. */
int plain_socket(sa_family_t family, union tsec_addr *addr);

#endif /* TSEC_FAULT_DROPS_H */
