/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exporters of TLS 1.3 and DTLS 1.3.
 */
#ifndef TSEC_EXPORTER_H
#define TSEC_EXPORTER_H

#include <linux/types.h>
#include <uapi/linux/tsec.h>

struct tsec_session;

int tsec_exporter_derive(const struct tsec_session *session,
			 const struct tsec_export *request, size_t len,
			 u8 *out, size_t out_len);

#endif /* TSEC_EXPORTER_H */
