/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DTLS: what both versions have in common.
 */
#ifndef TSEC_RECORD_DTLS_H
#define TSEC_RECORD_DTLS_H

#include "../record.h"

extern const struct tsec_record_ops tsec_record_dtls_ops;

#endif /* TSEC_RECORD_DTLS_H */
