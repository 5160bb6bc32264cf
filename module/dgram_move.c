// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions that outlive the addresses of their ends.
 *
 * Whose records bear an identifier that this end has chosen (a connection ID)
 * is found wherever they come from.  If the newest one so far comes from
 * elsewhere, the peer has moved, or somebody has been faster with its record
 * than the network.  So it has to show that it gets what is sent there
 * (RFC 9146 section 6, RFC 9853) before anything else is; up to then all goes
 * where it went, and no more than three times what came from there goes there
 * at all.  Protocols that need no such proof say so (packet.h).
 *
 * When this end moves, it sends from its new address, and the peer is the one
 * who asks.
 */
#include <crypto/algapi.h>
#include <linux/random.h>
#include <net/udp.h>

#include "compat.h"
#include "dgram.h"
#include "dgram_move.h"
#include "event.h"
#include "net.h"
#include "packet.h"
#include "session.h"

enum move_limits {
	WAIT		= HZ,		/* RFC 9853 section 6.5 */
	AMPLIFICATION	= 3,
};

/* One that is under way ends; under the lock. */
static void reset(struct tsec_dgram_move *move)
{
	WRITE_ONCE(move->state, TSEC_DGRAM_STAYS);
	memzero_explicit(move->cookies, sizeof(move->cookies));
	move->tries = 0;
	move->received = 0;
	move->sent = 0;
}

/* A record is no longer than this. */
static u32 challenge_len(const struct tsec_dgram *dgram)
{
	const struct tsec_packet_ops *ops = dgram->ops;

	return ops->header_room + TSEC_RRC_LEN + ops->trailer_room;
}

static void timer_arm(struct tsec_dgram *dgram)
{
	struct tsec_session *session = dgram->session;
	struct tsec_dgram_move *move = &dgram->move;

	spin_lock_bh(&move->lock);
	if (!move->stopped) {
		tsec_session_get(session);
		/* Not the last one: the caller has its own. */
		if (mod_delayed_work(tsec_wq, &move->timer, WAIT))
			refcount_dec(&session->refs);
	}
	spin_unlock_bh(&move->lock);
}

/* Makes the next challenge; false if there may be none. */
static bool challenge_make(struct tsec_dgram *dgram, u8 *message,
			   struct tsec_udp_ends *to)
{
	struct tsec_dgram_move *move = &dgram->move;
	u32 len = challenge_len(dgram);
	u8 *cookie;
	bool may;

	spin_lock_bh(&move->lock);
	may = (move->state == TSEC_DGRAM_SEEN ||
	       move->state == TSEC_DGRAM_CHALLENGED) &&
	      move->tries < TSEC_DGRAM_MOVE_TRIES &&
	      move->sent + len <= AMPLIFICATION * move->received;
	if (may) {
		cookie = move->cookies[move->tries++];
		get_random_bytes(cookie, TSEC_RRC_COOKIE_LEN);
		tsec_rrc_build(message, TSEC_RRC_CHALLENGE, cookie);
		*to = move->to;
		move->sent += len;
		WRITE_ONCE(move->state, TSEC_DGRAM_CHALLENGED);
	}
	spin_unlock_bh(&move->lock);
	return may;
}

static bool challenge_send(struct tsec_dgram *dgram)
{
	u8 message[TSEC_RRC_LEN];
	struct tsec_udp_ends to;

	if (!challenge_make(dgram, message, &to))
		return false;
	TSEC_INC_STATS(dgram->session->tn, TSEC_STAT_PATHS_CHALLENGED);
	tsec_dgram_send_control(dgram->session, &to, TSEC_RRC_CONTENT, message,
				sizeof(message));
	memzero_explicit(message, sizeof(message));
	timer_arm(dgram);
	return true;
}

static void timer_work(struct work_struct *work)
{
	struct tsec_dgram *dgram = container_of(to_delayed_work(work),
						struct tsec_dgram, move.timer);
	struct tsec_session *session = dgram->session;

	if (READ_ONCE(dgram->move.state) == TSEC_DGRAM_CHALLENGED &&
	    (!tsec_session_open(session) || !challenge_send(dgram))) {
		spin_lock_bh(&dgram->move.lock);
		if (dgram->move.state == TSEC_DGRAM_CHALLENGED) {
			reset(&dgram->move);
			TSEC_INC_STATS(session->tn, TSEC_STAT_PATHS_UNPROVEN);
		}
		spin_unlock_bh(&dgram->move.lock);
	}
	tsec_session_put(session);
}

