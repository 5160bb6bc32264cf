// SPDX-License-Identifier: GPL-2.0
/*
 * The table of record protocols.
 */
#include <linux/kernel.h>

#include "record.h"
#include "record/dtls.h"
#include "record/esp.h"
#include "record/srtp.h"
#include "record/tls.h"
#include "record/wireguard.h"

static const struct tsec_record_ops *const protocols[] = {
	&tsec_record_tls_ops,
	&tsec_record_dtls_ops,
	&tsec_record_srtp_ops,
	&tsec_record_esp_ops,
	&tsec_record_wireguard_ops,
};

/**
 * tsec_record_ops_find() - look a record protocol up
 * @protocol: enum tsec_protocol, other than TSEC_PROTO_DEFAULT
 *
 * Context: Any.
 * Return: the protocol, or NULL if it is unknown.
 */
const struct tsec_record_ops *tsec_record_ops_find(u8 protocol)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i]->protocol == protocol)
			return protocols[i];
	return NULL;
}
