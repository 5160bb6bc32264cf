// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends of a session, for the tool to look at.
 *
 *   pair SERVER-PROFILE CLIENT-PROFILE [PORT]
 *   pair PROFILE OTHER-PROFILE PORT PROTOCOL
 *
 * Both ends are on 127.0.0.1; with a protocol (enum tsec_protocol) they are
 * datagram sockets, of PORT and the port after it.  Says "ready" when bytes
 * have gone both ways, then obeys standard input: "send N" sends N messages
 * each way, the end of input closes both.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tsec.h>

static void die(const char *what)
{
	fprintf(stderr, "pair: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int protocol;

static int make(const char *profile)
{
	int type = protocol ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(AF_TSEC, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		die("socket");
	if (setsockopt(fd, SOL_TSEC, TSEC_PROFILE, profile, strlen(profile)))
		die("TSEC_PROFILE");
	return fd;
}

static int listen_at(struct sockaddr_in *at, const char *profile)
{
	socklen_t len = sizeof(*at);
	const int on = 1;
	int fd = make(profile);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)at, len) || listen(fd, 5) ||
	    getsockname(fd, (struct sockaddr *)at, &len))
		die("listen");
	return fd;
}

/* What a failed session says of itself is what its owner wants to know. */
static void explain(int fd, const char *what)
{
	int err = errno;
	char text[TSEC_ERROR_MAX + 1] = "";
	socklen_t len = TSEC_ERROR_MAX;

	getsockopt(fd, SOL_TSEC, TSEC_ERROR, text, &len);
	fprintf(stderr, "pair: %s\n", text);
	errno = err;
	die(what);
}

/* A byte, or a packet of RTP without payload, which all datagrams can carry. */
static void pass(int from, int to)
{
	static unsigned short seq;
	unsigned char packet[12] = { 0x80 };
	ssize_t len = protocol ? sizeof(packet) : 1;

	seq++;
	packet[2] = seq >> 8;
	packet[3] = seq;
	if (write(from, packet, len) != len)
		explain(from, "write");
	if (read(to, packet, len) != len)
		explain(to, "read");
}

static void obey(int client, int server)
{
	char line[64];
	int n;

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "send %d", &n) != 1)
			continue;
		while (n-- > 0) {
			pass(client, server);
			pass(server, client);
		}
		puts("sent");
	}
}

static void join_streams(char **profiles, struct sockaddr_in *at, int fds[2])
{
	int listener = listen_at(at, profiles[0]);

	fds[0] = make(profiles[1]);
	if (connect(fds[0], (struct sockaddr *)at, sizeof(*at)))
		explain(fds[0], "connect");
	fds[1] = accept(listener, NULL, NULL);
	if (fds[1] < 0)
		die("accept");
}

/* Each end is bound to where the other one sends. */
static void join_datagrams(char **profiles, const struct sockaddr_in *at,
			   int fds[2])
{
	struct sockaddr_in ends[2] = { *at, *at };

	ends[1].sin_port = htons(ntohs(at->sin_port) + 1);
	for (int i = 0; i < 2; i++) {
		fds[i] = make(profiles[i]);
		if (bind(fds[i], (struct sockaddr *)&ends[i], sizeof(*ends)))
			die("bind");
		if (connect(fds[i], (struct sockaddr *)&ends[!i],
			    sizeof(*ends)))
			explain(fds[i], "connect");
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fds[2], client, server;

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(argc > 3 ? atoi(argv[3]) : 0);
	protocol = argc > 4 ? atoi(argv[4]) : 0;
	if (protocol)
		join_datagrams(argv + 1, &at, fds);
	else
		join_streams(argv + 1, &at, fds);
	client = fds[0];
	server = fds[1];
	pass(client, server);
	pass(server, client);
	puts("ready");
	obey(client, server);
	close(client);
	close(server);
	return 0;
}
