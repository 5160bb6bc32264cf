/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every handshake protocol offers to the workers.
 *
 * A protocol is one row in the table of handshake.c.  It reads and writes the
 * handshake channel, never waits, knows nothing of netlink or of the event
 * loop, and hands over keys and the outcome in the end.
 */
#ifndef TSECD_HANDSHAKE_H
#define TSECD_HANDSHAKE_H

#include <stdbool.h>

#include <tsec.h>

#include "../reason.h"

/* What step() asks for; a failure is a negative errno, the reason set. */
enum handshake_want {
	HANDSHAKE_OVER = 0, /* done: hand over */
	HANDSHAKE_JOINS, /* done: the keys are for another session, open */
	HANDSHAKE_WANT_READ,
	HANDSHAKE_WANT_WRITE,
};

#define HANDSHAKE_STAYS UINT32_MAX

struct handshake_ops;

struct handshake {
	const struct handshake_ops *ops;
	uint32_t session;
	uint8_t role;
	int fd; /* the handshake channel, owned by the caller */
	char profile[TSEC_PROFILE_NAME_MAX + 1];
	char peer_name[TSEC_PEER_NAME_MAX + 1];
	union tsec_addr remote;
	struct reason reason;
	void *state; /* the protocol's own */
};

/* What a handshake has agreed on.  Holds secrets: see outcome_wipe(). */
struct outcome {
	struct tsec_handshake_info done;
	struct tsec_key_info key[__TSEC_DIR_MAX];
	uint8_t secret[__TSEC_DIR_MAX][TSEC_SECRET_MAX];
	uint8_t iv[__TSEC_DIR_MAX][TSEC_IV_MAX];
	uint8_t cid[__TSEC_DIR_MAX][TSEC_CID_MAX];
	uint8_t exporter[TSEC_SECRET_MAX];
	uint8_t *peer_cert; /* from malloc() */
};

struct handshake_ops {
	uint8_t protocol; /* enum tsec_protocol */
	const char *name;

	/*
	 * Prepares everything; blobs of @info are copied, not kept.  With
	 * HANDSHAKE_AGE the session is open already.
	 */
	int (*open)(struct handshake *handshake,
		    const struct tsec_handshake_info *info);
	/* Goes on as far as it can: enum handshake_want or an errno. */
	int (*step)(struct handshake *handshake);
	/* In how many ms to step though nothing came; NULL: never. */
	unsigned int (*timer)(struct handshake *handshake);
	/* Tells the peer that @handshake->reason ended it, if it can. */
	void (*abort)(struct handshake *handshake);
	/* Gives the keys and what is known of the peer. */
	int (*finish)(struct handshake *handshake, struct outcome *outcome);
	/* The kernel has the keys: the peer may use them; NULL: no matter. */
	void (*handed_over)(struct handshake *handshake);
	/*
	 * Runs handshakes as long as the session is open: step() goes on after
	 * finish(), as the timer says, and each time that it is over finish()
	 * gives new keys.  Then lingers and message are not called.
	 */
	bool stays;
	/*
	 * After finish: for how many seconds is the channel to be kept?
	 * HANDSHAKE_STAYS: as long as the session.
	 */
	unsigned int (*lingers)(struct handshake *handshake);
	/* One late message or datagram: false when no more is expected. */
	bool (*message)(struct handshake *handshake, const void *data,
			size_t len);
	/* Frees and wipes; also after a failed open. */
	void (*close)(struct handshake *handshake);
};

/* NULL when there is no such protocol. */
const struct handshake_ops *handshake_find(uint8_t protocol);

/* Fills @handshake from @info and opens it; close it even after a failure. */
int handshake_open(struct handshake *handshake,
		   const struct tsec_handshake_info *info);
void handshake_close(struct handshake *handshake);

/* The connection ID, or the MKI, in records of that direction; 0 bytes: none */
void outcome_put_cid(struct outcome *outcome, int direction, const void *cid,
		     size_t len);
void outcome_wipe(struct outcome *outcome);

#endif /* TSECD_HANDSHAKE_H */
