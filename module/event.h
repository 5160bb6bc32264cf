/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notifications to the daemon (group "handshake") and to whoever watches
 * (group "events").  They are sent if somebody listens and memory is there;
 * nothing depends on their arrival but the daemon's promptness.
 */
#ifndef TSEC_EVENT_H
#define TSEC_EVENT_H

#include <uapi/linux/tsec.h>

struct tsec_net;
struct tsec_profile;
struct tsec_session;

void tsec_event_handshake(struct tsec_session *session);
void tsec_event_session(struct tsec_session *session, enum tsec_cmd cmd);
void tsec_event_key(struct tsec_session *session,
		    enum tsec_direction direction,
		    enum tsec_key_reason reason);
void tsec_event_daemon(struct tsec_net *tn);
void tsec_event_profile(struct tsec_net *tn, const char *name,
			const struct tsec_profile *profile);

#endif /* TSEC_EVENT_H */
