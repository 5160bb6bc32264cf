/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS records by the kernel's own TLS (kTLS) on the inner socket.
 */
#ifndef TSEC_KTLS_H
#define TSEC_KTLS_H

#include <linux/net.h>

#include "compat.h"
#include <net/tls.h>

#include "key.h"

int tsec_ktls_prepare(struct socket *inner);
int tsec_ktls_install(struct socket *inner, enum tsec_direction direction,
		      const struct tsec_key *key);
int tsec_ktls_replace(struct socket *inner, enum tsec_direction direction,
		      const struct tsec_key *key);
bool tsec_ktls_replaceable(struct socket *inner,
			   enum tsec_direction direction);
int tsec_ktls_control_send(struct socket *inner, u8 type, const u8 *data,
			   size_t len);
int tsec_ktls_control_recv(struct socket *inner, u8 *type, u8 *data,
			   size_t len, int flags);
void tsec_ktls_drain(struct socket *inner);
void tsec_ktls_expel_readers(struct socket *inner);
bool tsec_ktls_unsealed(struct socket *inner);
bool tsec_ktls_stopped(struct socket *inner);
bool tsec_ktls_ended(struct socket *inner);
int tsec_ktls_inq(struct socket *inner);

/**
 * tsec_ktls_seq() - the next sequence number of a direction
 * @inner: the inner socket, keys installed
 * @direction: which
 *
 * Return: exact under the half's lock; without it never more than it is, as
 * kTLS counts up from the last byte.
 */
static inline u64 tsec_ktls_seq(struct socket *inner,
				enum tsec_direction direction)
{
	const struct tls_context *ctx = tls_get_ctx(inner->sk);

	return get_unaligned_be64(direction == TSEC_DIR_TX ? ctx->tx.rec_seq :
							     ctx->rx.rec_seq);
}

#endif /* TSEC_KTLS_H */
