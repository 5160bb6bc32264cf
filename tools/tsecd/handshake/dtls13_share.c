// SPDX-License-Identifier: GPL-2.0
#include <gmp.h>
#include <gnutls/crypto.h>
#include <nettle/bignum.h>
#include <nettle/curve25519.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <string.h>

#include "dtls13_share.h"

enum sizes {
	COORDINATE_LEN = 32,
	POINT_LEN = 1 + 2 * COORDINATE_LEN,
	UNCOMPRESSED = 4, /* what a point begins with */
};

const uint16_t dtls13_groups[] = {
	DTLS13_X25519,
	DTLS13_SECP256R1,
	DTLS13_NO_GROUP,
};

bool dtls13_group_known(uint16_t group)
{
	return group == DTLS13_X25519 || group == DTLS13_SECP256R1;
}

/* X25519 ***************************************************************** */

static int x25519_make(struct dtls13_share *share)
{
	if (gnutls_rnd(GNUTLS_RND_KEY, share->secret,
		       sizeof(share->secret)) < 0)
		return -1;
	curve25519_mul_g(share->public, share->secret);
	share->public_len = CURVE25519_SIZE;
	return 0;
}

static bool is_zero(const uint8_t *data, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= data[i];
	return !any;
}

/* RFC 7748 section 6.1: a point of small order makes zeros. */
static int x25519_derive(const struct dtls13_share *share, const uint8_t *peer,
			 size_t len, uint8_t *shared)
{
	if (len != CURVE25519_SIZE)
		return -1;
	curve25519_mul(shared, share->secret, peer);
	return is_zero(shared, CURVE25519_SIZE) ? -1 : 0;
}

/* P-256 ****************************************************************** */

struct random_source {
	bool failed;
};

static void random_take(void *ctx, size_t len, uint8_t *out)
{
	struct random_source *source = ctx;

	if (gnutls_rnd(GNUTLS_RND_KEY, out, len) < 0)
		source->failed = true;
}

static void coordinates_write(const struct ecc_point *point, uint8_t *x,
			      uint8_t *y)
{
	mpz_t a, b;

	mpz_init(a);
	mpz_init(b);
	ecc_point_get(point, a, b);
	nettle_mpz_get_str_256(COORDINATE_LEN, x, a);
	nettle_mpz_get_str_256(COORDINATE_LEN, y, b);
	mpz_clear(a);
	mpz_clear(b);
}

static int p256_make(struct dtls13_share *share)
{
	struct random_source source = { .failed = false };
	struct ecc_scalar scalar;
	struct ecc_point point;
	mpz_t number;

	ecc_scalar_init(&scalar, nettle_get_secp_256r1());
	ecc_point_init(&point, nettle_get_secp_256r1());
	ecc_scalar_random(&scalar, &source, random_take);
	ecc_point_mul_g(&point, &scalar);
	mpz_init(number);
	ecc_scalar_get(&scalar, number);
	nettle_mpz_get_str_256(COORDINATE_LEN, share->secret, number);
	mpz_clear(number);
	share->public[0] = UNCOMPRESSED;
	coordinates_write(&point, share->public + 1,
			  share->public + 1 + COORDINATE_LEN);
	share->public_len = POINT_LEN;
	ecc_scalar_clear(&scalar);
	ecc_point_clear(&point);
	return source.failed ? -1 : 0;
}

/* False for what is not on the curve. */
static bool point_read(struct ecc_point *point, const uint8_t *data)
{
	mpz_t x, y;
	bool good;

	nettle_mpz_init_set_str_256_u(x, COORDINATE_LEN, data);
	nettle_mpz_init_set_str_256_u(y, COORDINATE_LEN,
				      data + COORDINATE_LEN);
	good = ecc_point_set(point, x, y);
	mpz_clear(x);
	mpz_clear(y);
	return good;
}

static void p256_multiply(struct ecc_point *point, const uint8_t *secret,
			  uint8_t *shared)
{
	const struct ecc_curve *curve = nettle_get_secp_256r1();
	uint8_t y[COORDINATE_LEN];
	struct ecc_scalar scalar;
	mpz_t number;

	nettle_mpz_init_set_str_256_u(number, COORDINATE_LEN, secret);
	ecc_scalar_init(&scalar, curve);
	ecc_scalar_set(&scalar, number);
	mpz_clear(number);
	ecc_point_mul(point, &scalar, point);
	ecc_scalar_clear(&scalar);
	coordinates_write(point, shared, y);
	explicit_bzero(y, sizeof(y));
}

static int p256_derive(const struct dtls13_share *share, const uint8_t *peer,
		       size_t len, uint8_t *shared)
{
	struct ecc_point point;
	bool good;

	if (len != POINT_LEN || peer[0] != UNCOMPRESSED)
		return -1;
	ecc_point_init(&point, nettle_get_secp_256r1());
	good = point_read(&point, peer + 1);
	if (good)
		p256_multiply(&point, share->secret, shared);
	ecc_point_clear(&point);
	return good ? 0 : -1;
}

/* Either ***************************************************************** */

int dtls13_share_make(struct dtls13_share *share, uint16_t group)
{
	memset(share, 0, sizeof(*share));
	share->group = group;
	switch (group) {
	case DTLS13_X25519:
		return x25519_make(share);
	case DTLS13_SECP256R1:
		return p256_make(share);
	default:
		return -1;
	}
}

int dtls13_share_derive(const struct dtls13_share *share, const uint8_t *peer,
			size_t len, uint8_t shared[DTLS13_SHARED_LEN])
{
	switch (share->group) {
	case DTLS13_X25519:
		return x25519_derive(share, peer, len, shared);
	case DTLS13_SECP256R1:
		return p256_derive(share, peer, len, shared);
	default:
		return -1;
	}
}
