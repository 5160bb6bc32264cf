/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests share.
 */
#ifndef TSEC_TESTS_KUNIT_H
#define TSEC_TESTS_KUNIT_H

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* Bytes, printed when they differ; KUnit has no such macro before 6.3. */
#define EXPECT_BYTES(test, got, want, len)				\
	KUNIT_EXPECT_EQ_MSG(test, memcmp(got, want, len), 0,		\
			    "got %*phN", min_t(int, len, 64), got)

/* The same with the wanted bytes in hexadecimal. */
#define EXPECT_HEX(test, got, hex)					\
	do {								\
		u8 want_[128] = { };					\
		size_t len_ = unhex(test, want_, sizeof(want_), hex);	\
									\
		EXPECT_BYTES(test, got, want_, len_);			\
	} while (0)

/* Fails the test if the bytes are anything but zeros. */
#define EXPECT_ZEROS(test, got, len)					\
	KUNIT_EXPECT_TRUE(test, !memchr_inv(got, 0, len))

/* Bytes from hexadecimal; returns how many. */
static inline size_t unhex(struct kunit *test, u8 *out, size_t room,
			   const char *hex)
{
	size_t len = strlen(hex) / 2;

	if (len > room || hex2bin(out, hex, len))
		KUNIT_FAIL(test, "bad test vector %s", hex);
	return len;
}

#endif /* TSEC_TESTS_KUNIT_H */
