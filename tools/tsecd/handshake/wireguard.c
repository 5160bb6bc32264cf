// SPDX-License-Identifier: GPL-2.0
/*
 * WireGuard over UDP ("WireGuard: Next Generation Kernel Network Tunnel"):
 * initiation and response, and the same again each two minutes.
 *
 * Whoever begins a handshake is the first to use its keys, with a message that
 * has no content: so the other end knows that this is no old initiation, sent
 * once more by somebody else.  A server's session begins with it.
 *
 * A peer that begins one from another address than its session's comes to a
 * server as somebody new, up to its initiation: that tells who it is, and if
 * it has a session, the keys are for that.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../wgclock.h"
#include "../wgkeys.h"
#include "../wgsessions.h"
#include "wireguard.h"
#include "wireguard_message.h"

enum wireguard_limits {
	REKEY_AFTER_SECONDS = 120,
	REJECT_AFTER_SECONDS = 180,
	REKEY_ATTEMPT_MS = 90 * 1000,
	REKEY_TIMEOUT_MS = 5 * 1000,
	JITTER_MS = 333, /* so that two ends do not begin at once forever */
	PAUSE_MS = 100, /* sooner again is a flood to peers */
	COOKIE_MS = 120 * 1000,
	IDLE_MS = 3600 * 1000, /* nothing is due */
	/*
	 * In one step: initiations may come faster than they can be opened, and
	 * the worker's other handshakes wait, as do the times of this one.
	 */
	DATAGRAMS_MAX = 16,
};

struct wireguard_pair {
	uint8_t tx[WIREGUARD_KEY_LEN], rx[WIREGUARD_KEY_LEN];
	uint32_t local_index, peer_index;
	bool initiator;
};

/* Times are those of wgclock_ms(), 0 for never. */
struct wireguard {
	struct handshake *handshake;
	struct wgkeys *keys;
	const struct wgpeer *peer; /* a server's: NULL up to its initiation */
	struct wgsession_name name; /* a server's */
	uint32_t joins; /* the open session that it gives keys, or 0 */
	struct wireguard_exchange exchange; /* begun here, not yet answered */
	uint8_t mac1[WIREGUARD_MAC_LEN]; /* of the last message sent */
	uint8_t cookie[WIREGUARD_MAC_LEN];
	uint64_t cookie_until;
	uint64_t begun_at; /* when the last initiation was sent */
	uint64_t retry_at, give_up_at; /* for it to be answered */
	uint64_t agreed_at, renew_at;
	uint64_t soft_ms, hard_ms;
	struct wireguard_pair pair; /* what the last handshake agreed on */
	uint8_t last[WIREGUARD_RESPONSE_LEN]; /* sent once the kernel has it */
	size_t last_len;
	bool agreed; /* it is to be handed over */
	bool open; /* a pair has been handed over */
};

static struct reason *reason_of(struct wireguard *wg)
{
	return &wg->handshake->reason;
}

static bool is_client(const struct wireguard *wg)
{
	return wg->handshake->role == TSEC_ROLE_CLIENT;
}

static uint64_t jitter(void)
{
	return randombytes_uniform(JITTER_MS);
}

/* Indices are what keys are called: 0 names none. */
static uint32_t index_choose(void)
{
	return 1 + randombytes_uniform(UINT32_MAX);
}

/* Setting up ************************************************************* */

static int get_keys(struct wireguard *wg,
		    const struct tsec_handshake_info *info)
{
	struct source source = {
		.part[0] = { info->settings.privkey, info->privkey },
		.part[1] = { info->settings.trust, info->trust },
	};

	wg->keys = wgkeys_get(&source, reason_of(wg));
	return wg->keys ? 0 : -reason_of(wg)->status;
}

static int choose_peer(struct wireguard *wg)
{
	const char *name = wg->handshake->peer_name;

	if (!is_client(wg))
		return 0;
	wg->peer = wgkeys_named(wg->keys, name);
	if (wg->peer)
		return 0;
	if (*name)
		return reason_set(reason_of(wg), ENOKEY,
				  "\"%s\" is no peer that profile \"%s\" knows",
				  name, wg->handshake->profile);
	return reason_set(reason_of(wg), ENOKEY,
			  "profile \"%s\" has %zu peers: the program has to "
			  "name one", wg->handshake->profile, wg->keys->n);
}

