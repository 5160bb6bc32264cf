/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The datagrams of the last flight sent (RFC 6347 section 4.2.4), which the
 * peer gets once more when it repeats its own after the handshake is over.
 */
#ifndef TSECD_FLIGHT_H
#define TSECD_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>

/* More than 16 KiB of certificates fit; a longer flight is not repeated. */
#define FLIGHT_DATAGRAMS 24

struct flight {
	struct flight_datagram {
		void *data;
		size_t len;
	} datagrams[FLIGHT_DATAGRAMS];
	unsigned int n;
	bool answered; /* the next datagram begins another flight */
	bool incomplete; /* out of memory, or too long: not repeated */
};

/* Notes a datagram that was sent. */
void flight_add(struct flight *flight, const void *data, size_t len);

/* The peer has been heard, or given time enough: what follows is new. */
void flight_end(struct flight *flight);

/* Can it be repeated: is it there, and all of it? */
bool flight_is_whole(const struct flight *flight);

void flight_free(struct flight *flight);

#endif /* TSECD_FLIGHT_H */
