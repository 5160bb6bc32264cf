// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of hkdf.c.  Vectors: RFC 5869 appendix A, RFC 8448 section 3.
 * The ones for SHA-384 were computed with another implementation.
 */
#include "../hkdf.h"
#include "kunit.h"

static const char c_ap_traffic[] =
	"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5";
static const char s_ap_traffic[] =
	"a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643";
static const char s_hs_traffic[] =
	"b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38";

/* The input keying material of RFC 5869 A.1 and A.3. */
static const u8 ikm_0b[22] = { [0 ... 21] = 0x0b };

static void fill(u8 *buf, u8 first, size_t len)
{
	while (len--)
		*buf++ = first++;
}

static void hash_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, tsec_hash_size(TSEC_HASH_SHA256), 32);
	KUNIT_EXPECT_EQ(test, tsec_hash_size(TSEC_HASH_SHA384), 48);
}

static void hash_digest__abc(struct kunit *test)
{
	u8 out[TSEC_HASH_SIZE_MAX];

	KUNIT_ASSERT_EQ(test, tsec_hash_digest(TSEC_HASH_SHA256, "abc", 3,
					       out), 0);
	EXPECT_HEX(test, out, "ba7816bf8f01cfea414140de5dae2223",
		   "b00361a396177a9cb410ff61f20015ad");
	KUNIT_ASSERT_EQ(test, tsec_hash_digest(TSEC_HASH_SHA384, "abc", 3,
					       out), 0);
	EXPECT_HEX(test, out, "cb00753f45a35e8bb5a03d699ac65007",
		   "272c32ab0eded1631a8b605a43ff5bed",
		   "8086072ba1e7cc2358baeca134c825a7");
}

static void hash_digest__empty(struct kunit *test)
{
	u8 out[TSEC_HASH_SIZE_MAX];

	KUNIT_ASSERT_EQ(test, tsec_hash_digest(TSEC_HASH_SHA256, "", 0, out),
			0);
	EXPECT_HEX(test, out, "e3b0c44298fc1c149afbf4c8996fb924",
		   "27ae41e4649b934ca495991b7852b855");
}

static void hkdf__rfc5869_a1(struct kunit *test)
{
	u8 salt[13], info[10], prk[32], okm[42];

	fill(salt, 0x00, sizeof(salt));
	fill(info, 0xf0, sizeof(info));
	KUNIT_ASSERT_EQ(test, tsec_hkdf_extract(TSEC_HASH_SHA256, salt,
						sizeof(salt), ikm_0b,
						sizeof(ikm_0b), prk), 0);
	EXPECT_HEX(test, prk, "077709362c2e32df0ddc3f0dc47bba63",
		   "90b6c73bb50f9c3122ec844ad7c2b3e5");
	KUNIT_ASSERT_EQ(test, tsec_hkdf_expand(TSEC_HASH_SHA256, prk, info,
					       sizeof(info), okm,
					       sizeof(okm)), 0);
	EXPECT_HEX(test, okm, "3cb25f25faacd57a90434f64d0362f2a",
		   "2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
		   "34007208d5b887185865");
}

static void hkdf__rfc5869_a2(struct kunit *test)
{
	u8 ikm[80], salt[80], info[80], prk[32], okm[82];

	fill(ikm, 0x00, sizeof(ikm));
	fill(salt, 0x60, sizeof(salt));
	fill(info, 0xb0, sizeof(info));
	KUNIT_ASSERT_EQ(test, tsec_hkdf_extract(TSEC_HASH_SHA256, salt,
						sizeof(salt), ikm,
						sizeof(ikm), prk), 0);
	EXPECT_HEX(test, prk, "06a6b88c5853361a06104c9ceb35b45c",
		   "ef760014904671014a193f40c15fc244");
	KUNIT_ASSERT_EQ(test, tsec_hkdf_expand(TSEC_HASH_SHA256, prk, info,
					       sizeof(info), okm,
					       sizeof(okm)), 0);
	EXPECT_HEX(test, okm, "b11e398dc80327a1c8e7f78c596a4934",
		   "4f012eda2d4efad8a050cc4c19afa97c",
		   "59045a99cac7827271cb41c65e590e09",
		   "da3275600c2f09b8367793a9aca3db71",
		   "cc30c58179ec3e87c14c01d5c1f3434f",
		   "1d87");
}