static uint64_t limit_ms(uint64_t asked, unsigned int standard)
{
	return (asked && asked < standard ? asked : standard) * 1000ULL;
}

/* Is it one that its peer may come back to from elsewhere? */
static bool has_name(const struct wireguard *wg)
{
	return !is_client(wg) && wg->open && wg->peer;
}

static void name_take(struct wireguard *wg)
{
	if (!has_name(wg))
		return;
	memcpy(wg->name.peer, wg->peer->pubkey, WIREGUARD_KEY_LEN);
	wgsessions_put(&wg->name, wg->handshake->session);
}

/*
 * Whoever began is to begin again.  The other end does so only if that one
 * fails to, before the keys end.
 */
static void renew_later(struct wireguard *wg, uint64_t agreed_at)
{
	uint64_t ms = wg->soft_ms;

	if (!wg->pair.initiator)
		ms = (wg->soft_ms + 3 * wg->hard_ms) / 4;
	wg->retry_at = 0;
	wg->give_up_at = 0;
	wg->agreed_at = agreed_at;
	wg->renew_at = agreed_at + ms + jitter();
}

/*
 * The session of a daemon that is no more.  Nobody knows who began the last
 * handshake; that two begin one does no harm.
 */
static int take_up(struct wireguard *wg, const struct tsec_handshake_info *info)
{
	wg->peer = wgkeys_named(wg->keys, info->peer_id);
	if (!wg->peer)
		return reason_set(reason_of(wg), ENOKEY,
				  "profile \"%s\" does not know peer %s any more",
				  wg->handshake->profile, info->peer_id);
	wg->open = true;
	wg->pair.initiator = is_client(wg);
	renew_later(wg, wgclock_ms() - info->age * 1000ULL);
	name_take(wg);
	return 0;
}

static int wireguard_open(struct handshake *handshake,
			  const struct tsec_handshake_info *info)
{
	struct wireguard *wg = calloc(1, sizeof(*wg));
	int err;

	handshake->state = wg;
	if (!wg)
		return reason_set(&handshake->reason, ENOMEM, "out of memory");
	wg->handshake = handshake;
	wg->hard_ms = limit_ms(info->settings.hard_seconds,
			       REJECT_AFTER_SECONDS);
	wg->soft_ms = limit_ms(info->settings.soft_seconds,
			       REKEY_AFTER_SECONDS);
	if (wg->soft_ms >= wg->hard_ms)
		wg->soft_ms = wg->hard_ms * 2 / 3;
	err = get_keys(wg, info);
	if (err)
		return err;
	memcpy(wg->name.self, wg->keys->self.pubkey, WIREGUARD_KEY_LEN);
	wg->name.listener = info->listener;
	return tsec_has(info, HANDSHAKE_AGE) ? take_up(wg, info) :
					       choose_peer(wg);
}

static void wireguard_close(struct handshake *handshake)
{
	struct wireguard *wg = handshake->state;

	if (!wg)
		return;
	if (has_name(wg))
		wgsessions_drop(&wg->name, handshake->session);
	wgkeys_put(wg->keys);
	sodium_memzero(wg, sizeof(*wg));
	free(wg);
	handshake->state = NULL;
}

/* Sending **************************************************************** */

