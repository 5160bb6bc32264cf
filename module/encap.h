/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UDP port that the records of all sessions of a protocol share.
 */
#ifndef TSEC_ENCAP_H
#define TSEC_ENCAP_H

#include <linux/rhashtable-types.h>
#include <linux/types.h>

struct tsec_dgram;
struct tsec_encap;

/**
 * struct tsec_encap_member - a receiving key on a shared port
 * @node: in the port's table
 * @id: the key in there: what records call it, as the SPI
 * @dgram: whose it is
 */
struct tsec_encap_member {
	struct rhash_head node;
	u32 id;
	struct tsec_dgram *dgram;
};

int tsec_encap_open(struct tsec_dgram *dgram, const char **why);
int tsec_encap_join(struct tsec_dgram *dgram, struct tsec_encap_member *member,
		    u32 id, const char **why);
void tsec_encap_leave(struct tsec_dgram *dgram,
		      struct tsec_encap_member *member);
void tsec_encap_put(struct tsec_encap *encap);

#endif /* TSEC_ENCAP_H */
