// SPDX-License-Identifier: GPL-2.0
/*
 * A bound UDP socket that many sessions share: it finds the session of each
 * datagram, and the clients that want one.
 *
 * A client that nobody knows has to show first that it gets what is sent to
 * its address.  Up to there it is answered in the softirq that brought its
 * datagram, and nothing of it is kept (packet.h has the protocol's part).
 * Who has shown it waits for the listener's work, which makes the session.
 */
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "dgram.h"
#include "endpoint.h"
#include "inner.h"
#include "listener.h"
#include "net.h"
#include "options.h"
#include "packet.h"
#include "session.h"
#include "udp.h"

enum endpoint_limits {
	HELLOS_MAX	= 256,	/* clients that wait for the listener */
	HELLOS_MANY	= HELLOS_MAX / 8,
	PERIOD_SECONDS	= 30,	/* a proof is good for one, and for the next */
};

static atomic_t numbers;	/* of endpoints */

static bool is_loaded(const struct tsec_endpoint *endpoint)
{
	const struct tsec_listener *listener;

	listener = rcu_dereference(endpoint->listener);
	return skb_queue_len_lockless(&endpoint->hellos) >= HELLOS_MANY ||
	       (listener && tsec_listener_is_loaded(listener, endpoint->tn));
}

/* What the listener allows now, under RCU. */
static bool terms_get(const struct tsec_endpoint *endpoint,
		      struct tsec_greeting_terms *terms)
{
	struct tsec_listener *listener = rcu_dereference(endpoint->listener);

	return listener && tsec_profile_terms(&endpoint->tn->profiles,
					      listener->app, terms);
}

static bool terms_tell(const struct tsec_greeting *greeting,
		       struct tsec_greeting_terms *terms)
{
	return terms_get(greeting->owner, terms);
}

/* What a datagram is to the listener, if there is one. */
static enum tsec_greeting_verdict meet(const struct tsec_endpoint *endpoint,
				       const struct tsec_udp_ends *ends,
				       const struct sk_buff *skb, bool loaded,
				       struct tsec_greeting *greeting)
{
	if (!rcu_access_pointer(endpoint->listener) ||
	    skb->pkt_type != PACKET_HOST)
		return TSEC_GREETING_NONE;
	greeting->data = skb->data;
	greeting->len = skb->len;
	greeting->peer = (const u8 *)ends;
	greeting->peer_len = sizeof(*ends);
	greeting->period = ktime_get_boottime_seconds() / PERIOD_SECONDS;
	greeting->secret = endpoint->secret;
	greeting->pubkey = endpoint->pubkey;
	greeting->loaded = loaded;
	greeting->owner = endpoint;
	greeting->terms = terms_tell;
	return endpoint->greet(greeting);
}

static void answer(struct tsec_endpoint *endpoint,
		   const struct tsec_udp_ends *ends, struct sk_buff *skb,
		   const struct tsec_greeting *greeting)
{
	tsec_udp_reply(endpoint->isk, ends, greeting->reply,
		       greeting->reply_len);
	TSEC_INC_STATS(endpoint->tn, TSEC_STAT_HELLOS_ANSWERED);
	consume_skb(skb);
}

static void hello_queue(struct tsec_endpoint *endpoint, struct sk_buff *skb)
{
	struct tsec_listener *listener = rcu_dereference(endpoint->listener);

	if (!listener) {
		tsec_drop(endpoint->tn, skb, TSEC_STAT_PACKETS_NO_SESSION);
		return;
	}
	if (skb_queue_len_lockless(&endpoint->hellos) >= HELLOS_MAX) {
		tsec_drop(endpoint->tn, skb, TSEC_STAT_PACKETS_NO_ROOM);
		return;
	}
	tsec_dgram_set_aside(skb);
	skb_queue_tail(&endpoint->hellos, skb);
	tsec_listener_kick(listener);
}

/* Whatever an initiation says of itself, an open session has to bear it. */
static bool goes_on(const struct tsec_session *session)
{
	return tsec_session_stays(session) &&
	       (tsec_session_open(session) ||
		(tsec_session_busy(session) && READ_ONCE(session->channel)));
}

/*
 * Whether it was said to the session that there is: once more, or of a
 * protocol whose handshakes go on, for new keys.
 */
static bool is_of(const struct tsec_dgram *dgram,
		  const struct tsec_greeting *greeting)
{
	if (!dgram)
		return false;
	return goes_on(dgram->session) ||
	       !memcmp(dgram->peer.proof, greeting->proof,
		       TSEC_GREETING_PROOF_LEN);
}

