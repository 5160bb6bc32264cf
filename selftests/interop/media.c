// SPDX-License-Identifier: GPL-2.0
/*
 * The SRTP of a peer of another make, by libsrtp, and the port that it shares
 * with the peer's DTLS (RFC 5764 section 5.1.2):
 *
 *	media client|server PROFILE PORT DTLS-PORT FILE
 *
 * "openssl s_client" or "s_server" is the peer's DTLS, at DTLS-PORT of the
 * loopback address; what it says goes to FILE, its keying material included.
 * The other end is at PORT.  A server's media waits there, a client's goes
 * there.  Each packet is answered with one of another source.
 */
#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <srtp2/srtp.h>

enum {
	ROOM		= 4096,
	MATERIAL_MAX	= 2 * (32 + 14),
	KEYS_MS		= 5000,		/* to wait for FILE to tell them */
	SRTP_FIRST	= 128,
	RTCP_FIRST	= 192,
	RTCP_LAST	= 223,
};

struct side {
	int fd;
	bool known;			/* the address of who is there */
};

static struct side outer, dtls;
static bool client;
static srtp_profile_t profile;
static const char *file;
static srtp_t tx, rx;

static void side_open(struct side *side, int port, bool waits)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};

	side->fd = socket(AF_INET, SOCK_DGRAM, 0);
	side->known = !waits;
	if (waits ? bind(side->fd, (void *)&addr, sizeof(addr)) :
		    connect(side->fd, (void *)&addr, sizeof(addr)))
		err(1, "port %d", port);
}

/* The first one who is heard of stays. */
static ssize_t side_receive(struct side *side, uint8_t *data)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t len = recvfrom(side->fd, data, ROOM, 0, (void *)&from,
			       &from_len);

	if (len > 0 && !side->known)
		side->known = !connect(side->fd, (void *)&from, from_len);
	return len;
}

static size_t from_hex(const char *hex, uint8_t *bytes, size_t max)
{
	size_t n = 0;

	while (n < max && sscanf(hex + 2 * n, "%2hhx", &bytes[n]) == 1)
		n++;
	return n;
}

/* The last keying material that the file tells of; its length, or 0. */
static size_t material_read(uint8_t material[MATERIAL_MAX])
{
	static const char mark[] = "Keying material: ";
	char line[ROOM], *hex;
	FILE *in = fopen(file, "r");
	size_t len = 0;

	if (!in)
		return 0;
	while (fgets(line, sizeof(line), in)) {
		hex = strstr(line, mark);
		/* A line without its end is still being written. */
		if (!hex || !strchr(line, '\n'))
			continue;
		len = from_hex(hex + sizeof(mark) - 1, material, MATERIAL_MAX);
	}
	fclose(in);
	return len;
}

static srtp_t context(srtp_ssrc_type_t type, const uint8_t *key, size_t key_len,
		      const uint8_t *salt, size_t salt_len)
{
	uint8_t master[MATERIAL_MAX];
	srtp_policy_t policy = { .ssrc = { .type = type }, .key = master };
	srtp_t srtp;

	memcpy(master, key, key_len);
	memcpy(master + key_len, salt, salt_len);
	if (srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile) ||
	    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp,
							 profile) ||
	    srtp_create(&srtp, &policy))
		errx(1, "libsrtp has no profile %d", profile);
	return srtp;
}

/* RFC 5764 section 4.2: both keys, both salts, the client's first. */
static bool keys_take(void)
{
	size_t key_len = srtp_profile_get_master_key_length(profile);
	size_t salt_len = srtp_profile_get_master_salt_length(profile);
	uint8_t material[MATERIAL_MAX];
	const uint8_t *salts = material + 2 * key_len;
	size_t own = client ? 0 : 1;

	if (material_read(material) != 2 * (key_len + salt_len))
		return false;
	tx = context(ssrc_any_outbound, material + own * key_len, key_len,
		     salts + own * salt_len, salt_len);
	rx = context(ssrc_any_inbound, material + !own * key_len, key_len,
		     salts + !own * salt_len, salt_len);
	return true;
}

static void keys_wait(void)
{
	for (int ms = 0; !tx && !keys_take(); ms += 10) {
		if (ms >= KEYS_MS)
			errx(1, "no keying material in %s", file);
		usleep(10000);
	}
}

static void answer(uint8_t *data, int len)
{
	bool rtcp = data[1] >= RTCP_FIRST && data[1] <= RTCP_LAST;
	srtp_err_status_t status;

	keys_wait();
	status = rtcp ? srtp_unprotect_rtcp(rx, data, &len) :
			srtp_unprotect(rx, data, &len);
	if (status) {
		printf("BAD %d\n", status);
		return;
	}
	printf("%s %d\n", rtcp ? "RTCP" : "RTP", len);
	data[rtcp ? 4 : 8] ^= 0xff;
	status = rtcp ? srtp_protect_rtcp(tx, data, &len) :
			srtp_protect(tx, data, &len);
	if (status)
		errx(1, "cannot protect: %d", status);
	send(outer.fd, data, len, 0);
}

static void outer_take(void)
{
	static uint8_t data[ROOM + SRTP_MAX_TRAILER_LEN];
	ssize_t len = side_receive(&outer, data);

	if (len <= 0)
		return;
	if (data[0] >= SRTP_FIRST)
		answer(data, len);
	else
		send(dtls.fd, data, len, 0);
}

static void dtls_take(void)
{
	static uint8_t data[ROOM];
	ssize_t len = side_receive(&dtls, data);

	if (len > 0)
		send(outer.fd, data, len, 0);
}

int main(int argc, char **argv)
{
	struct pollfd fds[2];

	if (argc != 6)
		errx(2, "usage: media client|server PROFILE PORT DTLS-PORT FILE");
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	client = !strcmp(argv[1], "client");
	profile = atoi(argv[2]);
	file = argv[5];
	side_open(&outer, atoi(argv[3]), !client);
	side_open(&dtls, atoi(argv[4]), client);
	if (srtp_init())
		errx(1, "libsrtp does not start");
	puts("READY");
	for (;;) {
		fds[0] = (struct pollfd){ .fd = outer.fd, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = dtls.fd, .events = POLLIN };
		if (poll(fds, 2, -1) < 0)
			err(1, "poll");
		if (fds[0].revents)
			outer_take();
		if (fds[1].revents)
			dtls_take();
	}
}
