// SPDX-License-Identifier: GPL-2.0
/*
 * SRTP with a peer of another make: a plain UDP socket, and libsrtp.
 */
#include <string.h>
#include <unistd.h>
#include <srtp2/srtp.h>

#include "pair.h"
#include "util.h"

enum {
	RTP_HEADER	= 12,
	RTCP_LEN	= 28,
	SSRC		= 0xc0ffee,
	ROOM		= 2048,
};

FIXTURE(libsrtp) {
	struct link link;
	int sock;			/* of tsec */
	int fd;				/* of UDP */
	srtp_t tx;			/* what fd sends */
	srtp_t rx;
};
KIND_VARIANT(libsrtp);
SRTP_KINDS_ADD(libsrtp);

static uint8_t buf[ROOM], got[ROOM];
static srtp_err_status_t prepared;

/* It tests all its ciphers, which takes long: once, not in each test. */
static void __attribute__((constructor)) prepare(void)
{
	prepared = srtp_init();
}

static void suite_set(srtp_policy_t *policy, uint16_t cipher)
{
	switch (cipher) {
	case TSEC_CIPHER_AES_128_GCM:
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_256_GCM:
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80:
		srtp_crypto_policy_set_rtp_default(&policy->rtp);
		srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy->rtp);
		srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
		break;
	}
}

/* libsrtp wants the master salt right behind the master key. */
static srtp_t context(const struct kind *kind, const struct key *key,
		      srtp_ssrc_type_t type)
{
	size_t key_len = tsec_cipher_key_len(kind->cipher);
	uint8_t master[TSEC_KEY_MAX + TSEC_IV_MAX];
	srtp_policy_t policy = {
		.ssrc		= { .type = type },
		.key		= master,
		.window_size	= 1024,
	};
	srtp_t srtp;

	memcpy(master, key->key, key_len);
	memcpy(master + key_len, key->iv,
	       tsec_cipher_iv_len(kind->cipher, kind->version));
	suite_set(&policy, kind->cipher);
	ASSERT_EQ(srtp_create(&srtp, &policy), srtp_err_status_ok);
	return srtp;
}

FIXTURE_SETUP(libsrtp)
{
	struct link *link = &self->link;
	union tsec_addr own, other;

	ASSERT_EQ(prepared, srtp_err_status_ok);
	link_make(link, &variant->kind);
	link_keys(link);
	self->tx = context(&link->kind, &link->to_client, ssrc_any_outbound);
	self->rx = context(&link->kind, &link->to_server, ssrc_any_inbound);
	self->fd = socket(link->kind.family, SOCK_DGRAM, 0);
	addr_loopback(&other, link->kind.family, 0);
	ASSERT_EQ(bind(self->fd, &other.sa, addr_len(&other)), 0);
	addr_of(&other, self->fd);
	self->sock = link_bound(link, link->client, &own);
	ASSERT_EQ(tsec_connect(self->sock, &other), 0);
	ASSERT_EQ(tsec_connect(self->fd, &own), 0);
}

FIXTURE_TEARDOWN(libsrtp)
{
	srtp_dealloc(self->tx);
	srtp_dealloc(self->rx);
	close(self->sock);
	close(self->fd);
	link_end(&self->link);
}

static void ssrc_put(uint8_t *at, uint32_t ssrc)
{
	for (int i = 0; i < 4; i++)
		at[i] = ssrc >> (24 - 8 * i);
}

static size_t rtp_make(uint8_t *out, uint16_t seq, size_t len)
{
	memset(out, 0, RTP_HEADER);
	out[0] = 0x80;
	out[1] = 111;
	out[2] = seq >> 8;
	out[3] = seq;
	ssrc_put(out + 8, SSRC);
	fill_pattern(out + RTP_HEADER, len, seq);
	return RTP_HEADER + len;
}

static size_t rtcp_make(uint8_t *out, uint32_t start)
{
	memset(out, 0, RTCP_LEN);
	out[0] = 0x80;
	out[1] = 200;
	out[3] = RTCP_LEN / 4 - 1;
	ssrc_put(out + 4, SSRC);
	fill_pattern(out + 8, RTCP_LEN - 8, start);
	return RTCP_LEN;
}

static void rtp_both(struct libsrtp_data *self, uint16_t seq, size_t len)
{
	int size = rtp_make(buf, seq, len), left = sizeof(got);

	ASSERT_EQ(send(self->sock, buf, size, 0), size);
	left = recv(self->fd, got, sizeof(got), 0);
	ASSERT_GT(left, size);
	ASSERT_EQ(srtp_unprotect(self->rx, got, &left), srtp_err_status_ok);
	ASSERT_EQ(left, size);
	ASSERT_MEMEQ(got, buf, size);

	left = size;
	memcpy(got, buf, size);
	ASSERT_EQ(srtp_protect(self->tx, got, &left), srtp_err_status_ok);
	ASSERT_EQ(send(self->fd, got, left, 0), left);
	expect_datagram(self->sock, buf, size);
}

static void rtcp_both(struct libsrtp_data *self, uint32_t start)
{
	int size = rtcp_make(buf, start), left;

	ASSERT_EQ(send(self->sock, buf, size, 0), size);
	left = recv(self->fd, got, sizeof(got), 0);
	ASSERT_GT(left, size);
	ASSERT_EQ(srtp_unprotect_rtcp(self->rx, got, &left),
		  srtp_err_status_ok);
	ASSERT_EQ(left, size);
	ASSERT_MEMEQ(got, buf, size);

	left = size;
	memcpy(got, buf, size);
	ASSERT_EQ(srtp_protect_rtcp(self->tx, got, &left),
		  srtp_err_status_ok);
	ASSERT_EQ(send(self->fd, got, left, 0), left);
	expect_datagram(self->sock, buf, size);
}

TEST_F(libsrtp, rtp)
{
	static const size_t sizes[] = { 1, 20, 160, 1200 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		rtp_both(self, 100 + i, sizes[i]);
}

TEST_F(libsrtp, rtcp)
{
	int i;

	for (i = 0; i < 4; i++)
		rtcp_both(self, i);
}

TEST_F(libsrtp, numbers_wrap)
{
	int i;

	for (i = 65530; i < 65550; i++) {
		rtp_both(self, i, 40);
		if (i % 5 == 0)
			rtcp_both(self, i);
	}
}

/* With a header extension and two contributing sources (RFC 3550). */
TEST_F(libsrtp, long_headers)
{
	int size = RTP_HEADER + 8 + 8 + 30, left;

	rtp_make(buf, 9, size - RTP_HEADER);
	buf[0] = 0x80 | 0x10 | 2;
	memcpy(buf + RTP_HEADER + 8, (uint8_t[]){ 0xbe, 0xde, 0, 1 }, 4);
	ASSERT_EQ(send(self->sock, buf, size, 0), size);
	left = recv(self->fd, got, sizeof(got), 0);
	ASSERT_EQ(srtp_unprotect(self->rx, got, &left), srtp_err_status_ok);
	ASSERT_EQ(left, size);
	EXPECT_MEMEQ(got, buf, size);
}