static void pass(struct tsec_endpoint *endpoint, struct tsec_dgram *dgram,
		 struct sk_buff *skb)
{
	if (dgram)
		tsec_dgram_take(dgram, skb);
	else
		tsec_drop(endpoint->tn, skb, TSEC_STAT_PACKETS_NO_SESSION);
}

/*
 * Clients of older versions are answered by what the first piece has, and so are
 * those whose message is too long.
 */
static bool is_piece(const struct tsec_endpoint *endpoint,
		     const struct sk_buff *skb,
		     struct tsec_packet_piece *piece)
{
	const struct tsec_record_ops *record = endpoint->record;
	struct tsec_greeting_terms terms;

	return record->piece && record->piece(skb->data, skb->len, piece) &&
	       piece->total <= TSEC_PIECES_MAX &&
	       terms_get(endpoint, &terms) &&
	       terms.version_max >= TSEC_VERSION_TLS_1_3;
}

/* The whole message, once its last piece has come; else NULL. */
static struct sk_buff *piece_take(struct tsec_endpoint *endpoint,
				  const struct tsec_udp_ends *ends,
				  struct sk_buff *skb,
				  const struct tsec_packet_piece *piece)
{
	struct sk_buff *whole;

	whole = tsec_pieces_take(&endpoint->pieces, ends, skb, piece);
	consume_skb(skb);
	if (whole)
		endpoint->record->whole(whole->data, whole->len);
	return whole;
}

static void datagram_take(struct tsec_endpoint *endpoint, struct sk_buff *skb)
{
	struct tsec_packet_piece piece;
	struct tsec_greeting greeting;
	struct tsec_udp_ends ends;
	struct tsec_dgram *dgram;

	tsec_udp_ends_read(skb, &ends);
	if (is_piece(endpoint, skb, &piece))
		skb = piece_take(endpoint, &ends, skb, &piece);
	if (!skb)
		return;
	dgram = tsec_endpoint_named(endpoint, skb) ?:
		tsec_endpoint_at(endpoint, &ends);
	switch (meet(endpoint, &ends, skb, is_loaded(endpoint), &greeting)) {
	case TSEC_GREETING_NONE:
		pass(endpoint, dgram, skb);
		break;
	case TSEC_GREETING_ANSWERED:
		answer(endpoint, &ends, skb, &greeting);
		break;
	case TSEC_GREETING_PROVEN:
		if (is_of(dgram, &greeting))
			pass(endpoint, dgram, skb);
		else
			hello_queue(endpoint, skb);
		break;
	}
}

static int endpoint_receive(struct sock *isk, struct sk_buff *skb)
{
	struct tsec_endpoint *endpoint = rcu_dereference_sk_user_data(isk);

	if (!endpoint)
		tsec_drop(tsec_net_get(sock_net(isk)), skb,
			  TSEC_STAT_PACKETS_NO_SESSION);
	else if (tsec_dgram_own(endpoint->tn, isk, skb))
		datagram_take(endpoint, skb);
	return 0;
}

static void endpoint_error(TSEC_ENCAP_ERR_ARGS)
{
	struct tsec_endpoint *endpoint = rcu_dereference_sk_user_data(isk);
	struct tsec_udp_ends ends;
	struct tsec_dgram *dgram;

	if (!endpoint || !tsec_udp_ends_failed(skb, &ends))
		return;
	dgram = tsec_endpoint_at(endpoint, &ends);
	if (dgram)
		tsec_dgram_error(dgram, skb);
}

/* A reference on the session that is there already. */
static struct tsec_session *session_get(struct tsec_endpoint *endpoint,
					const struct tsec_udp_ends *ends)
{
	struct tsec_dgram *dgram;
	struct tsec_session *session = NULL;

	rcu_read_lock();
	dgram = tsec_endpoint_at(endpoint, ends);
	if (dgram && refcount_inc_not_zero(&dgram->session->refs))
		session = dgram->session;
	rcu_read_unlock();
	return session;
}

/*
 * A client that begins anew has lost its session, as far as that was one: it
 * has proven its address once more (RFC 6347 section 4.2.8).  True if it has
 * begun nothing new, and is only not sure of having been heard.
 */
static bool repeats(struct tsec_endpoint *endpoint,
		    const struct tsec_udp_ends *ends,
		    const struct tsec_greeting *greeting)
{
	struct tsec_session *session = session_get(endpoint, ends);
	bool same;

	if (!session)
		return false;
	same = is_of(session->dgram, greeting);
	if (!same) {
		tsec_endpoint_leave(session->dgram);
		tsec_session_abort(session, ECONNRESET,
				   "the client began a new session");
	}
	tsec_session_put(session);
	return same;
}

