/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The handshake channel: the daemon's end of a handshake.
 */
#ifndef TSEC_CHANNEL_H
#define TSEC_CHANNEL_H

#include <linux/types.h>

struct file;
struct tsec_channel;
struct tsec_session;

int tsec_channel_register(void);
void tsec_channel_unregister(void);
struct file *tsec_channel_new(struct tsec_session *session);
void tsec_channel_wake(struct tsec_channel *channel);
void tsec_channel_ask(struct tsec_session *session);
bool tsec_channel_pass(struct tsec_session *session, const u8 *message,
		       size_t len);

#endif /* TSEC_CHANNEL_H */
