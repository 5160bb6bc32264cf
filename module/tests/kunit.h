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
	do {								\
		const void *bytes_ = (got);				\
		size_t count_ = (len);					\
									\
		KUNIT_EXPECT_EQ_MSG(test, memcmp(bytes_, want, count_),	\
				    0, "got %*phN",			\
				    min_t(int, count_, 64), bytes_);	\
	} while (0)

/* The same with the wanted bytes in hexadecimal, in one string or more. */
#define EXPECT_HEX(test, got, ...)					\
	do {								\
		const char *const hex_[] = { __VA_ARGS__ };		\
		struct kunit *test_ = (test);				\
		size_t len_ = 0, i_;					\
		u8 want_[128];						\
									\
		for (i_ = 0; i_ < ARRAY_SIZE(hex_); i_++)		\
			len_ += unhex(test_, want_ + len_,		\
				      sizeof(want_) - len_, hex_[i_]);	\
		EXPECT_BYTES(test_, got, want_, len_);			\
	} while (0)

/* Fails the test if the bytes are anything but zeros. */
#define EXPECT_ZEROS(test, got, len)					\
	KUNIT_EXPECT_TRUE(test, !memchr_inv(got, 0, len))

/* A long vector in lines, each of them a string: up to six. */
#define HEX_LINES(a, b, c, d, e, f, ...)	(a b c d e f)
#define HEX(...)	HEX_LINES(__VA_ARGS__, "", "", "", "", "")

/* Bytes from hexadecimal; returns how many. */
static inline size_t unhex(struct kunit *test, u8 *out, size_t room,
			   const char *hex)
{
	size_t len = strlen(hex) / 2;

	if (len <= room && !hex2bin(out, hex, len))
		return len;
	KUNIT_FAIL(test, "bad test vector %s", hex);
	return 0;
}

#endif /* TSEC_TESTS_KUNIT_H */