static struct socket *child_make(struct tsec_listener *listener,
				 const struct tsec_udp_ends *ends)
{
	struct sock *parent = listener->endpoint->isk;
	struct socket *child;
	int err;

	child = tsec_inner_new(sock_net(parent), parent->sk_family,
			       SOCK_DGRAM);
	if (IS_ERR(child))
		return child;
	tsec_options_replay(child, listener->recorded);
	err = tsec_udp_child(child, parent, ends);
	if (!err)
		return child;
	sock_release(child);
	return ERR_PTR(err);
}

static int join(struct tsec_endpoint *endpoint, struct tsec_session *session,
		const struct tsec_udp_ends *ends, const u8 *proof)
{
	struct tsec_endpoint_peer *peer;
	int err = tsec_dgram_new(session);

	if (err)
		return err;
	peer = &session->dgram->peer;
	peer->ends = *ends;
	memcpy(peer->proof, proof, sizeof(peer->proof));
	peer->endpoint = tsec_endpoint_get(endpoint);
	return tsec_endpoint_join(session->dgram);
}

static struct tsec_session *session_make(struct tsec_listener *listener,
					 const struct tsec_udp_ends *ends,
					 const u8 *proof)
{
	struct socket *child = child_make(listener, ends);
	struct tsec_session *session;
	int err;

	if (IS_ERR(child))
		return ERR_CAST(child);
	session = tsec_listener_session(listener, child);
	if (IS_ERR(session)) {
		sock_release(child);
		return session;
	}
	err = join(listener->endpoint, session, ends, proof);
	if (!err)
		return session;
	tsec_session_close(session);
	return ERR_PTR(err);
}

static void client_take(struct tsec_listener *listener,
			const struct tsec_udp_ends *ends, const u8 *proof,
			struct sk_buff *skb)
{
	struct tsec_session *session = session_make(listener, ends, proof);

	if (IS_ERR(session)) {
		tsec_drop(listener->endpoint->tn, skb,
			  TSEC_STAT_PACKETS_NO_SESSION);
		return;
	}
	local_bh_disable();
	rcu_read_lock();
	tsec_dgram_take(session->dgram, skb);
	rcu_read_unlock();
	local_bh_enable();
	tsec_listener_admit(listener, session);
}

/* The proof may have got too old while it waited. */
static void hello_take(struct tsec_listener *listener, struct sk_buff *skb)
{
	struct tsec_endpoint *endpoint = listener->endpoint;
	enum tsec_greeting_verdict verdict;
	struct tsec_greeting greeting;
	struct tsec_udp_ends ends;

	tsec_udp_ends_read(skb, &ends);
	/* Protocols are asked as in the softirq that brought it. */
	rcu_read_lock();
	verdict = meet(endpoint, &ends, skb, false, &greeting);
	rcu_read_unlock();
	if (verdict != TSEC_GREETING_PROVEN ||
	    repeats(endpoint, &ends, &greeting)) {
		tsec_drop(endpoint->tn, skb, TSEC_STAT_PACKETS_NO_SESSION);
		return;
	}
	TSEC_INC_STATS(endpoint->tn, TSEC_STAT_HELLOS_PROVEN);
	client_take(listener, &ends, greeting.proof, skb);
}

static void dgram_accept(struct tsec_listener *listener)
{
	struct sk_buff *skb;

	while (tsec_listener_may_accept(listener)) {
		skb = skb_dequeue(&listener->endpoint->hellos);
		if (!skb)
			break;
		hello_take(listener, skb);
		cond_resched();
	}
}

static bool dgram_adopt(struct tsec_listener *listener,
			struct tsec_session *session)
{
	struct tsec_endpoint *endpoint = listener->endpoint;
	struct tsec_dgram *dgram = session->dgram;

	if (!tsec_endpoint_share(dgram))
		return false;
	WRITE_ONCE(dgram->out, endpoint->isk);
	set_bit(TSEC_SESSION_SHARED, &session->flags);
	tsec_dgram_rx_told(dgram, listener->sk);
	return true;
}

static enum tsec_greeting_verdict
(*greet_of(u8 protocol))(struct tsec_greeting *greeting)
{
	const struct tsec_record_ops *record = tsec_record_ops_find(protocol);

	return record->greet ?: record->packet->greet;
}

static struct tsec_endpoint *endpoint_new(struct tsec_listener *listener)
{
	struct tsec_endpoint *endpoint;

	endpoint = kzalloc(sizeof(*endpoint), GFP_KERNEL_ACCOUNT);
	if (!endpoint)
		return NULL;
	if (tsec_endpoint_tables_init(endpoint)) {
		kfree(endpoint);
		return NULL;
	}
	refcount_set(&endpoint->refs, 1);
	skb_queue_head_init(&endpoint->hellos);
	tsec_pieces_init(&endpoint->pieces);
	get_random_bytes(endpoint->secret, sizeof(endpoint->secret));
	endpoint->number = atomic_inc_return(&numbers);
	endpoint->sock = listener->inner;
	endpoint->isk = endpoint->sock->sk;
	endpoint->tn = tsec_net_get(sock_net(endpoint->isk));
	endpoint->record = tsec_record_ops_find(listener->protocol);
	endpoint->greet = greet_of(listener->protocol);
	RCU_INIT_POINTER(endpoint->listener, listener);
	return endpoint;
}

