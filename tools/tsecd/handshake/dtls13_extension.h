/* SPDX-License-Identifier: GPL-2.0 */
/* Extensions of the messages of TLS 1.3 (RFC 8446 section 4.2). */
#ifndef TSECD_DTLS13_EXTENSION_H
#define TSECD_DTLS13_EXTENSION_H

#include "wire.h"

/* Those that mean something here; a bit for each in struct dtls13_extensions */
enum dtls13_extension {
	DTLS13_SERVER_NAME,
	DTLS13_SUPPORTED_GROUPS,
	DTLS13_SIGNATURE_ALGORITHMS,
	DTLS13_ALPN,
	DTLS13_SUPPORTED_VERSIONS,
	DTLS13_COOKIE,
	DTLS13_PSK_MODES,
	DTLS13_KEY_SHARE,
	DTLS13_CONNECTION_ID, /* RFC 9146 section 3 */
	DTLS13_RRC, /* RFC 9853 section 3 */
	DTLS13_PRE_SHARED_KEY,
	__DTLS13_EXTENSIONS
};

#define DTLS13_BIT(extension) (1U << (extension))

struct dtls13_extensions {
	uint32_t seen; /* DTLS13_BIT() of each that is there */
	bool others; /* there are some that mean nothing here */
	enum dtls13_extension last; /* of those that are known */
	bool last_known; /* the very last one is @last */
	struct wire_reader value[__DTLS13_EXTENSIONS];
};

/* Reads the vector of extensions; 0 or the alert that it deserves. */
int dtls13_extensions_read(struct wire_reader *reader,
			   struct dtls13_extensions *extensions);

/* What an answer may have in it: 0 or the alert for one not asked for. */
int dtls13_extensions_within(const struct dtls13_extensions *extensions,
			     uint32_t allowed);

static inline bool dtls13_has(const struct dtls13_extensions *extensions,
			      enum dtls13_extension extension)
{
	return extensions->seen & DTLS13_BIT(extension);
}

/* Begins an extension, its number and length; wire_end(, , 2) ends it. */
size_t dtls13_extension_begin(struct wire_writer *writer,
			      enum dtls13_extension extension);

#endif /* TSECD_DTLS13_EXTENSION_H */
