// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dtls.h"
#include "handshake.h"
#include "srtp.h"
#include "tls.h"
#include "wireguard.h"

static const struct handshake_ops *const protocols[] = {
	&tls_handshake_ops,
	&dtls_handshake_ops,
	&srtp_handshake_ops,
	&wireguard_handshake_ops,
};

const struct handshake_ops *handshake_find(uint8_t protocol)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i]->protocol == protocol)
			return protocols[i];
	return NULL;
}

int handshake_open(struct handshake *handshake,
		   const struct tsec_handshake_info *info)
{
	handshake->session = info->session;
	handshake->role = info->role;
	handshake->remote = info->remote;
	tsec_copy(handshake->profile, sizeof(handshake->profile),
		  info->settings.name);
	tsec_copy(handshake->peer_name, sizeof(handshake->peer_name),
		  info->peer_name);
	handshake->ops = handshake_find(info->protocol);
	if (!handshake->ops)
		return reason_set(&handshake->reason, EPROTONOSUPPORT,
				  "tsecd does not know protocol %u",
				  info->protocol);
	return handshake->ops->open(handshake, info);
}

void handshake_close(struct handshake *handshake)
{
	if (handshake->ops)
		handshake->ops->close(handshake);
	handshake->ops = NULL;
}

void outcome_put_cid(struct outcome *outcome, int direction, const void *cid,
		     size_t len)
{
	uint8_t *copy = outcome->cid[direction];

	if (!len)
		return;
	memcpy(copy, cid, len);
	tsec_set(&outcome->key[direction], KEY_CID, cid,
		 ((struct tsec_blob){ copy, len }));
}

void outcome_wipe(struct outcome *outcome)
{
	free(outcome->peer_cert);
	explicit_bzero(outcome, sizeof(*outcome));
}