static struct tsec_profile *profile_of(const struct tsec_listener *listener)
{
	struct tsec_net *tn = tsec_net_get(sock_net(listener->inner->sk));

	return tsec_profile_find(&tn->profiles, listener->app->profile);
}

static bool keys_are_manual(const struct tsec_listener *listener)
{
	struct tsec_profile *profile = profile_of(listener);
	bool manual = profile && profile->settings.manual;

	tsec_profile_put(profile);
	return manual;
}

static void pubkey_note(struct tsec_endpoint *endpoint,
			const struct tsec_listener *listener)
{
	struct tsec_profile *profile = profile_of(listener);

	if (profile)
		memcpy(endpoint->pubkey, profile->settings.pubkey,
		       sizeof(endpoint->pubkey));
	tsec_profile_put(profile);
}

/* As with TCP, a socket without a name gets a port of its own. */
static int name_get(struct socket *sock)
{
	struct sockaddr_in6 any = { .sin6_family = sock->sk->sk_family };

	if (inet_sk(sock->sk)->inet_num)
		return 0;
	return kernel_bind(sock, (struct sockaddr *)&any,
			   any.sin6_family == AF_INET ?
			   sizeof(struct sockaddr_in) : sizeof(any));
}

static int dgram_start(struct tsec_listener *listener)
{
	struct tsec_endpoint *endpoint;
	int err;

	if (!greet_of(listener->protocol) || keys_are_manual(listener))
		return -EOPNOTSUPP;
	err = name_get(listener->inner);
	if (err)
		return err;
	endpoint = endpoint_new(listener);
	if (!endpoint)
		return -ENOMEM;
	listener->endpoint = endpoint;
	pubkey_note(endpoint, listener);
	tsec_udp_hook(listener->inner, endpoint_receive, endpoint_error);
	/* Who has found the hook of before expects a session. */
	synchronize_net();
	rcu_assign_sk_user_data(listener->inner->sk, endpoint);
	return 0;
}

/* Its sessions keep the name. */
static struct socket *dgram_stop(struct tsec_listener *listener)
{
	struct tsec_endpoint *endpoint = listener->endpoint;

	RCU_INIT_POINTER(endpoint->listener, NULL);
	/* Who has found it there looks at what its program has set. */
	synchronize_net();
	skb_queue_purge(&endpoint->hellos);
	tsec_endpoint_put(endpoint);
	return NULL;
}

static void end_work(struct work_struct *work)
{
	struct tsec_endpoint *endpoint = container_of(to_rcu_work(work),
						      struct tsec_endpoint,
						      end);

	skb_queue_purge(&endpoint->hellos);
	tsec_pieces_free(&endpoint->pieces);
	tsec_endpoint_tables_destroy(endpoint);
	kfree_sensitive(endpoint);
}

/**
 * tsec_endpoint_get() - hold an endpoint
 * @endpoint: the endpoint, held by somebody else
 *
 * Context: Any.
 * Return: @endpoint.
 */
struct tsec_endpoint *tsec_endpoint_get(struct tsec_endpoint *endpoint)
{
	refcount_inc(&endpoint->refs);
	return endpoint;
}

/**
 * tsec_endpoint_socket() - the UDP socket that sessions share
 * @endpoint: the endpoint, held
 *
 * Return: the inner socket, as long as the endpoint.
 */
struct socket *tsec_endpoint_socket(const struct tsec_endpoint *endpoint)
{
	return endpoint->sock;
}

/**
 * tsec_endpoint_put() - let go of an endpoint
 * @endpoint: the endpoint
 *
 * The last reference releases the socket.
 *
 * Context: process context.
 */
void tsec_endpoint_put(struct tsec_endpoint *endpoint)
{
	if (!refcount_dec_and_test(&endpoint->refs))
		return;
	rcu_assign_sk_user_data(endpoint->sock->sk, NULL);
	sock_release(endpoint->sock);
	INIT_RCU_WORK(&endpoint->end, end_work);
	queue_rcu_work(tsec_wq, &endpoint->end);
}

const struct tsec_listener_ops tsec_listener_dgram_ops = {
	.start	= dgram_start,
	.accept	= dgram_accept,
	.adopt	= dgram_adopt,
	.stop	= dgram_stop,
};