static void hkdf__rfc5869_a3(struct kunit *test)
{
	u8 prk[32], okm[42];

	KUNIT_ASSERT_EQ(test, tsec_hkdf_extract(TSEC_HASH_SHA256, NULL, 0,
						ikm_0b, sizeof(ikm_0b), prk),
			0);
	EXPECT_HEX(test, prk, "19ef24a32c717b167f33a91d6f648bdf",
		   "96596776afdb6377ac434c1c293ccb04");
	KUNIT_ASSERT_EQ(test, tsec_hkdf_expand(TSEC_HASH_SHA256, prk, NULL, 0,
					       okm, sizeof(okm)), 0);
	EXPECT_HEX(test, okm, "8da4e775a563c18f715f802a063c5a31",
		   "b8a11f5c5ee1879ec3454e5f3c738d2d",
		   "9d201395faa4b61a96c8");
}

static void hkdf__sha384(struct kunit *test)
{
	u8 prk[48], okm[100];

	KUNIT_ASSERT_EQ(test, tsec_hkdf_extract(TSEC_HASH_SHA384, NULL, 0,
						ikm_0b, sizeof(ikm_0b), prk),
			0);
	EXPECT_HEX(test, prk, "10e40cf072a4c5626e43dd22c1cf727d",
		   "4bb140975c9ad0cbc8e45b40068f8f0b",
		   "a57cdb598af9dfa6963a96899af047e5");
	KUNIT_ASSERT_EQ(test, tsec_hkdf_expand(TSEC_HASH_SHA384, prk, NULL, 0,
					       okm, sizeof(okm)), 0);
	EXPECT_HEX(test, okm, "c8c96e710f89b0d7990bca68bcdec8cf",
		   "854062e54c73a7abc743fade9b242daa",
		   "cc1cea5670415b52849c97c4e787c1f2",
		   "130fdaaed2efee2fd43ab373b705464f",
		   "fbc36e70ca2a61a5ebf44d1bf8217df5",
		   "9cbe9dcf94a5a4546503e7f9c02e97b0",
		   "fac5cb8f");
}

/* Early secret and what is derived of it: RFC 8448 section 3. */
static void hkdf_extract__early_secret(struct kunit *test)
{
	u8 zeros[32] = { }, empty[32], out[32];

	KUNIT_ASSERT_EQ(test, tsec_hkdf_extract(TSEC_HASH_SHA256, NULL, 0,
						zeros, sizeof(zeros), out), 0);
	EXPECT_HEX(test, out, "33ad0a1c607ec03b09e6cd9893680ce2",
		   "10adf300aa1f2660e1b22e10f170f92a");
	KUNIT_ASSERT_EQ(test, tsec_hash_digest(TSEC_HASH_SHA256, "", 0,
					       empty), 0);
	KUNIT_ASSERT_EQ(test, tsec_hkdf_expand_label(TSEC_HASH_SHA256, out,
						     "derived", empty, 32,
						     out, 32), 0);
	EXPECT_HEX(test, out, "6f2615a108c702c5678f54fc9dbab697",
		   "16c076189c48250cebeac3576c3611ba");
}

static void hkdf_expand__longest(struct kunit *test)
{
	size_t len = 255 * 32;
	u8 prk[32] = { 1 }, *okm, first[32];

	okm = kunit_kzalloc(test, len + 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, okm);
	KUNIT_EXPECT_EQ(test, tsec_hkdf_expand(TSEC_HASH_SHA256, prk, NULL, 0,
					       okm, len), 0);
	KUNIT_EXPECT_EQ(test, tsec_hkdf_expand(TSEC_HASH_SHA256, prk, NULL, 0,
					       first, sizeof(first)), 0);
	EXPECT_BYTES(test, okm, first, sizeof(first));
	KUNIT_EXPECT_EQ(test, okm[len], 0);
	KUNIT_EXPECT_EQ(test, tsec_hkdf_expand(TSEC_HASH_SHA256, prk, NULL, 0,
					       okm, len + 1), -EINVAL);
}

