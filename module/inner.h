/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inner socket: the ordinary TCP or UDP socket that carries a session.
 */
#ifndef TSEC_INNER_H
#define TSEC_INNER_H

#include <linux/net.h>
#include <net/sock.h>

struct socket *tsec_inner_new(struct net *net, sa_family_t family, int type);
void tsec_inner_graft(struct socket *inner, struct sock *sk);
void tsec_inner_graft_wq(struct socket *inner, struct socket_wq *wq);
void tsec_inner_ungraft_wq(struct socket *inner, struct socket_wq *wq);
bool tsec_inner_prompt(struct socket *inner);
void tsec_inner_unprompt(struct socket *inner);
void tsec_inner_sync_all(struct sock *sk, struct sock *isk);
void tsec_inner_inherit(struct sock *sk, const struct sock *listener);
bool tsec_inner_differs(const struct sock *sk, const struct sock *isk);

/**
 * tsec_inner_sync() - bring SOL_SOCKET options to the inner socket
 * @sk: the program's socket
 * @isk: the inner one
 *
 * The core keeps SOL_SOCKET options in the program's socket without telling
 * anyone, so each call looks whether the inner one still has the same.
 *
 * Context: process context, the inner socket not locked.
 */
static inline void tsec_inner_sync(struct sock *sk, struct sock *isk)
{
	if (unlikely(tsec_inner_differs(sk, isk)))
		tsec_inner_sync_all(sk, isk);
}

#endif /* TSEC_INNER_H */
