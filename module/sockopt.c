// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options at level SOL_TSEC: what a program asks for, and what it can
 * learn about its session.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "dgram.h"
#include "exporter.h"
#include "net.h"
#include "session.h"
#include "socket.h"
#include "stream.h"

/* A string may come with its zero or without. */
static int string_copy(char **slot, sockptr_t optval, unsigned int len,
		       unsigned int max)
{
	char *value;
	int err;

	if (len > max + 1)
		return -EINVAL;
	value = memdup_sockptr_nul(optval, len);
	if (IS_ERR(value))
		return PTR_ERR(value);
	err = strlen(value) > max ? -EINVAL : tsec_string_set(slot, value);
	kfree(value);
	return err;
}

static int int_copy(int *value, sockptr_t optval, unsigned int len)
{
	if (len != sizeof(*value))
		return -EINVAL;
	return copy_from_sockptr(value, optval, len) ? -EFAULT : 0;
}

static int blob_copy(struct tsec_blob **slot, sockptr_t optval,
		     unsigned int len)
{
	struct tsec_blob *blob;

	if (!len || len > TSEC_PEM_MAX)
		return -EINVAL;
	blob = tsec_blob_alloc(len);
	if (!blob)
		return -ENOMEM;
	if (copy_from_sockptr(blob->data, optval, len)) {
		tsec_blob_put(blob);
		return -EFAULT;
	}
	tsec_blob_replace(slot, blob);
	return 0;
}

static int profile_set(struct tsec_net *tn, struct tsec_overrides *app,
		       sockptr_t optval, unsigned int len)
{
	struct tsec_profile *profile;
	int err;

	err = string_copy(&app->profile, optval, len, TSEC_PROFILE_NAME_MAX);
	if (err)
		return err;
	profile = tsec_profile_find(&tn->profiles, app->profile);
	if (!profile)
		return -ENOKEY;
	tsec_profile_put(profile);
	return 0;
}

static int version_set(u16 *version, sockptr_t optval, unsigned int len)
{
	int value, err = int_copy(&value, optval, len);

	if (err)
		return err;
	if (value < 0 || value > U16_MAX || (value && !tsec_version_valid(value)))
		return -EINVAL;
	*version = value;
	return 0;
}

static int ciphers_set(struct tsec_overrides *app, sockptr_t optval,
		       unsigned int len)
{
	u16 ciphers[TSEC_CIPHER_MAX];

	if (len > sizeof(ciphers) || len % sizeof(ciphers[0]))
		return -EINVAL;
	if (copy_from_sockptr(ciphers, optval, len))
		return -EFAULT;
	return tsec_overrides_ciphers_set(app, ciphers,
					  len / sizeof(ciphers[0]));
}

static int verify_set(struct tsec_overrides *app, sockptr_t optval,
		      unsigned int len)
{
	int value, err = int_copy(&value, optval, len);

	if (err)
		return err;
	if (value < TSEC_VERIFY_DEFAULT || value > TSEC_VERIFY_REQUIRE)
		return -EINVAL;
	app->verify = value;
	return 0;
}

static int cache_set(struct tsec_overrides *app, sockptr_t optval,
		     unsigned int len)
{
	int value, err = int_copy(&value, optval, len);

	if (err)
		return err;
	if (value != !!value)
		return -EINVAL;
	app->session_cache = value ? TSEC_CACHE_ON : TSEC_CACHE_OFF;
	return 0;
}

/* -1 stands for the profile's. */
static int cid_len_set(struct tsec_overrides *app, sockptr_t optval,
		       unsigned int len)
{
	int value, err = int_copy(&value, optval, len);

	if (err)
		return err;
	if (value < -1 || value > TSEC_CID_MAX)
		return -EINVAL;
	app->has_cid_len = value >= 0;
	app->cid_len = max(value, 0);
	return 0;
}

static int psk_split(struct tsec_overrides *app, const struct tsec_psk *psk,
		     size_t len)
{
	struct tsec_blob *identity, *key;

	if (!psk->identity_len || psk->identity_len > TSEC_PSK_IDENTITY_MAX ||
	    psk->key_len < 16 || psk->key_len > TSEC_PSK_KEY_MAX ||
	    len != sizeof(*psk) + psk->identity_len + psk->key_len)
		return -EINVAL;
	identity = tsec_blob_alloc(psk->identity_len);
	key = tsec_blob_alloc(psk->key_len);
	if (!identity || !key) {
		tsec_blob_put(identity);
		tsec_blob_put(key);
		return -ENOMEM;
	}
	memcpy(identity->data, psk->data, psk->identity_len);
	memcpy(key->data, psk->data + psk->identity_len, psk->key_len);
	tsec_blob_replace(&app->psk_identity, identity);
	tsec_blob_replace(&app->psk_key, key);
	return 0;
}

