// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends of a session, for the tool to look at.
 *
 *   pair SERVER-PROFILE CLIENT-PROFILE [PORT]
 *
 * Both ends are on 127.0.0.1.  Says "ready" when bytes have gone both ways,
 * then obeys standard input: "send N" sends N messages each way, the end of
 * input closes both.
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

static int make(const char *profile)
{
	int fd = socket(AF_TSEC, SOCK_STREAM | SOCK_CLOEXEC, 0);

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

static void pass(int from, int to)
{
	char byte = 'x';

	if (write(from, &byte, 1) != 1)
		explain(from, "write");
	if (read(to, &byte, 1) != 1)
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

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int listener, client, server;

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(argc > 3 ? atoi(argv[3]) : 0);
	listener = listen_at(&at, argv[1]);
	client = make(argv[2]);
	if (connect(client, (struct sockaddr *)&at, sizeof(at)))
		explain(client, "connect");
	server = accept(listener, NULL, NULL);
	if (server < 0)
		die("accept");
	pass(client, server);
	pass(server, client);
	puts("ready");
	obey(client, server);
	close(client);
	close(server);
	return 0;
}
