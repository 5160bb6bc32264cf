// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "ports.h"

void ports_add(struct ports *ports, unsigned int first, unsigned int last)
{
	for (unsigned int port = first; port <= last; port++)
		ports->bits[port / 64] |= 1ULL << (port % 64);
}

/* A port's number, and where the text goes on; NULL if it is none. */
static const char *parse_port(const char *text, unsigned int *port)
{
	unsigned int value = 0;
	const char *c;

	for (c = text; *c >= '0' && *c <= '9' && value <= 65535; c++)
		value = value * 10 + (*c - '0');
	*port = value;
	return c == text || value > 65535 ? NULL : c;
}

bool ports_parse(struct ports *ports, const char *text)
{
	unsigned int first, last;

	memset(ports, 0, sizeof(*ports));
	if (!strcmp(text, "all")) {
		ports_add(ports, 0, 65535);
		return true;
	}
	for (;;) {
		text = parse_port(text, &first);
		last = first;
		if (text && *text == '-')
			text = parse_port(text + 1, &last);
		if (!text || last < first)
			return false;
		ports_add(ports, first, last);
		if (!*text)
			return true;
		if (*text++ != ',')
			return false;
	}
}