/**
 * tsec_dgram_move_init() - prepare the part of a session that moves
 * @dgram: all zeros but for its session
 */
void tsec_dgram_move_init(struct tsec_dgram *dgram)
{
	spin_lock_init(&dgram->move.lock);
	INIT_DELAYED_WORK(&dgram->move.timer, timer_work);
}

/*
 * The kernel brings a connected socket nothing from elsewhere.  Where several
 * share a port, it would not know whom of them to give what.
 */
static void listen_everywhere(struct tsec_dgram *dgram)
{
	struct tsec_session *session = dgram->session;
	struct sock *isk = dgram->isk;

	if (isk->sk_reuse || isk->sk_reuseport)
		return;
	if (!tsec_udp_disconnect(session->inner))
		WRITE_ONCE(dgram->mobile, true);
}

/* Whoever gives keys by hand has both ends in mind. */
static bool is_checked(const struct tsec_dgram *dgram)
{
	return dgram->checks ||
	       test_bit(TSEC_SESSION_MANUAL, &dgram->session->flags);
}

/**
 * tsec_dgram_move_open() - the keys are in, and say whether ends may move
 * @dgram: a session that is about to open
 *
 * Context: process context, tx.lock and rx.lock held.
 */
void tsec_dgram_move_open(struct tsec_dgram *dgram)
{
	const struct tsec_session *session = dgram->session;
	enum tsec_mobility mobility = dgram->ops->mobility;

	/* RFC 9853 section 3: without that, nobody answers. */
	if (mobility == TSEC_MOBILITY_CHECKED && !is_checked(dgram))
		mobility = TSEC_MOBILITY_NONE;
	if (mobility == TSEC_MOBILITY_CHECKED)
		dgram->named = session->rx.key.cid_len ||
			       session->tx.key.cid_len;
	if (mobility != TSEC_MOBILITY_FREE &&
	    (mobility == TSEC_MOBILITY_NONE || !session->rx.key.cid_len))
		return;
	if (dgram->peer.endpoint)
		WRITE_ONCE(dgram->mobile, true);
	else
		listen_everywhere(dgram);
	/* Its own address is the program's choice if that has made one. */
	dgram->path.roams = session->role == TSEC_ROLE_CLIENT &&
			    dgram->mobile &&
			    (mobility == TSEC_MOBILITY_FREE ||
			     session->tx.key.cid_len) &&
			    !tsec_udp_is_bound(dgram->isk);
}

/**
 * tsec_dgram_move_stop() - the session ends
 * @dgram: the session; the caller holds a reference
 *
 * Context: process context.
 */
void tsec_dgram_move_stop(struct tsec_dgram *dgram)
{
	spin_lock_bh(&dgram->move.lock);
	reset(&dgram->move);
	dgram->move.stopped = true;
	spin_unlock_bh(&dgram->move.lock);
	if (cancel_delayed_work(&dgram->move.timer))
		tsec_session_put(dgram->session);
}

/**
 * tsec_dgram_move_newest() - is a key the newest one that the peer has used?
 * @dgram: the session
 * @epoch: the key's, which has opened a record
 *
 * Context: Any.
 * Return: false if a later one has opened something.
 */
bool tsec_dgram_move_newest(struct tsec_dgram *dgram, u32 epoch)
{
	u32 newest = READ_ONCE(dgram->move.epoch);

	if (likely(epoch == newest))
		return true;
	if (epoch < newest)
		return false;
	WRITE_ONCE(dgram->move.epoch, epoch);
	return true;
}

