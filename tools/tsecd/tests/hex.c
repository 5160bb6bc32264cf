// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "hex.h"

size_t unhex(const char *text, uint8_t *data, size_t size)
{
	gnutls_datum_t hex = { (void *)text, strlen(text) };

	if (gnutls_hex_decode(&hex, data, &size) < 0)
		errx(1, "not the hexadecimal bytes awaited: %s", text);
	return size;
}

bool is_hex(const void *data, size_t len, const char *text)
{
	uint8_t expected[8192];

	return unhex(text, expected, sizeof(expected)) == len &&
	       !memcmp(data, expected, len);
}

void hex_read(uint8_t *to, const char *hex, size_t len)
{
	size_t size = unhex(hex, to, len);

	if (size != len)
		errx(1, "not %zu bytes but %zu: %s", len, size, hex);
}
