/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon of a network namespace, and the handshakes that wait for it.
 */
#ifndef TSEC_DAEMON_H
#define TSEC_DAEMON_H

#include <linux/types.h>

struct tsec_net;
struct tsec_session;

int tsec_daemon_register(struct tsec_net *tn, u32 port, const char *version);
void tsec_daemon_unregister(struct tsec_net *tn, u32 port);
bool tsec_daemon_pend(struct tsec_session *session);
void tsec_daemon_withdraw(struct tsec_session *session);
void tsec_daemon_offer(struct tsec_session *session);
void tsec_daemon_release(struct tsec_session *session);
struct tsec_session *tsec_daemon_claim(struct tsec_net *tn, u32 id);
void tsec_daemon_unclaim(struct tsec_session *session);

#endif /* TSEC_DAEMON_H */
