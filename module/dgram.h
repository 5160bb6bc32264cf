/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session over an inner UDP socket: the data path of SOCK_DGRAM.
 */
#ifndef TSEC_DGRAM_H
#define TSEC_DGRAM_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>

#include "dgram_inside.h"
#include "dgram_keepalive.h"
#include "dgram_move.h"
#include "encap.h"
#include "endpoint.h"
#include "key.h"
#include "udp.h"
#include "udp_train.h"

struct tsec_half;
struct tsec_net;
struct tsec_packet;
struct tsec_packet_header;
struct tsec_packet_key;
struct tsec_packet_ops;
struct tsec_packet_params;
struct tsec_session;
struct tsec_transport;
union tsec_address;

enum tsec_dgram_limits {
	/* The peer's last, its present and its next one. */
	TSEC_DGRAM_RX_KEYS	= 3,
	/* Sendings of a message that can be acknowledged. */
	TSEC_DGRAM_UPDATE_TIMES	= 8,
	/* A message of the daemon's: one record, in any datagram. */
	TSEC_DGRAM_MESSAGE_MAX	= 1024,
};

/**
 * struct tsec_dgram_key - a key at work
 * @ops: its record protocol
 * @key: the protocol's own part
 * @id: as in struct tsec_packet_header, 0 if it is for all
 * @member: receiving: what finds the session by it on a shared port
 * @name: receiving: what finds the session by it at an endpoint
 * @confirms: receiving: the first packet that it opens puts the sending key
 *	that waits to work
 * @next: sending: the next number, which whoever takes it uses; receiving:
 *	the first number and as many as have come
 * @forged: receiving: packets that were not authentic
 * @about: what may be known of it: its bytes are not there any more
 * @watch: its limits
 * @end: frees it once nobody can see it
 */
struct tsec_dgram_key {
	const struct tsec_packet_ops *ops;
	struct tsec_packet_key *key;
	u32 id;
	struct tsec_encap_member member;
	struct tsec_endpoint_name name;
	bool confirms;
	atomic64_t next;
	atomic64_t forged;
	struct tsec_key about;
	struct tsec_watch watch;
	struct rcu_work end;
};

/**
 * struct tsec_dgram_heard - messages that must not be taken twice
 * @seq: the number of the peer's last one
 * @any: there was one
 */
struct tsec_dgram_heard {
	u16 seq;
	bool any;
};

/**
 * struct tsec_dgram_update - how the keys of a session renew themselves, and
 *	what else its ends say to each other after the handshake
 * @message_seq: the number of this end's next message, or of the one that is
 *	@pending
 * @updates: the peer's KeyUpdates
 * @ids: its messages about connection IDs
 * @pending: a message was not acknowledged yet; read without a lock
 * @type: which: a KeyUpdate, a NewConnectionId, or the @ticket
 * @request: a KeyUpdate asks the peer to do the same
 * @owed: a KeyUpdate is to follow
 * @ask: that one is to ask the peer
 * @ids_owed: a NewConnectionId is to follow
 * @ticket: the daemon's message, which is to follow unless it is @pending; NULL
 *	without one
 * @ticket_len: bytes of @ticket
 * @sent: numbers of the records that carried it, as many as fit
 * @times: how often it was sent
 * @wait_seconds: until it is sent again
 * @resend: sends it again; holds a reference on the session
 *
 * Under tx.lock and rx.lock of the session.
 */
struct tsec_dgram_update {
	u16 message_seq;
	struct tsec_dgram_heard updates;
	struct tsec_dgram_heard ids;
	bool pending;
	u8 type;
	bool request;
	bool owed;
	bool ask;
	bool ids_owed;
	u8 *ticket;
	size_t ticket_len;
	u64 sent[TSEC_DGRAM_UPDATE_TIMES];
	unsigned int times;
	unsigned int wait_seconds;
	struct delayed_work resend;
};

