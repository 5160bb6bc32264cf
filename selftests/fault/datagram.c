// SPDX-License-Identifier: GPL-2.0
/*
 * One end of a datagram session, for scripts.
 *
 * Usage: datagram dtls|esp|srtp|wireguard PROFILE ADDRESS PORT
 *                 PEER-ADDRESS PORT send COUNT [wait]|receive|both
 *
 * A peer's address of - is that of the first client to come.
 *
 * send:    that many numbered datagrams, then SENT and the count; wait: only
 *	    after a line of input
 * receive: tells at each line of input what it has received so far:
 *	    RECEIVED, DOUBLE (came before), WRONG (not what was sent)
 * both:    sends and receives until it is killed, or FAILED with an error
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/tsec.h>

#define NUMBERS (1 << 20)
#define LENGTH_MAX 1200
#define RTP_HEADER 12

struct protocol {
	const char *name;
	int number;
	size_t header_len;	/* that messages begin with */
};

static const struct protocol protocols[] = {
	{ "dtls", TSEC_PROTO_DTLS, 0 },
	{ "esp", TSEC_PROTO_ESP, 0 },
	{ "srtp", TSEC_PROTO_SRTP, RTP_HEADER },
	{ "wireguard", TSEC_PROTO_WIREGUARD, 0 },
	{ NULL, 0, 0 }
};

static const struct protocol *protocol = protocols;
static uint8_t seen[NUMBERS];
static unsigned long received, doubles, wrong;

static struct sockaddr_in address_of(const char *text, const char *port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(atoi(port)),
	};

	if (inet_pton(AF_INET, text, &addr.sin_addr) != 1)
		errx(EXIT_FAILURE, "%s: no address", text);
	return addr;
}

static void protocol_choose(const char *name)
{
	while (protocol->name && strcmp(protocol->name, name))
		protocol++;
	if (!protocol->name)
		errx(EXIT_FAILURE, "%s: no protocol", name);
}

static int socket_make(char **argv)
{
	struct sockaddr_in own = address_of(argv[1], argv[2]);
	int fd = socket(AF_TSEC, SOCK_DGRAM, protocol->number);
	int size = 1 << 22;

	if (fd < 0 ||
	    setsockopt(fd, SOL_TSEC, TSEC_PROFILE, argv[0], strlen(argv[0])) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) ||
	    bind(fd, (struct sockaddr *)&own, sizeof(own)))
		err(EXIT_FAILURE, "socket");
	return fd;
}

static int client_accept(int listener)
{
	int fd;

	if (listen(listener, 16))
		err(EXIT_FAILURE, "listen");
	puts("LISTENING");
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		err(EXIT_FAILURE, "accept");
	return fd;
}

static int session_make(char **argv)
{
	int fd = socket_make(argv);

	if (!strcmp(argv[3], "-")) {
		fd = client_accept(fd);
	} else {
		struct sockaddr_in peer = address_of(argv[3], argv[4]);

		if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)))
			err(EXIT_FAILURE, "connect");
	}
	puts("CONNECTED");
	return fd;
}

/* One source's, whose numbers the program chooses (RFC 3550 section 5.1). */
static void rtp_header(uint8_t *data, uint32_t number)
{
	memset(data, 0, RTP_HEADER);
	data[0] = 0x80;
	data[2] = number >> 8;
	data[3] = number;
}

static size_t message_make(uint8_t *data, uint32_t number)
{
	size_t fixed = protocol->header_len + sizeof(number);
	size_t len = fixed + number % (LENGTH_MAX - fixed);

	memset(data, number * 7 + 1, len);
	if (protocol->header_len)
		rtp_header(data, number);
	memcpy(data + protocol->header_len, &number, sizeof(number));
	return len;
}

static void message_take(const uint8_t *data, size_t len)
{
	uint8_t want[LENGTH_MAX];
	uint32_t number = NUMBERS;

	if (len >= protocol->header_len + sizeof(number))
		memcpy(&number, data + protocol->header_len, sizeof(number));
	if (number >= NUMBERS || message_make(want, number) != len ||
	    memcmp(data, want, len)) {
		wrong++;
		return;
	}
	received++;
	doubles += seen[number];
	seen[number] = 1;
}

/* No faster than a network with queues of a few hundred packets takes them. */
static void pace(uint32_t number)
{
	const struct timespec moment = { .tv_nsec = 2000000 };

	if (number % 16 == 0)
		nanosleep(&moment, NULL);
}

static int send_all(int fd, uint32_t count)
{
	uint8_t data[LENGTH_MAX];
	uint32_t i;

	for (i = 0; i < count && i < NUMBERS; i++) {
		if (send(fd, data, message_make(data, i), 0) < 0)
			err(EXIT_FAILURE, "send");
		pace(i);
	}
	printf("SENT %u\n", i);
	return EXIT_SUCCESS;
}

/* That a peer is gone, which a keepalive may find out, is no error here. */
static void receive_waiting(int fd)
{
	uint8_t data[65536];
	ssize_t len;

	while ((len = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0)
		message_take(data, len);
	if (len < 0 && errno != EAGAIN && errno != ECONNREFUSED)
		err(EXIT_FAILURE, "recv");
}

static int receive(int fd)
{
	struct pollfd pfds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	char line[64];

	while (poll(pfds, 2, -1) >= 0) {
		receive_waiting(fd);
		if (!pfds[1].revents)
			continue;
		if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
			break;
		printf("RECEIVED %lu DOUBLE %lu WRONG %lu\n", received,
		       doubles, wrong);
	}
	return EXIT_SUCCESS;
}

static int both(int fd)
{
	uint8_t data[LENGTH_MAX], in[65536];
	uint32_t i;

	for (i = 0;; i++) {
		if (send(fd, data, message_make(data, i), 0) < 0 &&
		    errno != ECONNREFUSED)
			break;
		while (recv(fd, in, sizeof(in), MSG_DONTWAIT) > 0)
			;
		if (i == 100)
			puts("FLOWS");
	}
	printf("FAILED %s\n", strerror(errno));
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	int fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 8)
		errx(EXIT_FAILURE, "see the source for its arguments");
	protocol_choose(argv[1]);
	fd = session_make(argv + 2);
	if (argc == 10 && !strcmp(argv[9], "wait"))
		getchar();
	if (!strcmp(argv[7], "send") && argc >= 9)
		return send_all(fd, atoi(argv[8]));
	if (!strcmp(argv[7], "receive"))
		return receive(fd);
	if (!strcmp(argv[7], "both"))
		return both(fd);
	errx(EXIT_FAILURE, "%s: no such thing", argv[7]);
}
