/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The messages of WireGuard's handshake, Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s
 * ("WireGuard: Next Generation Kernel Network Tunnel", section 5.4), as bytes:
 * no sockets, no time.
 */
#ifndef TSECD_WIREGUARD_MESSAGE_H
#define TSECD_WIREGUARD_MESSAGE_H

#include "noise.h"

enum wireguard_type {
	WIREGUARD_INITIATION = 1,
	WIREGUARD_RESPONSE = 2,
	WIREGUARD_COOKIE = 3,
	WIREGUARD_DATA = 4, /* what the kernel sends and receives */
};

enum wireguard_sizes {
	WIREGUARD_KEY_LEN = NOISE_LEN,
	WIREGUARD_INITIATION_LEN = 148,
	WIREGUARD_RESPONSE_LEN = 92,
	WIREGUARD_COOKIE_LEN = 64,
	WIREGUARD_CONFIRMATION_LEN = 32,
	WIREGUARD_MESSAGE_MAX = WIREGUARD_INITIATION_LEN,
	WIREGUARD_TIMESTAMP_LEN = 12, /* TAI64N */
	WIREGUARD_MAC_LEN = 16, /* of mac1, mac2 and cookies */
};

struct wireguard_identity {
	uint8_t privkey[WIREGUARD_KEY_LEN];
	uint8_t pubkey[WIREGUARD_KEY_LEN];
};

/* One exchange, from its first message to the keys. */
struct wireguard_exchange {
	struct noise noise;
	uint8_t privkey[WIREGUARD_KEY_LEN]; /* the own ephemeral one */
	uint8_t peer_ephemeral[WIREGUARD_KEY_LEN];
	uint8_t peer[WIREGUARD_KEY_LEN]; /* its static public key */
	uint8_t timestamp[WIREGUARD_TIMESTAMP_LEN]; /* of the initiation */
	uint32_t local_index, peer_index; /* what each is to be called by */
	bool initiator;
};

/* The type of a handshake's message whose length goes with it, else 0. */
uint8_t wireguard_type_of(const uint8_t *data, size_t len);
/* Whom a response or the reply with a cookie is for. */
uint32_t wireguard_receiver_of(const uint8_t *data);

/*
 * Messages made and opened.  make() takes @exchange->privkey, local_index and
 * timestamp, initiation_make() also @exchange->peer; all leave the macs to
 * wireguard_macs_put().  False: not authentic, or the library failed.
 */
bool wireguard_initiation_make(struct wireguard_exchange *exchange,
			       const struct wireguard_identity *self,
			       uint8_t data[WIREGUARD_INITIATION_LEN]);
bool wireguard_initiation_open(struct wireguard_exchange *exchange,
			       const struct wireguard_identity *self,
			       const uint8_t data[WIREGUARD_INITIATION_LEN]);
bool wireguard_response_make(struct wireguard_exchange *exchange,
			     const uint8_t psk[WIREGUARD_KEY_LEN],
			     uint8_t data[WIREGUARD_RESPONSE_LEN]);
bool wireguard_response_open(struct wireguard_exchange *exchange,
			     const struct wireguard_identity *self,
			     const uint8_t psk[WIREGUARD_KEY_LEN],
			     const uint8_t data[WIREGUARD_RESPONSE_LEN]);
/* The keys of data; an exchange gives them once, and is wiped. */
bool wireguard_keys(struct wireguard_exchange *exchange,
		    uint8_t tx[WIREGUARD_KEY_LEN],
		    uint8_t rx[WIREGUARD_KEY_LEN]);
void wireguard_exchange_wipe(struct wireguard_exchange *exchange);

/*
 * The initiator's first use of its keys, under number 0 and without content,
 * tells the responder that it has them; so does any message with data under
 * them, of which confirms() leaves nothing.  @index is the receiver's.
 */
void wireguard_confirmation_make(uint32_t index,
				 const uint8_t key[WIREGUARD_KEY_LEN],
				 uint8_t data[WIREGUARD_CONFIRMATION_LEN]);
bool wireguard_confirms(uint32_t index, const uint8_t key[WIREGUARD_KEY_LEN],
			uint8_t *data, size_t len);

/* mac1 for @receiver, and mac2 if there is a cookie of its. */
bool wireguard_macs_put(uint8_t *data, size_t len,
			const uint8_t receiver[WIREGUARD_KEY_LEN],
			const uint8_t *cookie);
bool wireguard_mac1_is_good(const uint8_t *data, size_t len,
			    const uint8_t receiver[WIREGUARD_KEY_LEN]);
/* The last message's mac1, which the reply with a cookie is bound to. */
const uint8_t *wireguard_mac1_of(const uint8_t *data, size_t len);
bool wireguard_cookie_open(const uint8_t data[WIREGUARD_COOKIE_LEN],
			   const uint8_t peer[WIREGUARD_KEY_LEN],
			   const uint8_t mac1[WIREGUARD_MAC_LEN],
			   uint8_t cookie[WIREGUARD_MAC_LEN]);

#endif /* TSECD_WIREGUARD_MESSAGE_H */
