/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options of TCP and IP that belong to the inner socket.
 */
#ifndef TSEC_OPTIONS_H
#define TSEC_OPTIONS_H

#include <linux/net.h>
#include <linux/sockptr.h>

struct tsec_recorded;

bool tsec_option_allowed(int type, int level, int name, bool set);
int tsec_option_set(struct socket *inner, struct tsec_recorded **recorded,
		    int level, int name, sockptr_t optval,
		    unsigned int optlen);
void tsec_options_replay(struct socket *inner,
			 const struct tsec_recorded *recorded);
void tsec_options_free(struct tsec_recorded **recorded);

#endif /* TSEC_OPTIONS_H */
