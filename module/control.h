/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What control records mean for a session: key updates, alerts, its end.
 */
#ifndef TSEC_CONTROL_H
#define TSEC_CONTROL_H

#include <linux/bitops.h>

#include "session.h"

int tsec_control_receive(struct tsec_session *session);
int tsec_control_tx_error(struct tsec_session *session, int err);
int tsec_control_key_update(struct tsec_session *session, bool request);
void tsec_control_alert(struct tsec_session *session, u8 description);
int tsec_control_close(struct tsec_session *session);
void tsec_control_flush(struct tsec_session *session);
void tsec_control_tx_unlock(struct tsec_session *session);
int tsec_control_tx_due(struct tsec_session *session, size_t len,
			size_t *room);
int tsec_control_rx_due(struct tsec_session *session);
void tsec_control_watch(struct tsec_half *half);
int tsec_control_take(struct tsec_session *session,
		      const struct tsec_record_event *ev);
int tsec_control_expire(struct tsec_session *session,
			enum tsec_direction direction);
void tsec_control_rekey_needed(struct tsec_session *session,
			       enum tsec_direction direction);

/**
 * tsec_control_owed() - whether a control record waits to be sent
 * @session: the session
 *
 * Return: true if tsec_control_flush() has work to do.
 */
static inline bool tsec_control_owed(const struct tsec_session *session)
{
	return READ_ONCE(session->flags) & (BIT(TSEC_SESSION_UPDATE_OWED) |
					    BIT(TSEC_SESSION_ALERT_OWED));
}

#endif /* TSEC_CONTROL_H */