/* Whether the work has something to do about it; under the lock. */
static bool seen_elsewhere(struct tsec_dgram *dgram,
			   const struct tsec_udp_ends *from, u32 len)
{
	struct tsec_dgram_move *move = &dgram->move;

	if (move->state != TSEC_DGRAM_STAYS &&
	    !memcmp(&move->to, from, sizeof(*from))) {
		if (move->received <= U32_MAX / AMPLIFICATION - len)
			move->received += len;
		return false;
	}
	/* Somewhere else again: the last one counts. */
	reset(move);
	move->to = *from;
	move->received = len;
	WRITE_ONCE(move->state, dgram->ops->mobility ==
		   TSEC_MOBILITY_FREE ? TSEC_DGRAM_PROVEN : TSEC_DGRAM_SEEN);
	return true;
}

/**
 * tsec_dgram_move_seen() - the newest record so far has come
 * @dgram: a session whose peer may move
 * @skb: the datagram with the record, its headers still in memory
 * @len: bytes of the datagram
 * @elsewhere: it does not come from where the peer is known to be
 *
 * Context: softirq or bottom halves off, under RCU.
 * Return: true if tsec_dgram_move_work() has to be called.
 */
bool tsec_dgram_move_seen(struct tsec_dgram *dgram, const struct sk_buff *skb,
			  u32 len, bool elsewhere)
{
	struct tsec_dgram_move *move = &dgram->move;
	struct tsec_udp_ends from;
	bool work = false;

	if (likely(!elsewhere &&
		   READ_ONCE(move->state) == TSEC_DGRAM_STAYS))
		return false;
	tsec_udp_ends_read(skb, &from);
	spin_lock(&move->lock);
	if (elsewhere)
		work = seen_elsewhere(dgram, &from, len);
	else if (move->state != TSEC_DGRAM_PROVEN)
		reset(move);	/* it is back, or has never been away */
	spin_unlock(&move->lock);
	return work;
}

static void address_set(union tsec_address *address, sa_family_t family,
			const struct in6_addr *addr, __be16 port, u32 scope)
{
	memset(address, 0, sizeof(*address));
	address->sa.sa_family = family;
	if (family == AF_INET) {
		address->in.sin_port = port;
		address->in.sin_addr.s_addr = addr->s6_addr32[3];
		return;
	}
	address->in6.sin6_port = port;
	address->in6.sin6_addr = *addr;
	address->in6.sin6_scope_id = scope;
}

/* Under the path's lock. */
static void addresses_set(struct tsec_dgram *dgram)
{
	const struct tsec_udp_ends *ends = &dgram->path.ends;
	struct tsec_session *session = dgram->session;
	sa_family_t family = dgram->isk->sk_family;

	address_set(&session->local, family, &ends->local,
		    inet_sk(dgram->isk)->inet_sport, 0);
	address_set(&session->remote, family, &ends->remote, ends->port,
		    ends->scope);
}

static bool proven_take(struct tsec_dgram *dgram, struct tsec_udp_ends *to)
{
	bool proven;

	spin_lock_bh(&dgram->move.lock);
	proven = dgram->move.state == TSEC_DGRAM_PROVEN;
	if (proven) {
		*to = dgram->move.to;
		reset(&dgram->move);
	}
	spin_unlock_bh(&dgram->move.lock);
	return proven;
}

/* Under rx.lock, so that the inner socket stays. */
static void follow(struct tsec_dgram *dgram, const struct tsec_udp_ends *to)
{
	tsec_endpoint_moved(dgram, to);
	write_seqlock_bh(&dgram->path.lock);
	dgram->path.ends = *to;
	addresses_set(dgram);
	write_sequnlock_bh(&dgram->path.lock);
	dst_cache_reset(&dgram->path.cache);
	TSEC_INC_STATS(dgram->session->tn, TSEC_STAT_PEERS_MOVED);
	tsec_event_session(dgram->session, TSEC_CMD_SESSION_MOVE_NTF);
}

/**
 * tsec_dgram_move_work() - challenge the peer, or follow it
 * @dgram: the session
 *
 * Context: process context, in the session's work, no locks held.
 */
void tsec_dgram_move_work(struct tsec_dgram *dgram)
{
	struct tsec_session *session = dgram->session;
	struct tsec_udp_ends to;

	if (READ_ONCE(dgram->move.state) == TSEC_DGRAM_SEEN)
		challenge_send(dgram);
	mutex_lock(&session->rx.lock);
	/* Its program may have closed it meanwhile. */
	if (session->inner && proven_take(dgram, &to))
		follow(dgram, &to);
	mutex_unlock(&session->rx.lock);
}

