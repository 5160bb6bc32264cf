// SPDX-License-Identifier: GPL-2.0
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

static const uint16_t ciphers[] = {
	TSEC_CIPHER_AES_256_GCM,
	TSEC_CIPHER_AES_128_GCM,
	TSEC_CIPHER_CHACHA20_POLY1305,
};

void peer_init(struct peer *peer, uint8_t role, int fd)
{
	struct tsec_profile_info *settings = &peer->info.settings;

	memset(peer, 0, sizeof(*peer));
	peer->info.session = role + 1;
	peer->info.role = role;
	peer->info.protocol = TSEC_PROTO_TLS;
	peer->info.fd = fd;
	peer->info.timeout = 5000;
	peer->info.remote.in.sin_family = AF_INET;
	peer->info.remote.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->info.remote.in.sin_port = htons(443);
	tsec_copy(settings->name, sizeof(settings->name), "default");
	settings->version_min = TSEC_VERSION_TLS_1_2;
	settings->version_max = TSEC_VERSION_TLS_1_3;
	memcpy(settings->ciphers, ciphers, sizeof(ciphers));
	settings->n_ciphers = 3;
	settings->session_cache = 1;
}

void peer_blob(struct tsec_blob *blob, const char *text)
{
	*blob = (struct tsec_blob){ text, strlen(text) };
}

void peer_show(struct peer *peer, const struct cert *cert)
{
	peer_blob(&peer->info.cert, cert->cert_pem);
	peer_blob(&peer->info.privkey, cert->key_pem);
}

void peer_psk(struct peer *peer, const char *identity, const char *key)
{
	struct tsec_handshake_info *info = &peer->info;

	info->cert.data = info->privkey.data = info->trust.data = NULL;
	peer_blob(&info->psk_identity, identity);
	peer_blob(&info->psk_key, key);
}

static void finish(struct peer *peer)
{
	struct handshake *handshake = &peer->handshake;

	peer->over = true;
	if (peer->result == HANDSHAKE_OVER)
		peer->result =
			handshake->ops->finish(handshake, &peer->outcome);
	if (!peer->result && handshake->ops->handed_over)
		handshake->ops->handed_over(handshake);
	if (peer->result < 0 && handshake->ops)
		handshake->ops->abort(handshake);
}

bool peer_step(struct peer *peer)
{
	struct handshake *handshake = &peer->handshake;

	if (peer->over)
		return true;
	if (!handshake->ops) {
		handshake->fd = peer->info.fd;
		peer->result = handshake_open(handshake, &peer->info);
	}
	if (!peer->result || peer->result > 0)
		peer->result = handshake->ops->step(handshake);
	if (peer->result <= 0)
		finish(peer);
	return peer->over;
}

/* An end that has failed closes its side, as the worker does. */
static void close_if_failed(struct peer *peer)
{
	if (peer->over && peer->result < 0 && peer->info.fd >= 0) {
		close(peer->info.fd);
		peer->info.fd = -1;
	}
}

void peers_run(struct peer *a, struct peer *b)
{
	for (int i = 0; i < 200 && (!a->over || !b->over); i++) {
		peer_step(a);
		close_if_failed(a);
		peer_step(b);
		close_if_failed(b);
	}
}

void peer_free(struct peer *peer)
{
	handshake_close(&peer->handshake);
	outcome_wipe(&peer->outcome);
	if (peer->info.fd >= 0)
		close(peer->info.fd);
}
