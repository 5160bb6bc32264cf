// SPDX-License-Identifier: GPL-2.0
/*
 * kTLS on the inner socket: keys in, keys replaced, control records in and
 * out.
 *
 * kTLS before 6.14 takes one key for each direction and refuses another.  The
 * key is replaced here inside kTLS's own context, whose layout is public
 * (include/net/tls.h).  See tsec_ktls_replace() for why that is safe.
 */
#include <linux/delay.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "compat.h"
#include "ktls.h"
#include "record/tls.h"

enum ktls_limits {
	KTLS_CMSG_ROOM	= CMSG_SPACE(sizeof(u8)),
	EXPEL_TRIES	= 1000,		/* of about 0.1 ms */
};

union crypto_info {
	struct tls_crypto_info info;
	struct tls12_crypto_info_aes_gcm_128 aes_gcm_128;
	struct tls12_crypto_info_aes_gcm_256 aes_gcm_256;
	struct tls12_crypto_info_chacha20_poly1305 chacha20_poly1305;
};

static int option_set(struct socket *inner, int level, int name, void *value,
		      size_t len)
{
	return inner->ops->setsockopt(inner, level, name, KERNEL_SOCKPTR(value),
				      len);
}

/**
 * tsec_ktls_prepare() - attach kTLS to a connection, without keys yet
 * @inner: the inner socket
 *
 * Done when the transport is just connected: kTLS insists on the state
 * ESTABLISHED, and by the time the keys are there a quick peer may already
 * have sent its FIN.  Without keys the connection behaves as plain TCP.
 *
 * Context: process context.
 * Return: 0, -ENOTCONN if the peer is gone, -ENOENT without kTLS, -ENOMEM.
 */
int tsec_ktls_prepare(struct socket *inner)
{
	char ulp[] = "tls";

	return option_set(inner, SOL_TCP, TCP_ULP, ulp, sizeof(ulp));
}

/*
 * TLS 1.2 sends the rest of GCM's nonce in each record; counting it from the
 * sequence number keeps it unique (RFC 5288 section 3).
 */
static void nonce_split(const struct tsec_key *key, u8 *salt, u8 *iv)
{
	memcpy(salt, key->iv, 4);
	if (key->version == TSEC_VERSION_TLS_1_2)
		put_unaligned_be64(key->seq, iv);
	else
		memcpy(iv, key->iv + 4, 8);
}

static size_t info_fill(union crypto_info *ci, const struct tsec_key *key)
{
	memset(ci, 0, sizeof(*ci));
	ci->info.version = key->version;
	switch (key->cipher) {
	case TSEC_CIPHER_AES_128_GCM:
		ci->info.cipher_type = TLS_CIPHER_AES_GCM_128;
		nonce_split(key, ci->aes_gcm_128.salt, ci->aes_gcm_128.iv);
		memcpy(ci->aes_gcm_128.key, key->key, key->key_len);
		put_unaligned_be64(key->seq, ci->aes_gcm_128.rec_seq);
		return sizeof(ci->aes_gcm_128);
	case TSEC_CIPHER_AES_256_GCM:
		ci->info.cipher_type = TLS_CIPHER_AES_GCM_256;
		nonce_split(key, ci->aes_gcm_256.salt, ci->aes_gcm_256.iv);
		memcpy(ci->aes_gcm_256.key, key->key, key->key_len);
		put_unaligned_be64(key->seq, ci->aes_gcm_256.rec_seq);
		return sizeof(ci->aes_gcm_256);
	default:
		ci->info.cipher_type = TLS_CIPHER_CHACHA20_POLY1305;
		memcpy(ci->chacha20_poly1305.iv, key->iv, key->iv_len);
		memcpy(ci->chacha20_poly1305.key, key->key, key->key_len);
		put_unaligned_be64(key->seq, ci->chacha20_poly1305.rec_seq);
		return sizeof(ci->chacha20_poly1305);
	}
}

/**
 * tsec_ktls_install() - give kTLS the first key of a direction
 * @inner: the inner socket, prepared
 * @direction: which
 * @key: a valid key
 *
 * Context: process context.
 * Return: 0 or what setsockopt(SOL_TLS) returns: -ENOMEM, -ENOENT without
 * the cipher.
 */
