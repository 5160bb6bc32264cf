/* SPDX-License-Identifier: GPL-2.0 */
/* peer: one end of a session, told by its command line what to do. */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/tsec.h>

#define LINE_MAX_LEN 65536

/* How the sockets are made, from the options of the command line. */
struct options {
	bool server;
	const char *host;
	const char *port;
	const char *profile;
	const char *name;
	const char *alpn;
	const char *cert;
	const char *key;
	const char *trust;
	const char *psk;
	const char *ciphers;
	int verify;
	int min;
	int max;
	int cache;		/* -1: not given */
	int cid;		/* bytes, -1: not given */
	int count;		/* connections, one after the other */
	int backlog;
	int update_every;	/* writes of bulk between two key updates */
	int update_value;	/* what TSEC_KEY_UPDATE is set to */
	int write_size;
	int timeout;		/* seconds of silence that are too long */
	bool fork;		/* a child for each accepted connection */
	bool defer;		/* connect() without waiting, then poll() */
	bool datagrams;		/* SOCK_DGRAM */
	int protocol;		/* TSEC_PROTO_* */
	int from;		/* own port of a client, 0: any */
};

/* peer.c */
void die_with_parent(pid_t parent);

/* options.c */
extern const char *const cipher_names[]; /* NULL at the end */
int options_parse(int argc, char **argv, struct options *options);
void options_apply(int fd, const struct options *options);

/* connect.c */
int peer_connect(const struct options *options);
int peer_listen(const struct options *options);
int peer_accept(int listener, const struct options *options);

/* actions.c: 0, or 1 when something was not as it should be */
int actions_run(int fd, const struct options *options, char **words);

/* bulk.c: a stream of bytes that both ends can make */
int bulk_send(int fd, const struct options *options, uint64_t megabytes);
int bulk_check(int fd, uint64_t megabytes);
int bulk_both(int fd, const struct options *options, uint64_t megabytes);

/* rtp.c: media, as far as it takes both ends to see that it comes through */
int rtp_ask(int fd, int n, bool mirror);
int rtp_answer(int fd);

/* report.c: lines on standard output, each written at once */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *errno_name(int error);
void report_failure(int fd, const char *what, int error);
void report_session(int fd);
void report_export(int fd, const char *label, const char *context, int len);
void report_peer_cert(int fd, const char *file);
void report_string(int fd, const char *what, int option);

#endif /* PEER_H */
