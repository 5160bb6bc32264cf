/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: handshake, key change, session end.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tsec

#if !defined(TSEC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TSEC_TRACE_H

#include <linux/tracepoint.h>

#include "session.h"

DECLARE_EVENT_CLASS(tsec_session_class,
	TP_PROTO(const struct tsec_session *session),
	TP_ARGS(session),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u8, role)
		__field(u8, state)
		__field(u16, version)
		__field(u16, cipher)
		__field(int, status)
		__field(u32, handshake_us)
		__field(u64, tx_bytes)
		__field(u64, rx_bytes)
	),
	TP_fast_assign(
		__entry->id = session->id;
		__entry->role = session->role;
		__entry->state = session->state;
		__entry->version = session->version;
		__entry->cipher = session->cipher;
		__entry->status = session->status;
		__entry->handshake_us = session->handshake_us;
		__entry->tx_bytes = atomic64_read(&session->tx.bytes);
		__entry->rx_bytes = atomic64_read(&session->rx.bytes);
	),
	TP_printk("session=%u role=%u state=%u version=%#x cipher=%u status=%d handshake_us=%u tx_bytes=%llu rx_bytes=%llu",
		  __entry->id, __entry->role, __entry->state,
		  __entry->version, __entry->cipher, __entry->status,
		  __entry->handshake_us, __entry->tx_bytes,
		  __entry->rx_bytes)
);

DEFINE_EVENT(tsec_session_class, tsec_handshake_start,
	     TP_PROTO(const struct tsec_session *session),
	     TP_ARGS(session));

DEFINE_EVENT(tsec_session_class, tsec_handshake_done,
	     TP_PROTO(const struct tsec_session *session),
	     TP_ARGS(session));

DEFINE_EVENT(tsec_session_class, tsec_session_failed,
	     TP_PROTO(const struct tsec_session *session),
	     TP_ARGS(session));

DEFINE_EVENT(tsec_session_class, tsec_session_end,
	     TP_PROTO(const struct tsec_session *session),
	     TP_ARGS(session));

TRACE_EVENT(tsec_key_renewed,
	TP_PROTO(const struct tsec_session *session, u8 direction, u32 epoch),
	TP_ARGS(session, direction, epoch),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u8, direction)
		__field(u32, epoch)
	),
	TP_fast_assign(
		__entry->id = session->id;
		__entry->direction = direction;
		__entry->epoch = epoch;
	),
	TP_printk("session=%u direction=%s epoch=%u", __entry->id,
		  __entry->direction == TSEC_DIR_TX ? "tx" : "rx",
		  __entry->epoch)
);

#endif /* TSEC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
