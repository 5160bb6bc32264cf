// SPDX-License-Identifier: GPL-2.0
/*
 * The UDP port that the records of all sessions of a protocol share: 4500 of
 * ESP (RFC 3948).
 *
 * Each network namespace has a socket for it, of each address family, as long
 * as there are sessions of that family.  It finds the session of a record by
 * what the receiver calls the key; the port that the program knows is inside,
 * out of sight.
 */
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/udp_tunnel.h>

#include "compat.h"
#include "dgram.h"
#include "encap.h"
#include "net.h"
#include "packet.h"
#include "session.h"
#include "udp.h"
#include "udp_peer.h"

/**
 * struct tsec_encap - a port that sessions share
 * @refs: each of its sessions; the last one goes under tn->encap_lock
 * @sock: the socket
 * @tn: its network namespace, pinned by the sessions
 * @by_v6: which of the namespace's two it is
 * @ops: the protocol of what comes in
 * @members: receiving keys of the sessions, by what records call them
 * @end: frees what is here once no softirq can see it
 */
struct tsec_encap {
	refcount_t refs;
	struct socket *sock;
	struct tsec_net *tn;
	bool by_v6;
	const struct tsec_packet_ops *ops;
	struct rhashtable members;
	struct rcu_work end;
};

static const struct rhashtable_params members_params = {
	.key_len	= sizeof(u32),
	.key_offset	= offsetof(struct tsec_encap_member, id),
	.head_offset	= offsetof(struct tsec_encap_member, node),
	.automatic_shrinking = true,
};

/*
 * Whether a record comes from where the session's peer is.  Its port does not
 * matter: one that a NAT has changed is as good (RFC 3948 section 2.1).
 */
static bool is_from_peer(const struct tsec_dgram *dgram,
			 const struct sk_buff *skb)
{
	int bound = READ_ONCE(dgram->isk->sk_bound_dev_if);
	struct tsec_udp_ends ends;

	tsec_udp_ends_read(skb, &ends);
	return ipv6_addr_equal(&ends.remote, &dgram->inside.header.ends.remote) &&
	       (!bound || bound == skb->skb_iif);
}

/*
 * What no key protects is a keepalive of a NAT's mapping, or a message of
 * IKE, which nobody here speaks.
 */
static void datagram_take(struct tsec_encap *encap, struct sk_buff *skb)
{
	struct tsec_packet_header header;
	struct tsec_encap_member *member;

	if (encap->ops->peek(skb->data, skb->len, 0, &header)) {
		tsec_drop(encap->tn, skb, TSEC_STAT_PACKETS_MALFORMED);
		return;
	}
	if (!header.sealed) {
		tsec_drop(encap->tn, skb, TSEC_STAT_PACKETS_UNPROTECTED);
		return;
	}
	member = rhashtable_lookup(&encap->members, &header.key_id,
				   members_params);
	if (!member)
		tsec_drop(encap->tn, skb, TSEC_STAT_PACKETS_NO_KEY);
	else if (!is_from_peer(member->dgram, skb))
		tsec_drop(encap->tn, skb, TSEC_STAT_PACKETS_NO_SESSION);
	else
		tsec_dgram_take(member->dgram, skb);
}

static int encap_receive(struct sock *isk, struct sk_buff *skb)
{
	struct tsec_encap *encap = rcu_dereference_sk_user_data(isk);

	if (!encap)
		tsec_drop(tsec_net_get(sock_net(isk)), skb,
			  TSEC_STAT_PACKETS_NO_SESSION);
	else if (tsec_dgram_own(encap->tn, isk, skb))
		datagram_take(encap, skb);
	return 0;
}

/*
 * Anybody may send ICMP errors, and no key tells friend from foe: none is
 * believed (RFC 4301 section 6.1), but for what routes learn of a path's MTU.
 */
static int socket_make(struct tsec_encap *encap, u16 port, const char **why)
{
	struct udp_port_cfg cfg = {
		.family			= encap->by_v6 ? AF_INET6 : AF_INET,
		.local_udp_port		= htons(port),
		.ipv6_v6only		= true,
		.use_udp6_rx_checksums	= true,
	};
	int err = udp_sock_create(encap->tn->net, &cfg, &encap->sock);

	if (err) {
		*why = err == -EADDRINUSE ?
		       "another program has the UDP port of the protocol" :
		       "no socket for the UDP port of the protocol";
		return err;
	}
	tsec_udp_hook(encap->sock, encap_receive, NULL);
	rcu_assign_sk_user_data(encap->sock->sk, encap);
	return 0;
}

