// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "hex.h"

void hex_read(uint8_t *to, const char *hex, size_t len)
{
	gnutls_datum_t text = { (void *)hex, strlen(hex) };
	size_t size = len;

	if (gnutls_hex_decode(&text, to, &size) < 0 || size != len)
		errx(1, "not %zu bytes of hex: %s", len, hex);
}

bool hex_is(const uint8_t *data, size_t len, const char *hex)
{
	gnutls_datum_t bytes = { (void *)data, len };
	char text[1024];
	size_t size = sizeof(text);

	return !gnutls_hex_encode(&bytes, text, &size) && !strcmp(text, hex);
}