/**
 * enum tsec_dgram_events - what the data path leaves to the session's work
 * @TSEC_DGRAM_TX_SOFT: the sending key's soft limit was reached
 * @TSEC_DGRAM_RX_SOFT: the key's soft limit was reached
 * @TSEC_DGRAM_RX_HARD: the key's hard limit was reached
 * @TSEC_DGRAM_RX_EARLY: a datagram was too early when it came, but no longer
 * @TSEC_DGRAM_RX_END: the peer has ended
 * @TSEC_DGRAM_RX_MOVED: the peer seems to be at another address
 */
enum tsec_dgram_events {
	TSEC_DGRAM_TX_SOFT,
	TSEC_DGRAM_RX_SOFT,
	TSEC_DGRAM_RX_HARD,
	TSEC_DGRAM_RX_EARLY,
	TSEC_DGRAM_RX_END,
	TSEC_DGRAM_RX_MOVED,
};

/**
 * struct tsec_dgram - what a session needs for datagrams
 * @session: the session
 * @ops: the record layer of its version
 * @net: its network namespace, pinned: @work may outlive the sockets
 * @peer: what it is known by, if its datagrams come to an endpoint
 * @encap: the shared port that its records come to, with a reference; NULL
 *	if they come to its own socket
 * @inside: what stands inside of its records beside data
 * @isk: the inner socket, which softirqs may use up to the end
 * @out: the inner socket that is charged for what is sent: @isk, or that of
 *	@peer.endpoint if the program's socket has many sessions
 * @sk: the program's socket, NULL before there is one and after close();
 *	read under RCU
 * @train: packets of many datagrams that come to @isk
 * @used: jiffies of the last data in either direction
 * @sealed: data that came before its key
 * @sealed_size: the memory that took, under the list's lock
 * @early: data that came before the program's socket; its lock protects
 *	@told
 * @early_size: the memory that took, under the list's lock
 * @told: the program's socket has been told of
 * @path: the way to the peer
 * @farewell: the datagram that tells the peer of the end, if the daemon has
 *	sealed one
 * @farewell_len: bytes of @farewell, 0 if there is none
 * @checks: both ends answer return routability checks
 * @mobile: the peer is known by an identifier, wherever it is
 * @named: an end of the session is: each may ask the other to prove its
 *	address
 * @move: the peer's way to another address
 * @keepalive: whether the peer waits for a sign of life
 * @backlog: datagrams that could not be opened where they came
 * @behind: how many of those there are, the one at work included
 * @behind_size: the memory that they take
 * @control: opened control records, and flights of the peer's handshake
 * @events: bits of enum tsec_dgram_events
 * @work: deals with the last four of these
 * @keys_lock: protects @tx_waits, and which key of the session sends
 * @rx_keys: what receives, read under RCU, written under rx.lock
 * @rx_newest: which of @rx_keys came last, under rx.lock
 * @tx_waits: will send once the peer uses its partner, or NULL
 * @update: how the keys renew themselves
 * @tx: the key that sends, once the session has ended
 * @end: frees what is here once no softirq can see it
 */
struct tsec_dgram {
	struct tsec_session *session;
	const struct tsec_packet_ops *ops;
	struct net *net;
	struct tsec_endpoint_peer peer;
	struct tsec_encap *encap;
	struct tsec_dgram_inside inside;
	struct sock *isk;
	struct sock *out;
	struct sock __rcu *sk;
	struct tsec_udp_train train;
	unsigned long used;
	struct sk_buff_head sealed;
	unsigned int sealed_size;
	struct sk_buff_head early;
	unsigned int early_size;
	bool told;
	struct tsec_udp_path path;
	u8 farewell[TSEC_FAREWELL_MAX];
	u8 farewell_len;
	bool checks;
	bool mobile;
	bool named;
	struct tsec_dgram_move move;
	struct tsec_dgram_keepalive keepalive;
	struct sk_buff_head backlog;
	atomic_t behind;
	atomic_t behind_size;
	struct sk_buff_head control;
	unsigned long events;
	struct work_struct work;
	spinlock_t keys_lock;	/* which key sends */
	struct tsec_dgram_key __rcu *rx_keys[TSEC_DGRAM_RX_KEYS];
	unsigned int rx_newest;
	struct tsec_dgram_key *tx_waits;
	struct tsec_dgram_update update;
	struct tsec_dgram_key *tx;
	struct rcu_work end;
};