static struct tsec_encap *encap_new(struct tsec_net *tn, bool by_v6,
				    const struct tsec_record_ops *record,
				    const char **why)
{
	struct tsec_encap *encap;
	int err;

	*why = "no memory for the UDP port of the protocol";
	encap = kzalloc(sizeof(*encap), GFP_KERNEL_ACCOUNT);
	if (!encap)
		return ERR_PTR(-ENOMEM);
	refcount_set(&encap->refs, 1);
	encap->tn = tn;
	encap->by_v6 = by_v6;
	encap->ops = record->packet;
	err = rhashtable_init(&encap->members, &members_params);
	if (err)
		goto free_encap;
	err = socket_make(encap, record->port, why);
	if (!err)
		return encap;
	rhashtable_destroy(&encap->members);
free_encap:
	kfree(encap);
	return ERR_PTR(err);
}

/* The namespace's socket, with a reference. */
static struct tsec_encap *encap_get(struct tsec_net *tn, bool by_v6,
				    const struct tsec_record_ops *record,
				    const char **why)
{
	struct tsec_encap *encap;

	mutex_lock(&tn->encap_lock);
	encap = tn->encaps[by_v6];
	if (encap) {
		refcount_inc(&encap->refs);
	} else {
		encap = encap_new(tn, by_v6, record, why);
		if (!IS_ERR(encap))
			tn->encaps[by_v6] = encap;
	}
	mutex_unlock(&tn->encap_lock);
	return encap;
}

/**
 * tsec_encap_open() - give a session a part in the port of its protocol
 * @dgram: the session; its header inside is set.  tsec_encap_put() ends it
 * @why: set to the reason of a failure
 *
 * Context: process context.
 * Return: 0; -EADDRINUSE if somebody else has the port, -ENOMEM, or another
 * negative errno as from bind(2).
 */
int tsec_encap_open(struct tsec_dgram *dgram, const char **why)
{
	struct tsec_session *session = dgram->session;
	struct tsec_encap *encap;

	encap = encap_get(session->tn, tsec_udp_ends_v6(&dgram->inside.header.ends),
			  session->record, why);
	if (IS_ERR(encap))
		return PTR_ERR(encap);
	dgram->encap = encap;
	return 0;
}

/**
 * tsec_encap_join() - bring a session what comes under a key
 * @dgram: the session; nothing happens if it shares no port
 * @member: the key's, which nobody looks at yet
 * @id: what records call the key
 * @why: set to the reason of a failure
 *
 * Context: process context.
 * Return: 0, -EEXIST if a session of the namespace and address family has
 * such a key, -ENOMEM.
 */
int tsec_encap_join(struct tsec_dgram *dgram, struct tsec_encap_member *member,
		    u32 id, const char **why)
{
	int err;

	if (!dgram->encap)
		return 0;
	member->id = id;
	member->dgram = dgram;
	err = rhashtable_lookup_insert_fast(&dgram->encap->members,
					    &member->node, members_params);
	*why = err == -EEXIST ? "another session receives by the same SPI" :
				"no memory for the key";
	return err;
}

/**
 * tsec_encap_leave() - bring a session no more records under a key
 * @dgram: the session; nothing happens if it shares no port
 * @member: the key's; it may have left before
 *
 * Softirqs may be at work for it up to the end of a grace period.
 *
 * Context: process context.
 */
void tsec_encap_leave(struct tsec_dgram *dgram,
		      struct tsec_encap_member *member)
{
	if (dgram->encap)
		rhashtable_remove_fast(&dgram->encap->members, &member->node,
				       members_params);
}

static void end_work(struct work_struct *work)
{
	struct tsec_encap *encap = container_of(to_rcu_work(work),
						struct tsec_encap, end);

	rhashtable_destroy(&encap->members);
	kfree(encap);
}

/**
 * tsec_encap_put() - let go of a shared port
 * @encap: the port's socket
 *
 * The last reference releases the socket.
 *
 * Context: process context.
 */
void tsec_encap_put(struct tsec_encap *encap)
{
	struct tsec_net *tn = encap->tn;

	if (!refcount_dec_and_mutex_lock(&encap->refs, &tn->encap_lock))
		return;
	tn->encaps[encap->by_v6] = NULL;
	rcu_assign_sk_user_data(encap->sock->sk, NULL);
	/* The port is free before another session may want it. */
	sock_release(encap->sock);
	mutex_unlock(&tn->encap_lock);
	INIT_RCU_WORK(&encap->end, end_work);
	queue_rcu_work(tsec_wq, &encap->end);
}
