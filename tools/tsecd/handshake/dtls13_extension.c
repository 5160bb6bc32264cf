// SPDX-License-Identifier: GPL-2.0
#include <gnutls/gnutls.h>
#include <string.h>

#include "dtls13_extension.h"

static const uint16_t numbers[__DTLS13_EXTENSIONS] = {
	[DTLS13_SERVER_NAME] = 0,
	[DTLS13_SUPPORTED_GROUPS] = 10,
	[DTLS13_SIGNATURE_ALGORITHMS] = 13,
	[DTLS13_ALPN] = 16,
	[DTLS13_PRE_SHARED_KEY] = 41,
	[DTLS13_SUPPORTED_VERSIONS] = 43,
	[DTLS13_COOKIE] = 44,
	[DTLS13_PSK_MODES] = 45,
	[DTLS13_KEY_SHARE] = 51,
	[DTLS13_CONNECTION_ID] = 54,
	[DTLS13_RRC] = 61,
};

static enum dtls13_extension find(uint16_t number)
{
	enum dtls13_extension i = 0;

	while (i < __DTLS13_EXTENSIONS && numbers[i] != number)
		i++;
	return i;
}

static int take(struct dtls13_extensions *extensions, uint16_t number,
		struct wire_reader value)
{
	enum dtls13_extension i = find(number);

	extensions->last_known = i < __DTLS13_EXTENSIONS;
	if (!extensions->last_known) {
		extensions->others = true;
		return 0;
	}
	if (extensions->seen & DTLS13_BIT(i))
		return GNUTLS_A_ILLEGAL_PARAMETER;
	extensions->seen |= DTLS13_BIT(i);
	extensions->value[i] = value;
	extensions->last = i;
	return 0;
}

int dtls13_extensions_read(struct wire_reader *reader,
			   struct dtls13_extensions *extensions)
{
	struct wire_reader list = wire_get_vector(reader, 2);
	int alert = 0;

	memset(extensions, 0, sizeof(*extensions));
	while (!alert && list.left && !list.bad) {
		uint16_t number = wire_get(&list, 2);
		struct wire_reader value = wire_get_vector(&list, 2);

		if (!list.bad)
			alert = take(extensions, number, value);
	}
	if (reader->bad || list.bad)
		return GNUTLS_A_DECODE_ERROR;
	return alert;
}

int dtls13_extensions_within(const struct dtls13_extensions *extensions,
			     uint32_t allowed)
{
	return extensions->others || (extensions->seen & ~allowed) ?
		       GNUTLS_A_UNSUPPORTED_EXTENSION : 0;
}

size_t dtls13_extension_begin(struct wire_writer *writer,
			      enum dtls13_extension extension)
{
	wire_put(writer, numbers[extension], 2);
	return wire_begin(writer, 2);
}
