/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sign of life for a peer whose data nobody has answered.
 */
#ifndef TSEC_DGRAM_KEEPALIVE_H
#define TSEC_DGRAM_KEEPALIVE_H

#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct tsec_dgram;

/**
 * struct tsec_dgram_keepalive - whether the peer waits for a sign of life
 * @lock: protects @stopped, and @since when that is set; bottom halves off
 * @since: jiffies, and never 0, when data came that nothing was sent after
 *	yet; 0 if there is none; read and cleared without the lock
 * @stopped: the session has ended
 * @timer: sends it when it is time; holds a reference on the session
 */
struct tsec_dgram_keepalive {
	spinlock_t lock;	/* what came first, and the end */
	unsigned long since;
	bool stopped;
	struct delayed_work timer;
};

/**
 * tsec_dgram_keepalive_sent() - the peer gets something, whatever it is
 * @keepalive: the session's
 *
 * Context: Any.
 */
static inline void
tsec_dgram_keepalive_sent(struct tsec_dgram_keepalive *keepalive)
{
	if (READ_ONCE(keepalive->since))
		WRITE_ONCE(keepalive->since, 0);
}

void tsec_dgram_keepalive_init(struct tsec_dgram *dgram);
void tsec_dgram_keepalive_stop(struct tsec_dgram *dgram);
void tsec_dgram_keepalive_owe(struct tsec_dgram *dgram);

#endif /* TSEC_DGRAM_KEEPALIVE_H */
