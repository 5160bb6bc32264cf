/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The transports that are compared.  A worker does the same with each of them
 * and sees only this: a connected pair over loopback, send and receive.
 */
#ifndef BENCH_TRANSPORT_H
#define BENCH_TRANSPORT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util.h"

enum side {
	CLIENT,
	SERVER,
};

struct transport;

/* One end of a connection. */
struct end {
	const struct transport *transport;
	void *state;			/* of the library's in the program */
	int fd;
	enum side side;
};

struct pair {
	struct end ends[2];
};

/**
 * struct transport - one way to move bytes
 * @name: as given to --transport
 * @batch: datagrams that a call of @send makes, 0 for one
 * @open: once in a process, before all else
 * @socket: make a socket for that side
 * @address: datagrams: where that side is, else the loopback address
 * @keys: before a pair is connected: keys for it
 * @begin: after it is connected; both ends are in this process
 * @start: an end is in the process that uses it: 0, or -1 with errno
 * @send: as send(2), but all of it
 * @recv: as recv(2)
 * @finish: before the end is closed
 *
 * All but @name, @socket, @send and @recv may be NULL.
 */
struct transport {
	const char *name;
	unsigned int batch;
	void (*open)(const struct bench_options *options);
	int (*socket)(enum side side);
	in_addr_t (*address)(enum side side);
	void (*keys)(void);
	void (*begin)(struct pair *pair);
	int (*start)(struct end *end);
	ssize_t (*send)(struct end *end, const void *buf, size_t len);
	ssize_t (*recv)(struct end *end, void *buf, size_t len);
	void (*finish)(struct end *end);
};

extern const struct transport transport_tcp;
extern const struct transport transport_ktls;
extern const struct transport transport_openssl;
extern const struct transport transport_tsec;	/* manual keys */
extern const struct transport transport_tsecd;	/* handshakes by tsecd */

/* Find one of these by its name, and open it; the last of them is NULL. */
const struct transport *transport_find(const struct transport *const *all,
				       const struct bench_options *options);
/* The same, of those above. */
const struct transport *transport_open(const struct bench_options *options);

/* A listening socket on a port of its own; *@port is set to it. */
int transport_listen(const struct transport *t,
		     const struct bench_options *options, uint16_t *port);
/* Connect to it; a file descriptor, or -1 with errno. */
int transport_connect(const struct transport *t,
		      const struct bench_options *options, uint16_t port);

/* Both ends of a connection, in this process, keys in; OpenSSL's not yet. */
void pair_make(struct pair *pair, const struct transport *t,
	       const struct bench_options *options, int listener,
	       uint16_t port);
/* The same of the transport that is asked for, and nobody else may connect. */
void pair_alone(struct pair *pair, const struct bench_options *options);

int end_begin(struct end *end);
void end_close(struct end *end);
/* Receive that much, or die. */
void end_recv_all(struct end *end, void *buf, size_t len);

static inline ssize_t end_send(struct end *end, const void *buf, size_t len)
{
	return end->transport->send(end, buf, len);
}

static inline ssize_t end_recv(struct end *end, void *buf, size_t len)
{
	return end->transport->recv(end, buf, len);
}

/* What a socket does by itself, for the transports that are one. */
ssize_t socket_send(struct end *end, const void *buf, size_t len);
ssize_t socket_recv(struct end *end, void *buf, size_t len);
int socket_tcp(enum side side);
/* A tsec socket of that type and protocol with the profile of that side. */
int socket_tsec(enum side side, int type, int protocol);

/* Whether OpenSSL's handshake resumed a session. */
bool openssl_resumed(const struct end *end);

#endif /* BENCH_TRANSPORT_H */