/**
 * tsec_dgram_use() - note that a session is in use
 * @dgram: the session
 *
 * Context: Any.
 */
static inline void tsec_dgram_use(struct tsec_dgram *dgram)
{
	unsigned long now = jiffies;

	/* Most often another CPU has said the same just now. */
	if (READ_ONCE(dgram->used) != now)
		WRITE_ONCE(dgram->used, now);
}

/**
 * tsec_dgram_set_aside() - make ready to wait what was not dealt with at once
 * @skb: what came in
 *
 * Nothing keeps the device that it came by.
 *
 * Context: Any.
 */
static inline void tsec_dgram_set_aside(struct sk_buff *skb)
{
	skb->dev = NULL;
}

extern const struct tsec_transport tsec_transport_dgram;

void tsec_dgram_hook(struct socket *inner);
int tsec_dgram_new(struct tsec_session *session);
void tsec_dgram_error(struct tsec_dgram *dgram, const struct sk_buff *skb);
__poll_t tsec_dgram_poll(struct tsec_session *session, struct file *file,
			 struct socket *sock, struct poll_table_struct *wait);
void tsec_dgram_ended(struct tsec_session *session, int how);
int tsec_dgram_shutdown(struct tsec_session *session, int how);

int tsec_dgram_tx_broken(const struct tsec_session *session);
int tsec_dgram_seal(struct tsec_session *session, struct tsec_packet *packet);
u32 tsec_dgram_header_room(const struct tsec_session *session);
u32 tsec_dgram_fit(const struct tsec_session *session, u32 mtu);
u32 tsec_dgram_sealed_len(const struct tsec_session *session,
			  const struct tsec_packet *packet);
int tsec_dgram_sendmsg(struct tsec_session *session, struct msghdr *msg,
		       size_t len);
int tsec_dgram_send_segments(struct tsec_session *session,
			     const struct tsec_udp_ask *ask,
			     struct msghdr *msg, size_t len);
bool tsec_dgram_send_message(struct tsec_session *session, u8 type,
			     const u8 *message, size_t len, u64 *seq);
void tsec_dgram_send_close(struct tsec_session *session);
void tsec_dgram_send_control(struct tsec_session *session,
			     const struct tsec_udp_ends *to, u8 type,
			     const u8 *message, size_t len);
int tsec_dgram_mtu(struct tsec_session *session);

void tsec_dgram_early_take(struct tsec_dgram *dgram, struct sk_buff *skb);
void tsec_dgram_early_open(struct tsec_dgram *dgram);

void tsec_dgram_control_queue(struct tsec_session *session,
			      struct sk_buff *skb, u8 content, u32 epoch,
			      u64 seq);
void tsec_dgram_control_flight(struct tsec_session *session,
			       struct sk_buff *skb);
void tsec_dgram_control_work(struct tsec_dgram *dgram);

void tsec_dgram_rx_work(struct tsec_dgram *dgram);
void tsec_dgram_rx_tell(struct tsec_dgram *dgram, enum tsec_dgram_events event);
void tsec_dgram_rx_defer(struct tsec_dgram *dgram, struct sk_buff *skb);
void tsec_dgram_rx_init(struct tsec_dgram *dgram);
void tsec_dgram_rx_free(struct tsec_dgram *dgram);
void tsec_dgram_rx_told(struct tsec_dgram *dgram, struct sock *sk);
bool tsec_dgram_is_flight(const struct tsec_session *session,
			  const struct tsec_packet_header *header);
bool tsec_dgram_is_elsewhere(const struct tsec_dgram *dgram,
			     const struct sk_buff *skb);
