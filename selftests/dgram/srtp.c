// SPDX-License-Identifier: GPL-2.0
#include <unistd.h>

#include "srtp.h"
#include "util.h"
#include "wire.h"

static uint8_t buf[65536];

void srtp_make(struct srtp_data *self, const struct kind *kind)
{
	link_make(&self->link, kind);
	self->a = self->b = self->relay = -1;
}

void srtp_end(struct srtp_data *self)
{
	close(self->a);
	close(self->b);
	close(self->relay);
	link_end(&self->link);
}

void srtp_relayed(struct srtp_data *self)
{
	union tsec_addr addr;

	link_keys(&self->link);
	self->a = link_bound(&self->link, self->link.client, &self->addr_a);
	self->b = link_bound(&self->link, self->link.server, &self->addr_b);
	self->relay = wire_socket(self->link.kind.family, &addr);
	ASSERT_EQ(tsec_connect(self->a, &addr), 0);
	ASSERT_EQ(tsec_connect(self->b, &addr), 0);
}

size_t srtp_take(struct srtp_data *self, uint8_t *packet)
{
	return wire_recv(self->relay, packet, WIRE_MAX, NULL);
}

void srtp_give(struct srtp_data *self, const union tsec_addr *to,
	       const uint8_t *packet, size_t len)
{
	wire_send(self->relay, to, packet, len);
}

void srtp_pass(struct srtp_data *self)
{
	uint8_t packet[WIRE_MAX];

	srtp_give(self, &self->addr_b, packet, srtp_take(self, packet));
}

size_t srtp_tag_len(uint16_t cipher)
{
	switch (cipher) {
	case TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80:
	case TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80:
		return 10;
	case TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32:
	case TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32:
		return 4;
	default:
		return 16;
	}
}

void rtp_send(int fd, uint16_t seq, size_t len)
{
	size_t size = rtp_make(buf, seq, len);

	ASSERT_EQ(send(fd, buf, size, 0), size);
}

void rtp_expect(int fd, uint16_t seq, size_t len)
{
	expect_datagram(fd, buf, rtp_make(buf, seq, len));
}