/* RFC 9853 section 6.4: back to where it came from, and at once. */
static void respond(struct tsec_dgram *dgram, const struct tsec_udp_ends *from,
		    const u8 *cookie)
{
	u8 message[TSEC_RRC_LEN];
	struct tsec_udp_ends own;
	bool left;

	tsec_udp_path_ends(&dgram->path, &own);
	left = dgram->path.roams && !ipv6_addr_equal(&own.local, &from->local);
	tsec_rrc_build(message, left ? TSEC_RRC_DROP : TSEC_RRC_RESPONSE,
		       cookie);
	tsec_dgram_send_control(dgram->session, from, TSEC_RRC_CONTENT,
				message, sizeof(message));
}

static bool is_cookie(const struct tsec_dgram_move *move, const u8 *cookie)
{
	int i;

	for (i = 0; i < move->tries; i++)
		if (!crypto_memneq(move->cookies[i], cookie,
				   TSEC_RRC_COOKIE_LEN))
			return true;
	return false;
}

/* What comes too late, or from somewhere else again, proves nothing. */
static void take_response(struct tsec_dgram *dgram,
			  const struct tsec_udp_ends *from, const u8 *cookie)
{
	struct tsec_dgram_move *move = &dgram->move;
	bool proven;

	spin_lock_bh(&move->lock);
	proven = move->state == TSEC_DGRAM_CHALLENGED &&
		 !memcmp(&move->to, from, sizeof(*from)) &&
		 is_cookie(move, cookie);
	if (proven)
		WRITE_ONCE(move->state, TSEC_DGRAM_PROVEN);
	spin_unlock_bh(&move->lock);
	if (proven)
		tsec_dgram_move_work(dgram);
	else
		TSEC_INC_STATS(dgram->session->tn, TSEC_STAT_PATHS_FORGED);
}

/**
 * tsec_dgram_move_control() - take a message of a return routability check
 * @dgram: the session
 * @skb: the content of a record, the datagram's headers still in memory
 * @content: the record's type
 *
 * Context: process context, in the session's work, no locks held.
 * Return: false if it is none, or none may come.
 */
bool tsec_dgram_move_control(struct tsec_dgram *dgram,
			     const struct sk_buff *skb, u8 content)
{
	struct tsec_udp_ends from;
	enum tsec_rrc_type type;
	const u8 *cookie;

	if (content != TSEC_RRC_CONTENT || !dgram->named)
		return false;
	cookie = tsec_rrc_parse(skb->data, skb->len, &type);
	if (!cookie)
		return true;
	tsec_udp_ends_read(skb, &from);
	switch (type) {
	case TSEC_RRC_CHALLENGE:
		respond(dgram, &from, cookie);
		break;
	case TSEC_RRC_RESPONSE:
		take_response(dgram, &from, cookie);
		break;
	case TSEC_RRC_DROP:
		/* No address becomes better by this one: the timer ends it. */
		break;
	}
	return true;
}

static void moved_here(struct tsec_dgram *dgram)
{
	write_seqlock_bh(&dgram->path.lock);
	addresses_set(dgram);
	write_sequnlock_bh(&dgram->path.lock);
	TSEC_INC_STATS(dgram->session->tn, TSEC_STAT_OWN_MOVES);
	tsec_event_session(dgram->session, TSEC_CMD_SESSION_MOVE_NTF);
}

/**
 * tsec_dgram_route() - find the way of a datagram
 * @session: an open session
 * @ask: how it is to be sent
 * @route: set; ends with tsec_udp_send() or tsec_udp_route_put()
 *
 * It may begin at another address of this end than before.
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from send(2).
 */
int tsec_dgram_route(struct tsec_session *session,
		     const struct tsec_udp_ask *ask,
		     struct tsec_udp_route *route)
{
	struct tsec_dgram *dgram = session->dgram;
	int err;

	err = tsec_udp_route(&dgram->path, dgram->out, ask, route);
	if (!err && unlikely(route->moved))
		moved_here(dgram);
	return err;
}
