// SPDX-License-Identifier: GPL-2.0
/* Text for people, safely. */
#include <arpa/inet.h>
#include <errno.h>
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

static bool parse_port(const char *text, in_port_t *port)
{
	unsigned long value = 0;
	size_t i;

	for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 5; i++)
		value = 10 * value + (text[i] - '0');
	*port = htons(value);
	return i && !text[i] && value <= UINT16_MAX;
}

/* The address up to @end, without brackets. */
static bool parse_host(const char *text, const char *end,
		       union tsec_addr *addr)
{
	char host[INET6_ADDRSTRLEN];
	size_t len = end - text;

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	memset(addr, 0, sizeof(*addr));
	addr->sa.sa_family = AF_INET;
	if (inet_pton(AF_INET, host, &addr->in.sin_addr) == 1)
		return true;
	addr->sa.sa_family = AF_INET6;
	return inet_pton(AF_INET6, host, &addr->in6.sin6_addr) == 1;
}

int tsec_parse_addr(const char *text, union tsec_addr *addr)
{
	const char *end = strchr(text, ']'), *colon = strchr(text, ':');
	bool bracket = *text == '[';

	if (bracket != !!end)
		return -EINVAL;
	if (bracket)
		colon = end[1] ? end + 1 : NULL;
	else if (colon && strchr(colon + 1, ':'))
		colon = NULL;	/* of IPv6 itself */
	if (!end)
		end = colon ? colon : text + strlen(text);
	if (!parse_host(text + bracket, end, addr) ||
	    (bracket && addr->sa.sa_family != AF_INET6))
		return -EINVAL;
	/* It has the same place in both families. */
	if (colon && (*colon != ':' || !parse_port(colon + 1,
						   &addr->in.sin_port)))
		return -EINVAL;
	return 0;
}

static const char base64[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Three bytes are four letters; the last two bytes are three of them. */
void tsec_pubkey_text(const uint8_t pubkey[TSEC_PUBKEY_LEN],
		      char text[TSEC_PUBKEY_TEXT])
{
	for (int i = 0; i < TSEC_PUBKEY_TEXT - 2; i++) {
		int bit = 6 * i, at = bit / 8;
		unsigned int two = pubkey[at] << 8;

		if (at + 1 < TSEC_PUBKEY_LEN)
			two |= pubkey[at + 1];
		text[i] = base64[two >> (10 - bit % 8) & 63];
	}
	text[TSEC_PUBKEY_TEXT - 2] = '=';
	text[TSEC_PUBKEY_TEXT - 1] = '\0';
}

int tsec_parse_pubkey(const char *text, uint8_t pubkey[TSEC_PUBKEY_LEN])
{
	char again[TSEC_PUBKEY_TEXT];
	unsigned int bits = 0;
	const char *letter;

	if (strlen(text) != TSEC_PUBKEY_TEXT - 1)
		return -EINVAL;
	for (int i = 0; i < TSEC_PUBKEY_TEXT - 2; i++) {
		letter = strchr(base64, text[i]);
		if (!letter)
			return -EINVAL;
		bits = bits << 6 | (letter - base64);
		/* With the second letter of four, a byte is whole. */
		if (i % 4)
			pubkey[i * 3 / 4] = bits >> (6 - 2 * (i % 4));
	}
	/* It has no bits but these. */
	tsec_pubkey_text(pubkey, again);
	return strcmp(text, again) ? -EINVAL : 0;
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
