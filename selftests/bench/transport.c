// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport.h"

#define BACKLOG 1024

static const struct transport *const transports[] = {
	&transport_tcp,
	&transport_ktls,
	&transport_openssl,
	&transport_tsec,
	&transport_tsecd,
	NULL,
};

const struct transport *transport_find(const struct transport *const *all,
				       const struct bench_options *options)
{
	for (; *all; all++) {
		if (strcmp((*all)->name, options->transport))
			continue;
		if ((*all)->open)
			(*all)->open(options);
		return *all;
	}
	errx(EXIT_FAILURE, "there is no transport \"%s\"", options->transport);
}

const struct transport *transport_open(const struct bench_options *options)
{
	return transport_find(transports, options);
}

/* The same options for all: what differs is then the transport. */
static void set_options(int fd, const struct bench_options *options)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		die("TCP_NODELAY");
	if (!options->buffer)
		return;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &options->buffer,
		       sizeof(options->buffer)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options->buffer,
		       sizeof(options->buffer)))
		die("cannot set the size of buffers");
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
}

int transport_listen(const struct transport *t,
		     const struct bench_options *options, uint16_t *port)
{
	struct sockaddr_in addr = loopback(0);
	socklen_t len = sizeof(addr);
	int fd = t->socket(SERVER);

	if (fd < 0)
		skip("no %s socket", t->name);
	set_options(fd, options);
	if (bind(fd, (struct sockaddr *)&addr, len) || listen(fd, BACKLOG) ||
	    getsockname(fd, (struct sockaddr *)&addr, &len))
		die("%s: cannot listen", t->name);
	*port = ntohs(addr.sin_port);
	return fd;
}

int transport_connect(const struct transport *t,
		      const struct bench_options *options, uint16_t port)
{
	struct sockaddr_in addr = loopback(port);
	int fd = t->socket(CLIENT), saved;

	if (fd < 0)
		return -1;
	set_options(fd, options);
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

void pair_make(struct pair *pair, const struct transport *t,
	       const struct bench_options *options, int listener,
	       uint16_t port)
{
	struct end *client = &pair->ends[CLIENT], *server = &pair->ends[SERVER];

	if (t->keys)
		t->keys();
	*client = (struct end){ .transport = t, .side = CLIENT };
	*server = (struct end){ .transport = t, .side = SERVER };
	client->fd = transport_connect(t, options, port);
	if (client->fd < 0)
		die("%s: cannot connect", t->name);
	server->fd = accept(listener, NULL, NULL);
	if (server->fd < 0)
		die("%s: cannot accept", t->name);
	if (t->begin)
		t->begin(pair);
}

void pair_alone(struct pair *pair, const struct bench_options *options)
{
	const struct transport *transport = transport_open(options);
	uint16_t port;
	int listener = transport_listen(transport, options, &port);

	pair_make(pair, transport, options, listener, port);
	close(listener);
}

int end_begin(struct end *end)
{
	return end->transport->start ? end->transport->start(end) : 0;
}

void end_close(struct end *end)
{
	if (end->transport->finish)
		end->transport->finish(end);
	close(end->fd);
}

void end_recv_all(struct end *end, void *buf, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = end_recv(end, (char *)buf + got, len - got);

		if (n <= 0)
			die("%s: received %zd", end->transport->name, n);
		got += n;
	}
}

ssize_t socket_send(struct end *end, const void *buf, size_t len)
{
	return send(end->fd, buf, len, 0);
}

ssize_t socket_recv(struct end *end, void *buf, size_t len)
{
	return recv(end->fd, buf, len, 0);
}

int socket_tcp(enum side side)
{
	(void)side;
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
}

const struct transport transport_tcp = {
	.name	= "tcp",
	.socket	= socket_tcp,
	.send	= socket_send,
	.recv	= socket_recv,
};