bool tsec_dgram_can_open(const struct tsec_dgram *dgram);
const struct tsec_dgram_key *
tsec_dgram_record_open(struct tsec_session *session,
		       const struct tsec_packet_header *header,
		       struct tsec_packet *packet);
void tsec_dgram_place_note(struct tsec_session *session,
			   const struct sk_buff *skb, u32 len, bool elsewhere);
void tsec_dgram_data_queue(struct tsec_session *session, struct sk_buff *skb,
			   unsigned int size);
void tsec_dgram_deliver_clone(struct tsec_session *session,
			      struct sk_buff *skb,
			      const struct tsec_packet *packet,
			      const struct tsec_dgram_key *slot);
void tsec_dgram_open(struct tsec_session *session, struct sk_buff *skb);
bool tsec_dgram_own_memory(struct sk_buff *skb);
bool tsec_dgram_own(struct tsec_net *tn, struct sock *isk,
		    struct sk_buff *skb);
void tsec_dgram_take(struct tsec_dgram *dgram, struct sk_buff *skb);
int tsec_dgram_receive(struct sock *isk, struct sk_buff *skb);
void tsec_dgram_train_take(struct tsec_dgram *dgram);
void tsec_dgram_train_ready(struct sock *isk);
int tsec_dgram_recvmsg(struct tsec_session *session, struct sock *sk,
		       struct msghdr *msg, size_t len, int flags);

int tsec_dgram_queue(struct sock *sk, struct sk_buff *skb, unsigned int size,
		     const union tsec_address *from);
int tsec_dgram_queue_recv(struct sock *sk, struct sock *isk,
			  struct msghdr *msg, size_t len, int flags);
int tsec_dgram_queue_next(struct sock *sk);

struct tsec_dgram_key *tsec_dgram_key_new(const struct tsec_packet_ops *ops,
					  const struct tsec_key *key,
					  const struct tsec_packet_params *as,
					  u64 bytes, const char **why);
void tsec_dgram_key_free(struct tsec_dgram_key *slot);
void tsec_dgram_key_retire(struct tsec_dgram_key *slot);
enum tsec_key_verdict tsec_dgram_key_take(struct tsec_dgram_key *slot,
					  const struct tsec_half *tx, u64 *seq);
enum tsec_key_verdict tsec_dgram_key_look(struct tsec_dgram_key *slot,
					  const struct tsec_half *rx);
bool tsec_dgram_key_forgery(struct tsec_dgram_key *slot);

int tsec_dgram_rekey_first(struct tsec_session *session, const char **why);
int tsec_dgram_rekey(struct tsec_session *session,
		     enum tsec_direction direction, struct tsec_key *key,
		     bool confirm, const char **why);
int tsec_dgram_rekey_renewed(struct tsec_session *session,
			     enum tsec_direction direction, const char **why);
void tsec_dgram_rekey_confirmed(struct tsec_session *session,
				struct tsec_dgram_key *slot);
void tsec_dgram_rekey_leave(struct tsec_session *session);
void tsec_dgram_rekey_stop(struct tsec_session *session);
void tsec_dgram_rekey_end(struct tsec_dgram *dgram);
struct tsec_dgram_key *tsec_dgram_rx_key(const struct tsec_dgram *dgram,
					 u32 id);
struct tsec_dgram_key *tsec_dgram_rx_match(const struct tsec_dgram *dgram,
					   const struct tsec_packet *packet);

void tsec_dgram_update_init(struct tsec_dgram *dgram);
void tsec_dgram_update_stop(struct tsec_session *session);
void tsec_dgram_update_free(struct tsec_dgram *dgram);
int tsec_dgram_update_say(struct tsec_session *session, const u8 *message,
			  size_t len);
int tsec_dgram_key_update(struct tsec_session *session, bool request);
bool tsec_dgram_update_due(struct tsec_session *session,
			   enum tsec_direction direction);
void tsec_dgram_update_take(struct tsec_session *session, u8 content,
			    u32 epoch, u64 seq, const u8 *data, size_t len);

#endif /* TSEC_DGRAM_H */
