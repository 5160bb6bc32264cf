// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "daemon.h"
#include "util.h"
#include "wire.h"

static void key_random(struct key *key)
{
	memset(key, 0, sizeof(*key));
	gnutls_rnd(GNUTLS_RND_NONCE, key->key, sizeof(key->key));
	gnutls_rnd(GNUTLS_RND_NONCE, key->iv, sizeof(key->iv));
	gnutls_rnd(GNUTLS_RND_NONCE, key->secret, sizeof(key->secret));
}

void peer_alone(struct peer *peer, const struct kind *kind)
{
	union tsec_addr addr;

	memset(peer, 0, sizeof(*peer));
	peer->kind = *kind;
	peer_begin(peer);
	peer->sock = -1;
	key_random(&peer->tx);
	key_random(&peer->rx);
	peer->fd = wire_socket(kind->family, &addr);
}

void peer_meet(struct peer *peer, int sock)
{
	union tsec_addr own;

	addr_of(&own, sock);
	ASSERT_EQ(connect(peer->fd, &own.sa, addr_len(&own)), 0);
	peer->sock = sock;
}

void shake_claim(struct shake *shake, struct tsec_nl *nl, int role)
{
	struct tsec_handshake_info info;

	/* It may be on its way by another task. */
	ASSERT_SOON(!tsec_handshake_accept(nl, 0, &info));
	shake->protocol = info.protocol;
	ASSERT_EQ(info.role, role);
	shake->nl = nl;
	shake->channel = info.fd;
	shake->session = info.session;
	shake->cid_len = info.cid.len;
	memcpy(shake->cid, info.cid.data, info.cid.len);
	shake->rrc = false;
	shake->farewell = (struct tsec_blob){ NULL, 0 };
	tsec_nl_wipe(nl);
}

void shake_none(struct tsec_nl *nl)
{
	struct tsec_handshake_info info;

	ASSERT_NE(tsec_handshake_accept(nl, 0, &info), 0);
}

static void key_info(struct tsec_key_info *info, const struct peer *peer,
		     int direction, uint32_t session)
{
	const struct key *key = direction == TSEC_DIR_TX ? &peer->rx :
							   &peer->tx;
	uint16_t cipher = peer->kind.cipher, version = peer->kind.version;

	memset(info, 0, sizeof(*info));
	tsec_set(info, KEY_SESSION, session, session);
	tsec_set(info, KEY_DIRECTION, direction, direction);
	tsec_set(info, KEY_VERSION, version, version);
	tsec_set(info, KEY_CIPHER, cipher, cipher);
	if (version == TSEC_VERSION_DTLS_1_3) {
		tsec_set(info, KEY_SECRET, secret,
			 ((struct tsec_blob){ key->secret,
					tsec_cipher_secret_len(cipher) }));
	} else {
		tsec_set(info, KEY_KEY, key,
			 ((struct tsec_blob){ key->key,
					tsec_cipher_key_len(cipher) }));
		tsec_set(info, KEY_IV, iv,
			 ((struct tsec_blob){ key->iv,
					tsec_cipher_iv_len(cipher, version) }));
	}
	if (key->id)
		tsec_set(info, KEY_ID, id, key->id);
	if (key->cid_len)
		tsec_set(info, KEY_CID, cid,
			 ((struct tsec_blob){ key->cid, key->cid_len }));
}

int shake_try_finish(struct shake *shake, const struct peer *peer)
{
	struct tsec_handshake_info done = { .have = 0 };
	struct tsec_key_info keys[__TSEC_DIR_MAX];

	key_info(&keys[0], peer, TSEC_DIR_TX, shake->session);
	key_info(&keys[1], peer, TSEC_DIR_RX, shake->session);
	tsec_set(&done, HANDSHAKE_SESSION, session, shake->session);
	tsec_set(&done, HANDSHAKE_STATUS, status, 0);
	tsec_set(&done, HANDSHAKE_VERSION, version, peer->kind.version);
	tsec_set(&done, HANDSHAKE_CIPHER, cipher, peer->kind.cipher);
	if (shake->rrc)
		tsec_set(&done, HANDSHAKE_RRC, rrc, 1);
	if (shake->farewell.len)
		tsec_set(&done, HANDSHAKE_FAREWELL, farewell, shake->farewell);
	return tsec_handshake_finish(shake->nl, keys, &done);
}

void shake_finish(struct shake *shake, const struct peer *peer)
{
	ASSERT_EQ(shake_try_finish(shake, peer), 0);
}