static void expand_label(struct kunit *test, const char *secret,
			 const char *label, const char *want)
{
	u8 key[32], out[32];

	unhex(test, key, sizeof(key), secret);
	KUNIT_ASSERT_EQ(test, tsec_hkdf_expand_label(TSEC_HASH_SHA256, key,
						     label, NULL, 0, out,
						     strlen(want) / 2), 0);
	EXPECT_HEX(test, out, want);
}

static void hkdf_expand_label__rfc8448(struct kunit *test)
{
	expand_label(test, c_ap_traffic, "key",
		     "17422dda596ed5d9acd890e3c63f5051");
	expand_label(test, c_ap_traffic, "iv", "5b78923dee08579033e523d9");
	expand_label(test, s_ap_traffic, "key",
		     "9f02283b6c9c07efc26bb9f2ac92e356");
	expand_label(test, s_ap_traffic, "iv", "cf782b88dd83549aadf1e984");
	expand_label(test, s_hs_traffic, "finished",
		     "008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8");
}

static void hkdf_expand_label__key_update(struct kunit *test)
{
	expand_label(test, c_ap_traffic, "traffic upd",
		     "fcdfcc72725aaee48bf64e4fd8b749cdbdbab39d90da0b26e2245ca6ea167207");
}

static void hkdf_expand_label__longest(struct kunit *test)
{
	char label[TSEC_HKDF_LABEL_MAX + 2] = { };
	u8 secret[32], context[255], out[8];

	unhex(test, secret, sizeof(secret), c_ap_traffic);
	memset(label, 'x', TSEC_HKDF_LABEL_MAX);
	memset(context, 'y', sizeof(context));
	KUNIT_EXPECT_EQ(test, tsec_hkdf_expand_label(TSEC_HASH_SHA256, secret,
						     label, context, 255, out,
						     sizeof(out)), 0);
	EXPECT_HEX(test, out, "473a261c75c081cc");
	label[TSEC_HKDF_LABEL_MAX] = 'x';
	KUNIT_EXPECT_EQ(test, tsec_hkdf_expand_label(TSEC_HASH_SHA256, secret,
						     label, context, 255, out,
						     sizeof(out)), -EINVAL);
}

/* Computed with another implementation. */
static void hkdf_expand_label_dtls__prefix(struct kunit *test)
{
	u8 secret[32], out[32];

	fill(secret, 0, sizeof(secret));
	KUNIT_ASSERT_EQ(test, tsec_hkdf_expand_label_dtls(TSEC_HASH_SHA256,
							  secret, "sn", NULL,
							  0, out, 16), 0);
	EXPECT_HEX(test, out, "c5b1a0649ea4fdafbe7e256665068222");
	KUNIT_ASSERT_EQ(test, tsec_hkdf_expand_label_dtls(TSEC_HASH_SHA256,
							  secret,
							  "traffic upd", NULL,
							  0, out, 32), 0);
	EXPECT_HEX(test, out,
		   "ad8aa21a3d874bbebf9fdf442aafe175072af91c39af50b6ac26113e54981ae0");
}

static struct kunit_case hkdf_cases[] = {
	KUNIT_CASE(hash_size),
	KUNIT_CASE(hash_digest__abc),
	KUNIT_CASE(hash_digest__empty),
	KUNIT_CASE(hkdf__rfc5869_a1),
	KUNIT_CASE(hkdf__rfc5869_a2),
	KUNIT_CASE(hkdf__rfc5869_a3),
	KUNIT_CASE(hkdf__sha384),
	KUNIT_CASE(hkdf_extract__early_secret),
	KUNIT_CASE(hkdf_expand__longest),
	KUNIT_CASE(hkdf_expand_label__rfc8448),
	KUNIT_CASE(hkdf_expand_label__key_update),
	KUNIT_CASE(hkdf_expand_label__longest),
	KUNIT_CASE(hkdf_expand_label_dtls__prefix),
	{}
};

static struct kunit_suite hkdf_suite = {
	.name		= "tsec_hkdf",
	.test_cases	= hkdf_cases,
};

kunit_test_suites(&hkdf_suite);
