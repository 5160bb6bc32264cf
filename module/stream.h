/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session over an inner TCP socket: the data path of SOCK_STREAM.
 */
#ifndef TSEC_STREAM_H
#define TSEC_STREAM_H

#include <linux/net.h>
#include <linux/pipe_fs_i.h>
#include <linux/poll.h>

struct tsec_session;
struct tsec_transport;

extern const struct tsec_transport tsec_transport_stream;

int tsec_stream_sendmsg(struct tsec_session *session, struct msghdr *msg,
			size_t len);
int tsec_stream_recvmsg(struct tsec_session *session, struct msghdr *msg,
			size_t len, int flags);
ssize_t tsec_stream_sendpage(struct tsec_session *session, struct page *page,
			     int offset, size_t size, int flags);
ssize_t tsec_stream_splice_read(struct tsec_session *session, loff_t *ppos,
				struct pipe_inode_info *pipe, size_t len,
				unsigned int flags);
__poll_t tsec_stream_poll(struct tsec_session *session, struct file *file);
int tsec_stream_shutdown(struct tsec_session *session, int how);
void tsec_stream_prompt(struct tsec_session *session);
void tsec_stream_unprompt(struct tsec_session *session);
int tsec_stream_inq(struct tsec_session *session);
int tsec_stream_key_update(struct tsec_session *session, bool request);

#endif /* TSEC_STREAM_H */