int tsec_ktls_install(struct socket *inner, enum tsec_direction direction,
		      const struct tsec_key *key)
{
	union crypto_info ci;
	size_t len = info_fill(&ci, key);
	int err;

	err = option_set(inner, SOL_TLS,
			 direction == TSEC_DIR_TX ? TLS_TX : TLS_RX, &ci, len);
	memzero_explicit(&ci, sizeof(ci));
	return err;
}

static void context_set(struct cipher_context *cc,
			union tls_crypto_context *stored,
			const struct tsec_key *key)
{
	union crypto_info ci;
	size_t len = info_fill(&ci, key);

	/* kTLS keeps a copy of its key: the old one must not stay behind. */
	memcpy(stored, &ci, len);
	memcpy(cc->iv, key->iv, key->iv_len);
	put_unaligned_be64(key->seq, cc->rec_seq);
	memzero_explicit(&ci, sizeof(ci));
}

static int replace_tx(struct tls_context *ctx, const struct tsec_key *key)
{
	struct tls_sw_context_tx *sw = tls_sw_ctx_tx(ctx);
	int err;

	/* As kTLS does itself: the count is one more than what is pending. */
	if (!atomic_dec_and_test(&sw->encrypt_pending))
		crypto_wait_req(-EINPROGRESS, &sw->async_wait);
	atomic_inc(&sw->encrypt_pending);

	err = crypto_aead_setkey(sw->aead_send, key->key, key->key_len);
	if (!err)
		context_set(&ctx->tx, &ctx->crypto_send, key);
	return err;
}

static int replace_rx(struct tls_context *ctx, const struct tsec_key *key)
{
	struct tls_sw_context_rx *sw = tls_sw_ctx_rx(ctx);
	int err;

	err = crypto_aead_setkey(sw->aead_recv, key->key, key->key_len);
	if (!err)
		context_set(&ctx->rx, &ctx->crypto_recv, key);
	return err;
}

/**
 * tsec_ktls_replaceable() - whether a direction's key can be replaced
 * @inner: the inner socket, keys installed
 * @direction: which
 *
 * Return: false if a device does the direction's records: it has the key in
 * its own memory.
 */
bool tsec_ktls_replaceable(struct socket *inner,
			   enum tsec_direction direction)
{
	const struct tls_context *ctx = tls_get_ctx(inner->sk);

	return (direction == TSEC_DIR_TX ? ctx->tx_conf : ctx->rx_conf) ==
	       TLS_SW;
}

/**
 * tsec_ktls_replace() - give kTLS the next key of a direction (TLS 1.3)
 * @inner: the inner socket
 * @direction: which
 * @key: the next key: same cipher, next epoch
 *
 * Sending: the caller holds the session's tx lock, so no record is being
 * made; a record left open by MSG_MORE was closed by the KeyUpdate message
 * before.  What is encrypted and not yet sent does not need the key.
 *
 * Receiving: the caller has only looked at the KeyUpdate (MSG_PEEK).  As long
 * as it is at the head of kTLS's list of opened records, no reader gets past
 * it, so no further record can be opened with the old key.
 *
 * Context: process context; takes the inner socket's lock.
 * Return: 0, -EOPNOTSUPP if it is not replaceable, -ENOMEM.
 */
int tsec_ktls_replace(struct socket *inner, enum tsec_direction direction,
		      const struct tsec_key *key)
{
	struct sock *isk = inner->sk;
	int err;

	if (!tsec_ktls_replaceable(inner, direction))
		return -EOPNOTSUPP;
	lock_sock(isk);
	if (direction == TSEC_DIR_TX)
		err = replace_tx(tls_get_ctx(isk), key);
	else
		err = replace_rx(tls_get_ctx(isk), key);
	release_sock(isk);
	return err;
}

/**
 * struct room - what stands in the way of one more record
 * @sndbuf: SO_SNDBUF
 * @notsent_lowat: TCP_NOTSENT_LOWAT
 */
struct room {
	int sndbuf;
	u32 notsent_lowat;
};

static void room_set(struct sock *isk, const struct room *room)
{
	WRITE_ONCE(isk->sk_sndbuf, room->sndbuf);
	WRITE_ONCE(tcp_sk(isk)->notsent_lowat, room->notsent_lowat);
}

