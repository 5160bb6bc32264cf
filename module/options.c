// SPDX-License-Identifier: GPL-2.0
/*
 * Options of TCP and IP that belong to the inner socket.
 *
 * A program may set them before the inner socket's address family is known.
 * They are tried on a provisional inner socket at once, so that an error shows
 * where it belongs, and recorded, to be set again if connect() or bind() needs
 * an inner socket of the other family.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/sock.h>

#include "compat.h"
#include "options.h"

enum option_limits {
	OPTIONS_MAX	= 64,		/* recorded for one socket */
	OPTION_LEN_MAX	= 256,		/* bytes of one value */
};

/**
 * struct tsec_recorded - one option, in a list in order of setting
 * @next: the one set after it
 * @level: SOL_TCP, SOL_IP or SOL_IPV6
 * @name: the option
 * @len: bytes of @value
 * @value: as the program gave it
 */
struct tsec_recorded {
	struct tsec_recorded *next;
	int level;
	int name;
	unsigned int len;
	u8 value[];
};

/*
 * What leaves the stream of bytes as it is.  All else could send or read
 * around the record layer (ULP, repair, fast open, zero-copy receive) or take
 * the inner socket apart.
 */
static bool tcp_settable(int name)
{
	switch (name) {
	case TCP_NODELAY:
	case TCP_MAXSEG:
	case TCP_CORK:
	case TCP_KEEPIDLE:
	case TCP_KEEPINTVL:
	case TCP_KEEPCNT:
	case TCP_SYNCNT:
	case TCP_LINGER2:
	case TCP_DEFER_ACCEPT:
	case TCP_WINDOW_CLAMP:
	case TCP_QUICKACK:
	case TCP_CONGESTION:
	case TCP_MD5SIG:
	case TCP_MD5SIG_EXT:
	case TCP_THIN_LINEAR_TIMEOUTS:
	case TCP_USER_TIMEOUT:
	case TCP_NOTSENT_LOWAT:
	case TCP_SAVE_SYN:
	case TCP_TX_DELAY:
		return true;
	default:
		return false;
	}
}

static bool tcp_gettable(int name)
{
	return tcp_settable(name) || name == TCP_INFO || name == TCP_CC_INFO ||
	       name == TCP_SAVED_SYN;
}

/* Errors of datagrams are no more than an errno: there is no queue of them. */
static bool udp_ip_settable(int level, int name)
{
	return !(level == SOL_IP && name == IP_RECVERR) &&
	       !(level == SOL_IPV6 && name == IPV6_RECVERR);
}

/**
 * tsec_option_allowed() - whether an option may reach the inner socket
 * @type: the socket's: SOCK_STREAM or SOCK_DGRAM
 * @level: its level
 * @name: the option
 * @set: to be set rather than read
 *
 * Return: false for what would bypass the record layer, and for levels that
 * are not TCP's, UDP's or IP's.
 */
bool tsec_option_allowed(int type, int level, int name, bool set)
{
	if (level == SOL_TCP)
		return set ? tcp_settable(name) : tcp_gettable(name);
	if (level == SOL_UDP)
		return name == UDP_SEGMENT ||
		       (name == UDP_GRO && TSEC_UDP_GRO_SPLITS);
	if (level != SOL_IP && level != SOL_IPV6)
		return false;
	return type == SOCK_STREAM || !set || udp_ip_settable(level, name);
}

static struct tsec_recorded *option_alloc(int level, int name,
					  sockptr_t optval, unsigned int len)
{
	struct tsec_recorded *option;

	if (len > OPTION_LEN_MAX)
		return ERR_PTR(-EINVAL);
	option = kzalloc(struct_size(option, value, len), GFP_KERNEL_ACCOUNT);
	if (!option)
		return ERR_PTR(-ENOMEM);
	option->level = level;
	option->name = name;
	option->len = len;
	if (copy_from_sockptr(option->value, optval, len)) {
		kfree(option);
		return ERR_PTR(-EFAULT);
	}
	return option;
}

static int option_apply(struct socket *inner, struct tsec_recorded *option)
{
	return inner->ops->setsockopt(inner, option->level, option->name,
				      KERNEL_SOCKPTR(option->value),
				      option->len);
}

static struct tsec_recorded **list_end(struct tsec_recorded **recorded,
				       unsigned int *count)
{
	for (*count = 0; *recorded; recorded = &(*recorded)->next)
		(*count)++;
	return recorded;
}

/**
 * tsec_option_set() - set an option and note it
 * @inner: the inner socket
 * @recorded: list to note it in
 * @level: SOL_TCP, SOL_IP or SOL_IPV6
 * @name: the option, an allowed one
 * @optval: its value
 * @optlen: bytes of it
 *
 * Context: process context, under the program's socket's lock.
 * Return: what the inner socket's setsockopt() returns; -EINVAL for a value
 * that is too long, -ENOBUFS for too many options, -ENOMEM, -EFAULT.
 */
int tsec_option_set(struct socket *inner, struct tsec_recorded **recorded,
		    int level, int name, sockptr_t optval, unsigned int optlen)
{
	struct tsec_recorded *option, **end;
	unsigned int count;
	int err;

	end = list_end(recorded, &count);
	if (count >= OPTIONS_MAX)
		return -ENOBUFS;
	option = option_alloc(level, name, optval, optlen);
	if (IS_ERR(option))
		return PTR_ERR(option);
	err = option_apply(inner, option);
	if (err)
		kfree_sensitive(option);
	else
		*end = option;
	return err;
}

/**
 * tsec_options_replay() - set all noted options on a new inner socket
 * @inner: the inner socket
 * @recorded: the list
 *
 * What the other address family does not know is left out, as it would have
 * had no effect.
 */
void tsec_options_replay(struct socket *inner,
			 const struct tsec_recorded *recorded)
{
	for (; recorded; recorded = recorded->next)
		option_apply(inner, (struct tsec_recorded *)recorded);
}

/**
 * tsec_options_free() - forget the noted options
 * @recorded: the list, empty afterwards
 */
void tsec_options_free(struct tsec_recorded **recorded)
{
	struct tsec_recorded *option;

	while ((option = *recorded)) {
		*recorded = option->next;
		kfree_sensitive(option);
	}
}