/* What does not get through is lost, as on any network. */
static void datagram_send(struct wireguard *wg, const void *data, size_t len)
{
	send(wg->handshake->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int library_failed(struct wireguard *wg)
{
	return reason_set(reason_of(wg), EPROTO,
			  "a message could not be made: the peer's key is no "
			  "good one, or memory ran out");
}

static bool message_seal(struct wireguard *wg, uint8_t *data, size_t len)
{
	bool has_cookie = wgclock_ms() < wg->cookie_until;

	if (!wireguard_macs_put(data, len, wg->peer->pubkey,
				has_cookie ? wg->cookie : NULL))
		return false;
	memcpy(wg->mac1, wireguard_mac1_of(data, len), sizeof(wg->mac1));
	return true;
}

/* Each attempt is a handshake of its own. */
static int initiate(struct wireguard *wg)
{
	struct wireguard_exchange *exchange = &wg->exchange;
	uint8_t data[WIREGUARD_INITIATION_LEN];
	uint64_t now = wgclock_ms();

	wireguard_exchange_wipe(exchange);
	exchange->local_index = index_choose();
	randombytes_buf(exchange->privkey, sizeof(exchange->privkey));
	memcpy(exchange->peer, wg->peer->pubkey, WIREGUARD_KEY_LEN);
	wgclock_now(exchange->timestamp);
	if (!wireguard_initiation_make(exchange, &wg->keys->self, data) ||
	    !message_seal(wg, data, sizeof(data)))
		return library_failed(wg);
	datagram_send(wg, data, sizeof(data));
	if (!wg->give_up_at)
		wg->give_up_at = now + REKEY_ATTEMPT_MS;
	wg->begun_at = now;
	wg->retry_at = now + REKEY_TIMEOUT_MS + jitter();
	wg->renew_at = 0;
	return 0;
}

/*
 * What has the peer use the keys is the last thing said: they have to be there
 * when it does.
 */
static void say_last(struct wireguard *wg, const void *data, size_t len)
{
	memcpy(wg->last, data, len);
	wg->last_len = len;
}

static void confirm(struct wireguard *wg)
{
	uint8_t data[WIREGUARD_CONFIRMATION_LEN];

	wireguard_confirmation_make(wg->pair.peer_index, wg->pair.tx, data);
	say_last(wg, data, sizeof(data));
}

/* Receiving ************************************************************** */

static bool pair_make(struct wireguard *wg,
		      struct wireguard_exchange *exchange)
{
	wg->pair.local_index = exchange->local_index;
	wg->pair.peer_index = exchange->peer_index;
	wg->pair.initiator = exchange->initiator;
	return exchange->peer_index &&
	       wireguard_keys(exchange, wg->pair.tx, wg->pair.rx);
}

/* An initiation of the peer itself, and one that did not come before. */
static bool is_welcome(struct wireguard *wg,
		       const struct wireguard_exchange *exchange)
{
	const struct wgpeer *peer = wgkeys_find(wg->keys, exchange->peer);

	if (!peer || (wg->peer && wg->peer != peer) ||
	    !wgclock_take(wg->keys->self.pubkey, exchange->peer,
			  exchange->timestamp))
		return false;
	wg->peer = peer;
	memcpy(wg->name.peer, peer->pubkey, WIREGUARD_KEY_LEN);
	return true;
}

static void respond(struct wireguard *wg, struct wireguard_exchange *exchange)
{
	uint8_t data[WIREGUARD_RESPONSE_LEN];

	exchange->local_index = index_choose();
	randombytes_buf(exchange->privkey, sizeof(exchange->privkey));
	if (!wireguard_response_make(exchange, wg->peer->psk, data) ||
	    !message_seal(wg, data, sizeof(data)) || !pair_make(wg, exchange))
		return;
	/* In an open session, the kernel waits for the peer to use them. */
	wg->joins = wg->open ? 0 : wgsessions_find(&wg->name);
	wg->agreed = wg->open || wg->joins;
	if (wg->agreed)
		say_last(wg, data, sizeof(data));
	else
		datagram_send(wg, data, sizeof(data));
}

static void initiation_take(struct wireguard *wg, const uint8_t *data)
{
	struct wireguard_exchange exchange = { .initiator = false };

	if ((is_client(wg) && !wg->open) ||
	    !wireguard_mac1_is_good(data, WIREGUARD_INITIATION_LEN,
				    wg->keys->self.pubkey))
		return;
	if (wireguard_initiation_open(&exchange, &wg->keys->self, data) &&
	    is_welcome(wg, &exchange))
		respond(wg, &exchange);
	wireguard_exchange_wipe(&exchange);
}

static void response_take(struct wireguard *wg, const uint8_t *data)
{
	if (!wg->retry_at ||
	    wireguard_receiver_of(data) != wg->exchange.local_index ||
	    !wireguard_mac1_is_good(data, WIREGUARD_RESPONSE_LEN,
				    wg->keys->self.pubkey) ||
	    !wireguard_response_open(&wg->exchange, &wg->keys->self,
				     wg->peer->psk, data) ||
	    !pair_make(wg, &wg->exchange))
		return;
	wg->retry_at = 0;
	wg->agreed = true;
	confirm(wg);
}

/* The next message shows it. */
static void cookie_take(struct wireguard *wg, const uint8_t *data)
{
	uint32_t index = wg->retry_at ? wg->exchange.local_index :
					wg->pair.local_index;

	if (wg->peer && wireguard_receiver_of(data) == index &&
	    wireguard_cookie_open(data, wg->peer->pubkey, wg->mac1,
				  wg->cookie))
		wg->cookie_until = wgclock_ms() + COOKIE_MS;
}

static void message_take(struct wireguard *wg, const uint8_t *data, size_t len)
{
	switch (wireguard_type_of(data, len)) {
	case WIREGUARD_INITIATION:
		initiation_take(wg, data);
		break;
	case WIREGUARD_RESPONSE:
		response_take(wg, data);
		break;
	case WIREGUARD_COOKIE:
		cookie_take(wg, data);
		break;
	}
}

/* Has the peer used the keys?  Leaves nothing of @data. */
static bool confirms(struct wireguard *wg, uint8_t *data, size_t len)
{
	return !is_client(wg) && wg->pair.local_index &&
	       wireguard_confirms(wg->pair.local_index, wg->pair.rx, data, len);
}

static int receive_failed(struct wireguard *wg, int err)
{
	if (err == EAGAIN || err == EINTR)
		return 0;
	if (err == ECONNREFUSED)
		return reason_set(reason_of(wg), err,
				  "nobody is there at the peer's port");
	return reason_set(reason_of(wg), err, "cannot reach the peer: %s",
			  strerror(err));
}

/*
 * Up to the first keys all datagrams come here.  The one that confirms them
 * is left to the kernel, for it may well have content.
 */
static int receive_first(struct wireguard *wg)
{
	uint8_t data[UINT16_MAX];
	int fd = wg->handshake->fd;
	ssize_t len;

	for (int i = 0; i < DATAGRAMS_MAX && !wg->agreed; i++) {
		len = recv(fd, data, sizeof(data), MSG_DONTWAIT | MSG_PEEK);
		if (len < 0)
			return receive_failed(wg, errno);
		wg->agreed = confirms(wg, data, len);
		if (wg->agreed)
			break;
		len = recv(fd, data, sizeof(data), MSG_DONTWAIT);
		if (len > 0)
			message_take(wg, data, len);
		if (!is_client(wg) && !wg->peer)
			return reason_set(reason_of(wg), EKEYREJECTED,
					  "an initiation that is not of a peer, "
					  "or an old one");
	}
	return 0;
}

/* The kernel wants new keys.  One who has begun gets some. */
static void ask_take(struct wireguard *wg)
{
	uint64_t now = wgclock_ms(), soonest = wg->begun_at + PAUSE_MS;

	if (!wg->retry_at)
		wg->renew_at = now > soonest ? now : soonest;
}

/* Of an open session the kernel passes on what is for the handshake. */
static int receive_next(struct wireguard *wg)
{
	uint8_t data[WIREGUARD_MESSAGE_MAX + 1];
	ssize_t len;

	for (int i = 0; i < DATAGRAMS_MAX && !wg->agreed; i++) {
		len = recv(wg->handshake->fd, data, sizeof(data),
			   MSG_DONTWAIT);
		if (len < 0)
			return receive_failed(wg, errno);
		if (!len)
			return reason_set(reason_of(wg), ECONNABORTED,
					  "the session has ended");
		if (len == 1 && !data[0])
			ask_take(wg);
		else
			message_take(wg, data, len);
	}
	return 0;
}

/* Going on *************************************************************** */

static bool is_due(uint64_t at, uint64_t now)
{
	return at && now >= at;
}

static int go_on(struct wireguard *wg)
{
	uint64_t now = wgclock_ms();

	if (wg->open && is_due(wg->give_up_at, now))
		return reason_set(reason_of(wg), ETIMEDOUT,
				  "the peer does not answer: no new keys");
	if (is_due(wg->retry_at, now) || is_due(wg->renew_at, now) ||
	    (is_client(wg) && !wg->open && !wg->retry_at))
		return initiate(wg);
	return 0;
}

/* The peer has begun elsewhere, and got its keys there. */
static void catch_up(struct wireguard *wg)
{
	uint64_t at = has_name(wg) ? wgsessions_renewed(&wg->name) : 0;

	if (at <= wg->agreed_at)
		return;
	wg->pair.initiator = false;
	renew_later(wg, at);
}

static int wireguard_step(struct handshake *handshake)
{
	struct wireguard *wg = handshake->state;
	int err;

	catch_up(wg);
	err = wg->open ? receive_next(wg) : receive_first(wg);
	if (!err && !wg->agreed)
		err = go_on(wg);
	if (err)
		return err;
	if (!wg->agreed)
		return HANDSHAKE_WANT_READ;
	return wg->joins ? HANDSHAKE_JOINS : HANDSHAKE_OVER;
}

static unsigned int wireguard_timer(struct handshake *handshake)
{
	struct wireguard *wg = handshake->state;
	uint64_t now = wgclock_ms(), at = now + IDLE_MS;

	if (wg->retry_at && wg->retry_at < at)
		at = wg->retry_at;
	if (wg->renew_at && wg->renew_at < at)
		at = wg->renew_at;
	return at > now ? at - now : 1;
}

static void wireguard_abort(struct handshake *handshake)
{
	(void)handshake; /* nothing tells a peer */
}

/* The outcome ************************************************************ */

static void key_put(struct wireguard *wg, struct outcome *outcome,
		    int direction)
{
	struct tsec_key_info *key = &outcome->key[direction];
	bool tx = direction == TSEC_DIR_TX;

	memcpy(outcome->secret[direction], tx ? wg->pair.tx : wg->pair.rx,
	       WIREGUARD_KEY_LEN);
	tsec_set(key, KEY_SESSION, session,
		 wg->joins ? wg->joins : wg->handshake->session);
	tsec_set(key, KEY_DIRECTION, direction, direction);
	tsec_set(key, KEY_VERSION, version, TSEC_VERSION_WIREGUARD);
	tsec_set(key, KEY_CIPHER, cipher, TSEC_CIPHER_CHACHA20_POLY1305);
	tsec_set(key, KEY_KEY, key,
		 ((struct tsec_blob){ outcome->secret[direction],
				      WIREGUARD_KEY_LEN }));
	tsec_set(key, KEY_ID, id,
		 tx ? wg->pair.peer_index : wg->pair.local_index);
	tsec_set(key, KEY_HARD_SECONDS, hard_seconds, wg->hard_ms / 1000);
	/* The confirmation had number 0. */
	if (tx && wg->pair.initiator)
		tsec_set(key, KEY_SEQ, seq, 1);
	if (tx && !wg->pair.initiator && (wg->open || wg->joins))
		tsec_set(key, KEY_CONFIRM, confirm, 1);
}

static int wireguard_finish(struct handshake *handshake,
			    struct outcome *outcome)
{
	struct wireguard *wg = handshake->state;
	char text[WGKEY_TEXT];

	tsec_set(&outcome->done, HANDSHAKE_VERSION, version,
		 TSEC_VERSION_WIREGUARD);
	tsec_set(&outcome->done, HANDSHAKE_CIPHER, cipher,
		 TSEC_CIPHER_CHACHA20_POLY1305);
	wgkey_text(wg->peer->pubkey, text);
	tsec_set_str(&outcome->done, HANDSHAKE_PEER_ID, peer_id, text);
	key_put(wg, outcome, TSEC_DIR_TX);
	key_put(wg, outcome, TSEC_DIR_RX);
	renew_later(wg, wgclock_ms());
	sodium_memzero(wg->pair.tx, sizeof(wg->pair.tx));
	sodium_memzero(wg->pair.rx, sizeof(wg->pair.rx));
	wg->agreed = false;
	if (!wg->joins && !wg->open) {
		wg->open = true;
		name_take(wg);
	}
	return 0;
}

static void wireguard_handed_over(struct handshake *handshake)
{
	struct wireguard *wg = handshake->state;

	if (wg->joins)
		wgsessions_renew(&wg->name);
	if (wg->last_len)
		datagram_send(wg, wg->last, wg->last_len);
	wg->last_len = 0;
}

const struct handshake_ops wireguard_handshake_ops = {
	.protocol = TSEC_PROTO_WIREGUARD,
	.name = "WireGuard",
	.open = wireguard_open,
	.step = wireguard_step,
	.timer = wireguard_timer,
	.abort = wireguard_abort,
	.finish = wireguard_finish,
	.handed_over = wireguard_handed_over,
	.stays = true,
	.close = wireguard_close,
};
