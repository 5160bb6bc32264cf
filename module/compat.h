/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The differences between the kernels that tsec builds on, and nothing else.
 *
 * Kbuild looks for each feature in the headers it compiles against and
 * defines TSEC_HAVE_*: distributions backport features without moving the
 * version number.  Each entry says which kernel changed what, so that it can
 * go when that kernel is the oldest one supported.
 */
#ifndef TSEC_COMPAT_H
#define TSEC_COMPAT_H

#include <linux/version.h>
#include <linux/net.h>
#include <linux/sysctl.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tls.h>

/* 6.10 packed the last two arguments of accept() into a struct. */
#ifdef TSEC_HAVE_PROTO_ACCEPT_ARG
#define TSEC_ACCEPT_ARGS	struct proto_accept_arg *arg
#define TSEC_ACCEPT_FLAGS	((arg)->flags)
#else
#define TSEC_ACCEPT_ARGS	int flags, bool kern
#define TSEC_ACCEPT_FLAGS	(flags)
#endif

/* 6.11 dropped the empty entry that ends a table of sysctls. */
#ifdef TSEC_HAVE_NET_SYSCTL_SZ
#define TSEC_CTL_SENTINEL
#else
#define TSEC_CTL_SENTINEL	{ }
#endif

/* 6.12 moved this header. */
#ifdef TSEC_HAVE_LINUX_UNALIGNED_H
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* 6.4 tells a UDP tunnel more of an ICMP error. */
#ifdef TSEC_HAVE_ENCAP_ERR_PAYLOAD
#define TSEC_ENCAP_ERR_ARGS	struct sock *isk, struct sk_buff *skb, \
				int err, __be16 port, u32 info, u8 *payload
#else
#define TSEC_ENCAP_ERR_ARGS	struct sock *isk, struct sk_buff *skb, \
				unsigned int offset
#endif

/* 6.6 packed these flags of a socket, by which a program asks for control data. */
static inline unsigned long tsec_inet_cmsg_flags(const struct sock *isk)
{
#ifdef TSEC_HAVE_INET_CMSG_FLAGS
	return inet_cmsg_flags(inet_sk(isk));
#else
	return READ_ONCE(inet_sk(isk)->cmsg_flags);
#endif
}

/* 6.7 made bits of these flags, and so did stable kernels. */
static inline bool tsec_udp_gro(const struct sock *isk)
{
#ifdef TSEC_HAVE_UDP_FLAGS
	return udp_test_bit(GRO_ENABLED, isk);
#else
	return udp_sk(isk)->gro_enabled;
#endif
}

/*
 * 6.9, and stable kernels since, take apart what GRO has put together before
 * a hook gets it.  Others would hand it over whole, if GRO was asked for.
 */
#ifdef TSEC_HAVE_UDP_ENCAP_SPLIT
#define TSEC_UDP_GRO_SPLITS	true
#else
#define TSEC_UDP_GRO_SPLITS	false
#endif

/* 6.7 lets a family handle SOL_SOCKET; before, only SO_REUSEPORT suffers. */
static inline void tsec_socket_own_options(struct socket *sock)
{
#ifdef SOCK_CUSTOM_SOCKOPT
	set_bit(SOCK_CUSTOM_SOCKOPT, &sock->flags);
#endif
}

/* 6.7 moved the name of this record type to a header of its own. */
#ifdef TSEC_HAVE_TLS_PROT_H
#include <net/tls_prot.h>
#endif

#endif /* TSEC_COMPAT_H */