static int psk_set(struct tsec_overrides *app, sockptr_t optval,
		   unsigned int len)
{
	struct tsec_psk *psk;
	int err;

	if (len < sizeof(*psk) ||
	    len > sizeof(*psk) + TSEC_PSK_IDENTITY_MAX + TSEC_PSK_KEY_MAX)
		return -EINVAL;
	psk = memdup_sockptr(optval, len);
	if (IS_ERR(psk))
		return PTR_ERR(psk);
	err = psk_split(app, psk, len);
	kfree_sensitive(psk);
	return err;
}

/* Its families are those of the option, what the program left out is zero. */
static int end_copy(union tsec_address *to,
		    const struct __kernel_sockaddr_storage *from)
{
	memset(to, 0, sizeof(*to));
	switch (from->ss_family) {
	case AF_UNSPEC:
		return 0;
	case AF_INET:
	case AF_INET6:
		to->sa.sa_family = from->ss_family;
		memcpy(to, from, tsec_address_len(to));
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

static int tunnel_set(struct tsec_overrides *app, sockptr_t optval,
		      unsigned int len)
{
	struct tsec_tunnel_ends ends;
	struct tsec_tunnel asked;
	int err;

	if (len != sizeof(asked))
		return -EINVAL;
	if (copy_from_sockptr(&asked, optval, len))
		return -EFAULT;
	err = end_copy(&ends.local, &asked.local) ?:
	      end_copy(&ends.remote, &asked.remote);
	if (err)
		return err;
	if (tsec_tunnel_fault(&ends))
		return -EINVAL;
	app->tunnel = ends;
	return 0;
}

static int override_set(struct tsec_net *tn, struct tsec_overrides *app,
			int name, sockptr_t optval, unsigned int len)
{
	switch (name) {
	case TSEC_PROFILE:
		return profile_set(tn, app, optval, len);
	case TSEC_PEER_NAME:
		return string_copy(&app->peer_name, optval, len,
				   TSEC_PEER_NAME_MAX);
	case TSEC_ALPN:
		return string_copy(&app->alpn, optval, len, TSEC_ALPN_MAX);
	case TSEC_VERSION_MIN:
		return version_set(&app->version_min, optval, len);
	case TSEC_VERSION_MAX:
		return version_set(&app->version_max, optval, len);
	case TSEC_CIPHERS:
		return ciphers_set(app, optval, len);
	case TSEC_CERT:
		return blob_copy(&app->cert, optval, len);
	case TSEC_PRIVKEY:
		return blob_copy(&app->privkey, optval, len);
	case TSEC_TRUST:
		return blob_copy(&app->trust, optval, len);
	case TSEC_PSK:
		return psk_set(app, optval, len);
	case TSEC_VERIFY:
		return verify_set(app, optval, len);
	case TSEC_SESSION_CACHE:
		return cache_set(app, optval, len);
	case TSEC_TUNNEL:
		return tunnel_set(app, optval, len);
	case TSEC_CONNECTION_ID:
		return cid_len_set(app, optval, len);
	default:
		return -ENOPROTOOPT;
	}
}

/* Would the program still get what the profile demands? */
static int override_check(struct tsec_net *tn, const struct tsec_overrides *app)
{
	struct tsec_settings effective;
	struct tsec_profile *profile;
	int err;

	profile = tsec_profile_find(&tn->profiles, app->profile);
	if (!profile)
		return -ENOKEY;
	err = tsec_settings_narrow(&effective, &profile->settings, app,
				   TSEC_ROLE_ANY);
	if (!err)
		tsec_settings_free(&effective);
	tsec_profile_put(profile);
	return err;
}

static bool has_tunnel(const struct tsec_sock *tsk)
{
	return tsec_record_ops_find(tsk->sk.sk_protocol)->encap ==
	       TSEC_ENCAP_IP;
}

/* Some options are of one protocol alone. */
static bool has_option(const struct tsec_sock *tsk, int name)
{
	switch (name) {
	case TSEC_TUNNEL:
		return has_tunnel(tsk);
	case TSEC_CONNECTION_ID:
		return tsk->sk.sk_protocol == TSEC_PROTO_DTLS;
	default:
		return true;
	}
}

/* The change is made on a copy, which takes the old one's place if it holds. */
static int overrides_change(struct tsec_sock *tsk, int name, sockptr_t optval,
			    unsigned int len)
{
	struct tsec_net *tn = tsec_net_get(sock_net(&tsk->sk));
	struct tsec_overrides next;
	int err;

	if (!has_option(tsk, name))
		return -ENOPROTOOPT;
	err = tsec_overrides_copy(&next, tsk->app);
	if (err)
		return err;
	err = override_set(tn, &next, name, optval, len);
	if (!err)
		err = override_check(tn, &next);
	if (!err)
		swap(next, *tsk->app);
	tsec_overrides_free(&next);
	return err;
}

static int key_update_set(struct tsec_sock *tsk, sockptr_t optval,
			  unsigned int len)
{
	int value, err = int_copy(&value, optval, len);

	if (err)
		return err;
	if (value != !!value)
		return -EINVAL;
	if (tsk->sk.sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	return tsk->session->transport->key_update(tsk->session, value);
}

/**
 * tsec_sockopt_set() - set an option at level SOL_TSEC
 * @sock: the program's socket
 * @name: enum tsec_sockopt
 * @optval: its value
 * @optlen: bytes of it
 *
 * Context: process context.
 * Return: 0; -EISCONN once connecting or listening, -EPERM for less than the
 * profile demands, -EPROTONOSUPPORT if nothing would be left to negotiate,
 * -ENOKEY for an unknown profile, -EINVAL, -ENOPROTOOPT, -EFAULT, -ENOMEM.
 */
int tsec_sockopt_set(struct socket *sock, int name, sockptr_t optval,
		     unsigned int optlen)
{
	struct tsec_sock *tsk = tsec_sk(sock->sk);
	int err;

	lock_sock(&tsk->sk);
	if (name == TSEC_KEY_UPDATE)
		err = key_update_set(tsk, optval, optlen);
	else if (!tsk->app || tsk->session || tsk->listener)
		err = -EISCONN;
	else
		err = overrides_change(tsk, name, optval, optlen);
	release_sock(&tsk->sk);
	return err;
}

/* As much as the program has room for; the whole length is not told. */
static int value_put(char __user *optval, int __user *optlen,
		     const void *value, size_t len)
{
	int room;

	if (get_user(room, optlen))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	len = min_t(size_t, len, room);
	if (copy_to_user(optval, value, len) || put_user((int)len, optlen))
		return -EFAULT;
	return 0;
}

static int string_put(char __user *optval, int __user *optlen,
		      const char *value)
{
	if (!value)
		value = "";
	return value_put(optval, optlen, value, strlen(value) + 1);
}

static int int_put(char __user *optval, int __user *optlen, int value)
{
	return value_put(optval, optlen, &value, sizeof(value));
}

static int info_get(struct tsec_sock *tsk, char __user *optval,
		    int __user *optlen)
{
	struct tsec_info info;

	if (tsk->endpoint) {
		tsec_socket_error_set(tsk, "the socket is one for all peers: it has many sessions");
		return -EOPNOTSUPP;
	}
	if (!tsk->session)
		return -ENOTCONN;
	tsec_session_info(tsk->session, &info);
	return value_put(optval, optlen, &info, sizeof(info));
}

static int export_get(struct tsec_session *session, char __user *optval,
		      int __user *optlen)
{
	struct tsec_export *request;
	int len, err;
	u8 *out;

	if (!session || session->version == 0)
		return -ENOTCONN;
	if (get_user(len, optlen))
		return -EFAULT;
	if (len < (int)sizeof(*request) || len > TSEC_EXPORT_MAX)
		return -EINVAL;
	request = memdup_user(optval, len);
	if (IS_ERR(request))
		return PTR_ERR(request);
	out = kmalloc(len, GFP_KERNEL);
	err = out ? tsec_exporter_derive(session, request, len, out, len) :
		    -ENOMEM;
	if (!err)
		err = value_put(optval, optlen, out, len);
	kfree_sensitive(out);
	kfree(request);
	return err;
}

static int mtu_get(struct tsec_sock *tsk, char __user *optval,
		   int __user *optlen)
{
	int mtu;

	if (tsk->sk.sk_type != SOCK_DGRAM)
		return -ENOPROTOOPT;
	if (tsk->sk.sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	mtu = tsec_dgram_mtu(tsk->session);
	return mtu < 0 ? mtu : int_put(optval, optlen, mtu);
}

/* The peer's end may be one that was heard. */
static int tunnel_get(struct tsec_sock *tsk, char __user *optval,
		      int __user *optlen)
{
	struct tsec_tunnel_ends ends = { };
	struct tsec_tunnel told = { };

	if (tsk->sk.sk_state == TCP_ESTABLISHED)
		tsec_tunnel_now(&tsk->session->dgram->inside.tunnel, &ends);
	else if (tsk->app)
		ends = tsk->app->tunnel;
	memcpy(&told.local, &ends.local, sizeof(ends.local));
	memcpy(&told.remote, &ends.remote, sizeof(ends.remote));
	return value_put(optval, optlen, &told, sizeof(told));
}

static int overrides_get(const struct tsec_overrides *app, int name,
			 char __user *optval, int __user *optlen)
{
	switch (name) {
	case TSEC_VERSION_MIN:
		return int_put(optval, optlen, app->version_min);
	case TSEC_VERSION_MAX:
		return int_put(optval, optlen, app->version_max);
	case TSEC_CIPHERS:
		return value_put(optval, optlen, app->ciphers,
				 app->cipher_count * sizeof(app->ciphers[0]));
	case TSEC_VERIFY:
		return int_put(optval, optlen, app->verify);
	case TSEC_SESSION_CACHE:
		return int_put(optval, optlen,
			       app->session_cache != TSEC_CACHE_OFF);
	case TSEC_CONNECTION_ID:
		return int_put(optval, optlen,
			       app->has_cid_len ? app->cid_len : -1);
	default:
		return -ENOPROTOOPT;
	}
}

static const char *profile_name(const struct tsec_sock *tsk)
{
	if (tsk->session)
		return tsk->session->profile->name;
	return tsk->app->profile ?: TSEC_PROFILE_DEFAULT;
}

static const char *peer_name(const struct tsec_sock *tsk)
{
	if (tsk->session && tsk->session->peer.name)
		return tsk->session->peer.name;
	return tsk->app ? tsk->app->peer_name : NULL;
}

static int sockopt_get_locked(struct tsec_sock *tsk, int name,
			      char __user *optval, int __user *optlen)
{
	/* What the handshake found out is there to be read when it is over. */
	struct tsec_session *open = tsk->session &&
		!tsec_session_busy(tsk->session) ? tsk->session : NULL;

	if (!has_option(tsk, name))
		return -ENOPROTOOPT;
	switch (name) {
	case TSEC_PROFILE:
		return string_put(optval, optlen, profile_name(tsk));
	case TSEC_PEER_NAME:
		return string_put(optval, optlen, peer_name(tsk));
	case TSEC_ALPN:
		return string_put(optval, optlen, open ? open->peer.alpn :
				  tsk->app ? tsk->app->alpn : NULL);
	case TSEC_INFO:
		return info_get(tsk, optval, optlen);
	case TSEC_PEER_ID:
		return string_put(optval, optlen, open ? open->peer.id : NULL);
	case TSEC_PEER_CERT:
		return value_put(optval, optlen, open ? open->peer.cert : NULL,
				 open ? open->peer.cert_len : 0);
	case TSEC_ERROR:
		return string_put(optval, optlen,
				  open ? open->error : tsk->error);
	case TSEC_EXPORT:
		return export_get(open, optval, optlen);
	case TSEC_MTU:
		return mtu_get(tsk, optval, optlen);
	case TSEC_TUNNEL:
		return tunnel_get(tsk, optval, optlen);
	default:
		return tsk->app ? overrides_get(tsk->app, name, optval, optlen) :
				  -ENOPROTOOPT;
	}
}

/**
 * tsec_sockopt_get() - read an option at level SOL_TSEC
 * @sock: the program's socket
 * @name: enum tsec_sockopt
 * @optval: where it goes
 * @optlen: room in bytes; set to what was written
 *
 * Context: process context.
 * Return: 0; -ENOTCONN before there is a session, -ENOPROTOOPT also for what
 * can only be set, -EOPNOTSUPP, -EINVAL, -EFAULT, -ENOMEM.
 */
int tsec_sockopt_get(struct socket *sock, int name, char __user *optval,
		     int __user *optlen)
{
	struct tsec_sock *tsk = tsec_sk(sock->sk);
	int err;

	lock_sock(&tsk->sk);
	err = sockopt_get_locked(tsk, name, optval, optlen);
	release_sock(&tsk->sk);
	return err;
}
