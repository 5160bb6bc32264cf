/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of port numbers: "443,8000-8999" or "all". */
#ifndef TSEC_RUN_PORTS_H
#define TSEC_RUN_PORTS_H

#include <stdbool.h>
#include <stdint.h>

struct ports {
	uint64_t bits[65536 / 64];
};

/* Replace a set; false, and the set is not to be used, for a bad list. */
bool ports_parse(struct ports *ports, const char *text);
void ports_add(struct ports *ports, unsigned int first, unsigned int last);

static inline bool ports_has(const struct ports *ports, uint16_t port)
{
	return ports->bits[port / 64] >> (port % 64) & 1;
}

#endif /* TSEC_RUN_PORTS_H */