static const struct room room_free = {
	.sndbuf		= INT_MAX / 2,
	.notsent_lowat	= UINT_MAX,
};

static struct room room_make(struct sock *isk)
{
	struct room before;

	lock_sock(isk);
	before.sndbuf = isk->sk_sndbuf;
	before.notsent_lowat = tcp_sk(isk)->notsent_lowat;
	room_set(isk, &room_free);
	release_sock(isk);
	return before;
}

static void room_restore(struct sock *isk, const struct room *before)
{
	lock_sock(isk);
	room_set(isk, before);
	release_sock(isk);
}

static void cmsg_fill(u8 *buf, struct msghdr *msg, u8 type)
{
	struct cmsghdr *cmsg = (struct cmsghdr *)buf;

	memset(buf, 0, KTLS_CMSG_ROOM);
	cmsg->cmsg_level = SOL_TLS;
	cmsg->cmsg_type = TLS_SET_RECORD_TYPE;
	cmsg->cmsg_len = CMSG_LEN(sizeof(type));
	*(u8 *)CMSG_DATA(cmsg) = type;
	msg->msg_control = buf;
	msg->msg_controllen = KTLS_CMSG_ROOM;
}

/**
 * tsec_ktls_control_send() - send a control record
 * @inner: the inner socket
 * @type: content type (enum tsec_tls_record_type)
 * @data: its content
 * @len: bytes of it
 *
 * It never waits and never finds the send buffer full: a few bytes above the
 * program's limit are better than a close_notify that is lost.
 *
 * Context: process context; the caller holds the session's tx lock.
 * Return: 0, or a negative errno if the connection is gone or memory is out.
 */
int tsec_ktls_control_send(struct socket *inner, u8 type, const u8 *data,
			   size_t len)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	u8 cbuf[KTLS_CMSG_ROOM] __aligned(__alignof__(struct cmsghdr));
	struct kvec vec = { .iov_base = (u8 *)data, .iov_len = len };
	struct room before;
	int ret;

	cmsg_fill(cbuf, &msg, type);
	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, &vec, 1, len);
	before = room_make(inner->sk);
	ret = inner->ops->sendmsg(inner, &msg, len);
	room_restore(inner->sk, &before);
	return ret < 0 ? ret : 0;
}

/**
 * tsec_ktls_control_recv() - take, or look at, the next opened record
 * @inner: the inner socket
 * @type: set to the record's content type, 0 if none was seen
 * @data: where its content goes
 * @len: bytes of room
 * @flags: MSG_PEEK to look only
 *
 * Context: process context.
 * Return: bytes, 0 at the end of the stream or for an empty record (tell by
 * @type), -EAGAIN if no record is there, or another negative errno.
 */
int tsec_ktls_control_recv(struct socket *inner, u8 *type, u8 *data,
			   size_t len, int flags)
{
	u8 cbuf[KTLS_CMSG_ROOM] __aligned(__alignof__(struct cmsghdr));
	struct kvec vec = { .iov_base = data, .iov_len = len };
	struct msghdr msg = {
		.msg_control	= cbuf,
		.msg_controllen	= sizeof(cbuf),
	};
	int ret;

	iov_iter_kvec(&msg.msg_iter, ITER_DEST, &vec, 1, len);
	ret = inner->ops->recvmsg(inner, &msg, len, flags | MSG_DONTWAIT);
	*type = 0;
	if (msg.msg_controllen < sizeof(cbuf))
		*type = *(u8 *)CMSG_DATA((struct cmsghdr *)cbuf);
	return ret;
}

/**
 * tsec_ktls_drain() - let everything sealed go to TCP
 * @inner: the inner socket, about to be released
 *
 * On release kTLS hands TCP what it still holds, as far as the send buffer
 * has room, and throws the rest away.  So make room: it is bounded by what
 * the send buffer let through before, and TCP delivers it in the background.
 *
 * Context: process context; takes the inner socket's lock.
 */
void tsec_ktls_drain(struct socket *inner)
{
	room_make(inner->sk);
}

