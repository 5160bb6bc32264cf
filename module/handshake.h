/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handshakes: from a connected transport to keys in place.
 */
#ifndef TSEC_HANDSHAKE_H
#define TSEC_HANDSHAKE_H

#include <linux/types.h>

#include "session.h"

struct file;

void tsec_handshake_init(struct tsec_session *session);
bool tsec_handshake_possible(struct tsec_net *tn,
			     const struct tsec_profile *profile, u8 protocol);
int tsec_handshake_prepare(struct tsec_session *session,
			   const struct tsec_overrides *app);
void tsec_handshake_begin(struct tsec_session *session);
void tsec_handshake_start(struct tsec_session *session);
int tsec_handshake_open(struct tsec_session *session, const char **why);
void tsec_handshake_failed(struct tsec_session *session, int err);
void tsec_handshake_abandon(struct tsec_session *session);
u32 tsec_handshake_time_left(const struct tsec_session *session);

#endif /* TSEC_HANDSHAKE_H */
