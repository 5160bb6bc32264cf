// SPDX-License-Identifier: GPL-2.0
/*
 * A web server that only reads and writes: the socket's family does the rest.
 *
 * usage: server PORT PROFILE
 *
 * The path /slow takes five seconds, to have something to look at.
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/tsec.h>

static int serve_at(int port, const char *profile)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	int fd = socket(AF_TSEC, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	/* The profile names the certificate and the key. */
	if (setsockopt(fd, SOL_TSEC, TSEC_PROFILE, profile, strlen(profile)))
		err(1, "no profile %s", profile);
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) || listen(fd, 16))
		err(1, "port %d", port);
	return fd;
}

static void answer(int fd)
{
	static const char head[] = "HTTP/1.0 200 OK\r\n"
				   "Content-Type: text/plain\r\n\r\n";
	static const char line[] = "Written with write(2).\n";
	char request[2048];
	ssize_t n = read(fd, request, sizeof(request) - 1);
	int lines = 1;

	if (n <= 0)
		return;
	request[n] = 0;
	if (strstr(request, " /slow "))
		lines = 25;
	if (write(fd, head, sizeof(head) - 1) < 0)
		return;
	while (lines-- && write(fd, line, sizeof(line) - 1) > 0)
		usleep(lines ? 200000 : 0);
}

int main(int argc, char **argv)
{
	int listener, fd;

	if (argc != 3)
		errx(2, "usage: server PORT PROFILE");
	signal(SIGCHLD, SIG_IGN);
	listener = serve_at(atoi(argv[1]), argv[2]);
	/* Only clients whose handshake is complete are ever accepted. */
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (!fork()) {
			answer(fd);
			return 0;
		}
		close(fd);
	}
	err(1, "accept");
}