static void rcv_shutdown_set(struct sock *isk, bool on)
{
	lock_sock(isk);
	if (on)
		isk->sk_shutdown |= RCV_SHUTDOWN;
	else if (!sock_flag(isk, SOCK_DONE))	/* no FIN has come */
		isk->sk_shutdown &= ~RCV_SHUTDOWN;
	isk->sk_state_change(isk);
	release_sock(isk);
}

/**
 * tsec_ktls_expel_readers() - wake who waits in kTLS, with the end of stream
 * @inner: the inner socket, its sending direction still open
 *
 * The inner socket's receiving direction is shut just until they have left.
 * Were it shut for good, TCP would answer the peer's close_notify by a reset
 * once this end has sent its FIN.
 *
 * Context: process context; the caller sees to it that nobody waits anew.
 */
void tsec_ktls_expel_readers(struct socket *inner)
{
	struct tls_sw_context_rx *sw = tls_sw_ctx_rx(tls_get_ctx(inner->sk));
	int i;

	if (!READ_ONCE(sw->reader_present))
		return;
	rcv_shutdown_set(inner->sk, true);
	for (i = 0; i < EXPEL_TRIES && READ_ONCE(sw->reader_present); i++)
		usleep_range(100, 200);
	rcv_shutdown_set(inner->sk, false);
}

/**
 * tsec_ktls_stopped() - whether kTLS has given up on the peer's records
 * @inner: the inner socket
 *
 * It does so at a record header that cannot be right, and tells just once.
 *
 * Context: process context; takes the inner socket's lock.
 * Return: true if no record will be opened any more.
 */
bool tsec_ktls_stopped(struct socket *inner)
{
	struct sock *isk = inner->sk;
	bool stopped;

	lock_sock(isk);
	stopped = tls_sw_ctx_rx(tls_get_ctx(isk))->strp.stopped;
	release_sock(isk);
	return stopped;
}

/**
 * tsec_ktls_unsealed() - whether kTLS has failed to seal a record
 * @inner: the inner socket, whose sendmsg gave -EBADMSG
 *
 * kTLS has the same error for the peer's records, whoever asks first; of its
 * own it notes that one was not sealed when the cipher returned.  With a
 * cipher that never is, for hardware, the two cannot be told apart.
 *
 * Context: process context; takes the inner socket's lock.
 * Return: true if what the program sent has been lost.
 */
bool tsec_ktls_unsealed(struct socket *inner)
{
	return tls_sw_ctx_tx(tls_get_ctx(inner->sk))->async_capable &&
	       !tsec_ktls_stopped(inner);
}

/**
 * tsec_ktls_ended() - whether the transport's stream is over
 * @inner: the inner socket
 *
 * Return: true if no record is left and none can come.
 */
bool tsec_ktls_ended(struct socket *inner)
{
	struct sock *isk = inner->sk;
	struct tls_context *ctx;
	bool ended;

	lock_sock(isk);
	ctx = tls_get_ctx(isk);
	ended = ((isk->sk_shutdown & RCV_SHUTDOWN) ||
		 sock_flag(isk, SOCK_DONE)) &&
		skb_queue_empty(&tls_sw_ctx_rx(ctx)->rx_list);
	release_sock(isk);
	return ended;
}

static int payload_of(struct sk_buff *skb)
{
	return strp_msg(skb)->full_len;
}

/**
 * tsec_ktls_inq() - payload that can be read at once (SIOCINQ)
 * @inner: the inner socket
 *
 * Counts opened records and the whole record that waits to be opened; what
 * lies behind that one is not known before it is opened.
 *
 * Context: process context; takes the inner socket's lock.
 * Return: bytes.
 */
int tsec_ktls_inq(struct socket *inner)
{
	struct sock *isk = inner->sk;
	struct tls_sw_context_rx *sw;
	struct tls_context *ctx;
	struct sk_buff *skb;
	int bytes = 0;

	lock_sock(isk);
	ctx = tls_get_ctx(isk);
	sw = tls_sw_ctx_rx(ctx);
	skb_queue_walk(&sw->rx_list, skb)
		bytes += payload_of(skb);
	if (READ_ONCE(sw->strp.msg_ready))
		bytes += max_t(int, 0, sw->strp.stm.full_len -
			       ctx->prot_info.overhead_size);
	release_sock(isk);
	return bytes;
}
