/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A raw peer: a plain TCP socket and the same keys, so that it can send any
 * record at all, good or bad, and sees each record that comes.
 */
#ifndef TSEC_SELFTEST_RAW_H
#define TSEC_SELFTEST_RAW_H

#include "keys.h"

enum {
	RAW_CCS		= 20,
	RAW_ALERT	= 21,
	RAW_HANDSHAKE	= 22,
	RAW_DATA	= 23,
	RAW_END		= 0,		/* FIN */
	RAW_RESET	= -1,
	RAW_OVERHEAD	= 5 + 8 + 1 + 16,
	RAW_ROOM	= 5 + 65535,
};

enum { RAW_WARNING = 1, RAW_FATAL = 2 };

enum {
	ALERT_CLOSE_NOTIFY		= 0,
	ALERT_UNEXPECTED_MESSAGE	= 10,
	ALERT_BAD_RECORD_MAC		= 20,
	ALERT_RECORD_OVERFLOW		= 22,
	ALERT_HANDSHAKE_FAILURE		= 40,
	ALERT_CERTIFICATE_REVOKED	= 44,
	ALERT_CERTIFICATE_EXPIRED	= 45,
	ALERT_UNKNOWN_CA		= 48,
	ALERT_DECODE_ERROR		= 50,
	ALERT_ILLEGAL_PARAMETER		= 47,
	ALERT_USER_CANCELED		= 90,
	ALERT_NO_RENEGOTIATION		= 100,
	ALERT_UNKNOWN_PSK_IDENTITY	= 115,
};

struct raw {
	int fd;
	struct kind kind;
	struct key tx;
	struct key rx;
	/* The last record that came. */
	int type;
	size_t len;
	uint8_t data[RAW_ROOM];
};

/* One that is connected to nobody yet. */
struct raw *raw_new(void);
/* Closes its socket, too. */
void raw_free(struct raw *raw);

/*
 * A tsec socket in the role, and a raw peer for it: both ends connected.
 * Returns the tsec socket.
 */
int raw_pair(struct raw *raw, struct link *link, int role);

/* Make a record in out (room for len + pad + RAW_OVERHEAD); its length. */
size_t raw_seal(struct raw *raw, uint8_t *out, int type, const void *data,
		size_t len, size_t pad);
/* Bytes as they are. */
void raw_write(struct raw *raw, const void *data, size_t len);
/* One record. */
void raw_send(struct raw *raw, int type, const void *data, size_t len);
void raw_alert(struct raw *raw, int level, int description);
/* KeyUpdate, and then the next sending key. */
void raw_update(struct raw *raw, int request);

/* The next sending key, without a word. */
void raw_renew_tx(struct raw *raw);

/* Wait for the next record; its type, RAW_END or RAW_RESET. */
int raw_recv(struct raw *raw);
/* The next record is this alert. */
void raw_expect_alert(struct raw *raw, int level, int description);
/* The next record is a KeyUpdate; takes the next receiving key. */
void raw_expect_update(struct raw *raw, int request);
/* Reset the connection. */
void raw_reset(struct raw *raw);

#endif /* TSEC_SELFTEST_RAW_H */
