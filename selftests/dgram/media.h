/* SPDX-License-Identifier: GPL-2.0 */
/* libsrtp, for a peer of another make. */
#ifndef TSEC_SELFTEST_MEDIA_H
#define TSEC_SELFTEST_MEDIA_H

#include <srtp2/srtp.h>

#include "pair.h"

/* For packets of all sources, under this master key. */
srtp_t media_context(const struct kind *kind, const struct key *key,
		     srtp_ssrc_type_t type);

#endif /* TSEC_SELFTEST_MEDIA_H */
