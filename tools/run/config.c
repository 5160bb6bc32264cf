// SPDX-License-Identifier: GPL-2.0
/* What tsec-run left in the environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload.h"
#include "tsec.h"

struct config config;

static const char *value(const char *name)
{
	const char *text = getenv(name);

	return text ? text : "";
}

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/* A list that cannot be read must not leave anything unsecured. */
static void read_ports(void)
{
	static struct ports excluded;
	const char *ports = value(ENV_PORTS);
	const char *no_ports = value(ENV_NO_PORTS);

	if (!*ports || !ports_parse(&config.ports, ports)) {
		ports_parse(&config.ports, "all");
		config.ports.bits[DNS_PORT / 64] &= ~(1ULL << DNS_PORT % 64);
	}
	if (!*no_ports || !ports_parse(&excluded, no_ports))
		return;
	for (size_t i = 0; i < sizeof(excluded.bits) / 8; i++)
		config.ports.bits[i] &= ~excluded.bits[i];
}

/* Numbers that would be plain sockets again are not taken. */
static void read_family(void)
{
	int family = atoi(value(ENV_FAMILY));

	config.family = AF_TSEC;
	if (family > 0 && family != AF_UNIX && family != AF_INET &&
	    family != AF_INET6)
		config.family = family;
}

void config_read(void)
{
	static bool done;

	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	copy(config.profile, sizeof(config.profile), value(ENV_PROFILE));
	copy(config.name, sizeof(config.name), value(ENV_NAME));
	config.listen = *value(ENV_LISTEN);
	config.loopback = *value(ENV_LOOPBACK);
	config.datagrams = *value(ENV_DATAGRAMS);
	config.debug = *value(ENV_DEBUG);
	read_family();
	read_ports();
	__atomic_store_n(&done, true, __ATOMIC_RELEASE);
}
