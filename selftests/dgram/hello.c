// SPDX-License-Identifier: GPL-2.0
#include <poll.h>
#include <string.h>

#include "hello.h"
#include "util.h"

enum {
	AT_COOKIE	= 28,		/* in a HelloVerifyRequest */
	VERIFY_LEN	= AT_COOKIE + COOKIE_LEN,
};

void peer_toward(struct peer *peer, const struct kind *kind,
		 const union tsec_addr *addr)
{
	peer_alone(peer, kind);
	ASSERT_EQ(connect(peer->fd, &addr->sa, addr_len(addr)), 0);
}

size_t hello_make(uint8_t *out, uint8_t attempt, const uint8_t *cookie)
{
	uint8_t cookie_len = cookie ? COOKIE_LEN : 0;
	size_t body = 2 + 32 + 1 + 1 + cookie_len + 8, len = 25 + body;

	memset(out, 0, HELLO_ROOM);
	memcpy(out, (uint8_t[]){ 22, 254, 255 }, 3);
	out[10] = !!cookie;			/* the record's number */
	out[12] = 12 + body;
	out[13] = 1;
	out[16] = body;
	out[18] = !!cookie;			/* the message's number */
	out[24] = body;
	memcpy(out + 25, (uint8_t[]){ 254, 253 }, 2);
	memset(out + 27, attempt, 32);
	out[60] = cookie_len;
	if (cookie)
		memcpy(out + 61, cookie, COOKIE_LEN);
	return len;
}

void hello_send(struct peer *peer, uint8_t attempt, const uint8_t *cookie)
{
	uint8_t hello[HELLO_ROOM];

	peer_write(peer, hello, hello_make(hello, attempt, cookie));
}

void verify_recv(struct peer *peer, uint8_t *cookie)
{
	uint8_t buf[HELLO_ROOM];

	ASSERT_EQ(poll_for(peer->fd, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recv(peer->fd, buf, sizeof(buf), 0), VERIFY_LEN);
	ASSERT_EQ(buf[13], 3);
	memcpy(cookie, buf + AT_COOKIE, COOKIE_LEN);
}

void prove(struct peer *peer, uint8_t attempt)
{
	uint8_t cookie[COOKIE_LEN];

	hello_send(peer, attempt, NULL);
	verify_recv(peer, cookie);
	hello_send(peer, attempt, cookie);
}

void client_begin(struct tsec_nl *nl, struct peer *peer, struct shake *shake)
{
	prove(peer, 1);
	shake_claim(shake, nl, TSEC_ROLE_SERVER);
	shake_finish(shake, peer);
}

void expect_sessions(uint64_t n)
{
	ASSERT_SOON(stat_of("CurrSessions") == n);
}
