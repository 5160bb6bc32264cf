/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of libtsec share with each other, and with its tests. */
#ifndef LIBTSEC_INTERNAL_H
#define LIBTSEC_INTERNAL_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "layout.h"
#include "tsec.h"

#define NL_TX_SIZE	(72 * 1024)	/* a nest of 64 KiB and the headers */
#define NL_RX_SIZE	(256 * 1024)	/* four such nests */
#define NL_TIMEOUT_S	10	/* the kernel answers at once, or never */
#define NL_NEST_MAX	0xffff		/* an attribute's length is a u16 */

struct tsec_nl {
	struct mnl_socket *socket;
	int fd;
	uint16_t family;
	uint32_t seq;
	bool joined;
	struct {
		char name[16];
		uint32_t id;
	} groups[4];
	unsigned int n_groups;
	char error[512];
	size_t rx_at;			/* where the last datagram begins */
	size_t rx_len;			/* up to where there is something */
	char tx[NL_TX_SIZE] __attribute__((aligned(8)));
	char rx[NL_RX_SIZE] __attribute__((aligned(8)));
};

/**
 * tsec_parse() - gather one object from a message
 * @nlh: a generic netlink message of the family
 * @layout: which object; the rest of the message is skipped
 * @info: the struct that belongs to @layout; zeroed first
 *
 * A nest that comes again adds to what is there: an attribute's length is a
 * u16, so a message with much in it has several.
 *
 * Return: 0, -ENODATA when the object is not there, -EBADMSG when the message
 * is not what it should be.
 */
int tsec_parse(const struct nlmsghdr *nlh, const struct layout *layout,
	       void *info);

/* The same for one nest, added to what is in @info. */
int tsec_parse_nest(const struct nlattr *nest, const struct layout *layout,
		    void *info);

/**
 * tsec_build() - append one object to a message
 * @nlh: the message
 * @room: size of the buffer that it is in
 * @layout: which object
 * @info: the struct that belongs to @layout
 *
 * Return: 0 or -EMSGSIZE.
 */
int tsec_build(struct nlmsghdr *nlh, size_t room, const struct layout *layout,
	       const void *info);

/* Called for each message of a reply; 0 or a negative errno. */
typedef int nl_reply_fn(struct tsec_nl *nl, const struct nlmsghdr *nlh,
			void *arg);

/* Start a request in the handle's buffer. */
struct nlmsghdr *tsec_nl_start(struct tsec_nl *nl, uint8_t cmd,
			       uint16_t flags);

/*
 * Start one more behind @last, for the same datagram and the same answer,
 * which is the first that is refused.
 */
struct nlmsghdr *tsec_nl_append(struct tsec_nl *nl,
				const struct nlmsghdr *last, uint8_t cmd);

/* The bytes of the handle's buffer from @nlh on. */
size_t tsec_nl_room(const struct tsec_nl *nl, const struct nlmsghdr *nlh);

/*
 * Send what is there up to and with @nlh, wipe it, and take the answer up to
 * the acknowledgement.
 */
int tsec_nl_talk(struct tsec_nl *nl, struct nlmsghdr *nlh, nl_reply_fn *fn,
		 void *arg);

/* Keep a sentence for tsec_nl_error(); returns @err. */
__attribute__((format(printf, 3, 4)))
int tsec_nl_fail(struct tsec_nl *nl, int err, const char *format, ...);

/* What tsec_nl_talk() does with the bytes of one datagram. */
struct nl_talk {
	uint32_t seq;
	nl_reply_fn *fn;
	void *arg;
	int err;			/* the first that a callback returned */
	bool interrupted;		/* a dump that is not consistent */
};

/* Return: 1 when more is to come, 0 at the end, or a negative errno. */
int tsec_nl_digest(struct tsec_nl *nl, struct nl_talk *talk, size_t len);

/* Parse a notification; -ENODATA for one that is not known here. */
int tsec_parse_event(const struct nlmsghdr *nlh, struct tsec_event *event);

#endif /* LIBTSEC_INTERNAL_H */
