// SPDX-License-Identifier: GPL-2.0
/* Key shares: vectors of RFC 7748 and RFC 5903, and points that are none. */
#include <string.h>

#include "../handshake/dtls13_share.h"
#include "hex.h"
#include "tap.h"

static void test_pair(uint16_t group, size_t len)
{
	uint8_t a_shared[DTLS13_SHARED_LEN], b_shared[DTLS13_SHARED_LEN];
	struct dtls13_share a, b;

	ok(!dtls13_share_make(&a, group) && !dtls13_share_make(&b, group) &&
		   a.public_len == len && memcmp(a.public, b.public, len),
	   "group %04x: two pairs of keys", group);
	ok(!dtls13_share_derive(&a, b.public, b.public_len, a_shared) &&
		   !dtls13_share_derive(&b, a.public, a.public_len,
					b_shared) &&
		   !memcmp(a_shared, b_shared, sizeof(a_shared)),
	   "... both ends have the same secret");
	ok(dtls13_share_derive(&a, b.public, len - 1, a_shared) == -1,
	   "... a share that is too short");
	memset(b.public, 0, len);
	ok(dtls13_share_derive(&a, b.public, len, a_shared) == -1,
	   "... one that is all zeros");
}

/* RFC 7748 section 6.1 */
static void test_x25519(void)
{
	struct dtls13_share alice = { .group = DTLS13_X25519 };
	uint8_t bob[32], shared[DTLS13_SHARED_LEN];

	unhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	      alice.secret, sizeof(alice.secret));
	unhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
	      bob, sizeof(bob));
	ok(!dtls13_share_derive(&alice, bob, sizeof(bob), shared) &&
		   is_hex(shared, sizeof(shared),
			  "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"),
	   "X25519: the secret of RFC 7748");
}

/* RFC 5903 section 8.1 */
static void test_p256(void)
{
	struct dtls13_share share = { .group = DTLS13_SECP256R1 };
	uint8_t peer[DTLS13_PUBLIC_MAX], shared[DTLS13_SHARED_LEN];

	unhex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
	      share.secret, sizeof(share.secret));
	unhex("04"
	      "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
	      "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
	      peer, sizeof(peer));
	ok(!dtls13_share_derive(&share, peer, sizeof(peer), shared) &&
		   is_hex(shared, sizeof(shared),
			  "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"),
	   "P-256: the secret of RFC 5903");
	peer[64] ^= 1;
	ok(dtls13_share_derive(&share, peer, sizeof(peer), shared) == -1,
	   "... a point that is not on the curve");
	peer[64] ^= 1;
	peer[0] = 2;
	ok(dtls13_share_derive(&share, peer, sizeof(peer), shared) == -1,
	   "... one that is compressed");
}

static void test_groups(void)
{
	struct dtls13_share share;

	ok(dtls13_group_known(DTLS13_X25519) &&
		   dtls13_group_known(DTLS13_SECP256R1) &&
		   !dtls13_group_known(0x0018) &&
		   dtls13_share_make(&share, 0x0018) == -1,
	   "there are two groups");
}

int main(void)
{
	test_pair(DTLS13_X25519, 32);
	test_pair(DTLS13_SECP256R1, 65);
	test_x25519();
	test_p256();
	test_groups();
	return done_testing();
}
