// SPDX-License-Identifier: GPL-2.0
/* Text for people, safely. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "tsec.h"

static void scope_text(char *text, size_t size, uint32_t scope)
{
	if (scope)
		snprintf(text, size, "%%%u", scope);
	else
		text[0] = '\0';
}

const char *tsec_addr_text(const union tsec_addr *addr,
			   char text[TSEC_ADDR_TEXT])
{
	char host[INET6_ADDRSTRLEN];
	char scope[12];

	switch (addr->sa.sa_family) {
	case AF_INET:
		inet_ntop(AF_INET, &addr->in.sin_addr, host, sizeof(host));
		snprintf(text, TSEC_ADDR_TEXT, "%s:%u", host,
			 ntohs(addr->in.sin_port));
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &addr->in6.sin6_addr, host, sizeof(host));
		scope_text(scope, sizeof(scope), addr->in6.sin6_scope_id);
		snprintf(text, TSEC_ADDR_TEXT, "[%s%s]:%u", host, scope,
			 ntohs(addr->in6.sin6_port));
		break;
	default:
		snprintf(text, TSEC_ADDR_TEXT, "*");
	}
	return text;
}

/* The second and further bytes of a UTF-8 character are 10xxxxxx. */
static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

bool tsec_copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);
	bool fits = len < size;

	if (!fits) {
		len = size - 1;
		while (len && continues(from[len]))
			len--;
	}
	memcpy(to, from, len);
	memset(to + len, 0, size - len);
	return fits;
}

char *tsec_printable(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
	return text;
}
