// SPDX-License-Identifier: GPL-2.0
/*
 * A web client that knows nothing of TLS but a family and a name.
 *
 * usage: client HOST PORT PATH [PROFILE]
 */
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/tsec.h>

static void set(int fd, int option, const char *value)
{
	if (setsockopt(fd, SOL_TSEC, option, value, strlen(value)))
		err(1, "setsockopt");
}

/* TSEC_ERROR says in words what errno says in a number. */
static void explain(int fd)
{
	char text[TSEC_ERROR_MAX + 1] = "";
	socklen_t len = TSEC_ERROR_MAX;
	int error = errno;

	getsockopt(fd, SOL_TSEC, TSEC_ERROR, text, &len);
	errno = error;
	err(1, "connect: %s", text);
}

static int dial(const char *host, const char *port, const char *profile)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *address;
	int fd;

	if (getaddrinfo(host, port, &hints, &address))
		errx(1, "no address for %s", host);
	fd = socket(AF_TSEC, SOCK_STREAM, 0);
	if (fd < 0)
		err(1, "socket");
	if (profile)
		set(fd, TSEC_PROFILE, profile);
	set(fd, TSEC_PEER_NAME, host);
	/* Returns when the server has proved that it is HOST. */
	if (connect(fd, address->ai_addr, address->ai_addrlen))
		explain(fd);
	freeaddrinfo(address);
	return fd;
}

static void describe(int fd)
{
	struct tsec_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_TSEC, TSEC_INFO, &info, &len))
		err(1, "getsockopt");
	fprintf(stderr, "session %u, TLS 1.%u, handshake %u us\n", info.id,
		info.version - TSEC_VERSION_TLS_1_2 + 2, info.handshake_us);
}

int main(int argc, char **argv)
{
	char buffer[4096];
	ssize_t n;
	int fd;

	if (argc < 4)
		errx(2, "usage: client HOST PORT PATH [PROFILE]");
	fd = dial(argv[1], argv[2], argv[4]);
	describe(fd);
	dprintf(fd, "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", argv[3], argv[1]);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, n, stdout);
	/* 0 is the server's own word; a connection cut off is an error. */
	if (n < 0)
		err(1, "read");
	close(fd);
	return 0;
}
