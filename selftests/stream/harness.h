/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small test harness in the manner of the kernel's kselftest_harness.h.
 *
 * Each test of a fixture runs once for each variant of the fixture, in a
 * process (and process group) of its own with a time limit, and reports in
 * TAP as "variant.test".  An ASSERT that fails ends the test, an EXPECT only
 * marks it as failed; both may be used in children that a test forks, where
 * they end the child with status 1.  They must not be used in threads.
 */
#ifndef TSEC_SELFTEST_HARNESS_H
#define TSEC_SELFTEST_HARNESS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	HARNESS_PASS	= 0,
	HARNESS_FAIL	= 1,
	HARNESS_SKIP	= 4,		/* as kselftest's KSFT_SKIP */
	HARNESS_OTHER	= 5,		/* the variant has nothing to test */
	HARNESS_SECONDS	= 60,		/* time limit of a test */
};

struct harness_variant {
	const char *name;
	const void *value;
	bool extra;			/* only if all are asked for (-a) */
	struct harness_variant *next;
};

struct harness_fixture {
	const char *name;
	struct harness_variant *variants;
};

struct harness_test {
	struct harness_fixture *fixture;
	const char *name;
	int seconds;
	size_t size;			/* of the fixture's data */
	void (*setup)(void *self, const void *variant);
	void (*body)(void *self, const void *variant);
	void (*teardown)(void *self, const void *variant);
	struct harness_test *next;
};

void harness_variant_add(struct harness_fixture *fixture,
			 struct harness_variant *variant);
void harness_test_add(struct harness_test *test);
void harness_failed(const char *file, int line, const char *what,
		    intmax_t a, intmax_t b, bool fatal);
void harness_failed_str(const char *file, int line, const char *what,
			const char *a, const char *b, bool fatal);
void harness_note(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
void harness_skip(const char *why) __attribute__((noreturn));
void harness_other(const char *why) __attribute__((noreturn));

/* A program may define this: it is called once, before any test. */
void harness_prepare(void);

#define FIXTURE(f) \
	static struct harness_fixture f##_fixture = { .name = #f }; \
	struct f##_data

#define FIXTURE_VARIANT(f) struct f##_variant

#define FIXTURE_VARIANT_ADD(f, v) HARNESS_VARIANT(f, v, false)

#define FIXTURE_VARIANT_ADD_EXTRA(f, v) HARNESS_VARIANT(f, v, true)

#define HARNESS_VARIANT(f, v, is_extra) \
	static const struct f##_variant f##_##v##_value; \
	static struct harness_variant f##_##v##_variant = { \
		.name = #v, .value = &f##_##v##_value, .extra = is_extra, \
	}; \
	static void __attribute__((constructor)) f##_##v##_add(void) \
	{ \
		harness_variant_add(&f##_fixture, &f##_##v##_variant); \
	} \
	static const struct f##_variant f##_##v##_value

#define HARNESS_PARAMS(f) \
	struct f##_data *self __attribute__((unused)), \
	const struct f##_variant *variant __attribute__((unused))

#define HARNESS_WRAP(f, what) \
	static void f##_##what(HARNESS_PARAMS(f)); \
	static void f##_##what##_call(void *self, const void *variant) \
	{ \
		f##_##what(self, variant); \
	}

#define FIXTURE_SETUP(f) \
	HARNESS_WRAP(f, setup) \
	static void f##_setup(HARNESS_PARAMS(f))

#define FIXTURE_TEARDOWN(f) \
	HARNESS_WRAP(f, teardown) \
	static void f##_teardown(HARNESS_PARAMS(f))

#define TEST_F_TIMEOUT(f, t, limit) \
	HARNESS_WRAP(f, t) \
	static struct harness_test f##_##t##_test = { \
		.fixture = &f##_fixture, \
		.name = #t, \
		.seconds = limit, \
		.size = sizeof(struct f##_data), \
		.setup = f##_setup_call, \
		.body = f##_##t##_call, \
		.teardown = f##_teardown_call, \
	}; \
	static void __attribute__((constructor)) f##_##t##_add(void) \
	{ \
		harness_test_add(&f##_##t##_test); \
	} \
	static void f##_##t(HARNESS_PARAMS(f))

#define TEST_F(f, t) TEST_F_TIMEOUT(f, t, HARNESS_SECONDS)

#define SKIP(why) harness_skip(why)
/* Not a test that cannot run: there is none for this variant. */
#define NOT_HERE(why) harness_other(why)

#define HARNESS_CMP(a, op, b, fatal) do { \
	intmax_t _a = (intmax_t)(a), _b = (intmax_t)(b); \
	if (!(_a op _b)) \
		harness_failed(__FILE__, __LINE__, #a " " #op " " #b, \
			       _a, _b, fatal); \
} while (0)

#define HARNESS_STR(a, b, fatal) do { \
	const char *_a = (a), *_b = (b); \
	if (strcmp(_a, _b)) \
		harness_failed_str(__FILE__, __LINE__, #a " == " #b, \
				   _a, _b, fatal); \
} while (0)

/* The call fails, and with this errno. */
#define HARNESS_ERR(call, err, fatal) do { \
	intmax_t _r = (intmax_t)(call); \
	int _e = errno; \
	if (_r != -1) \
		harness_failed(__FILE__, __LINE__, #call " fails", \
			       _r, -1, fatal); \
	else if (_e != (err)) \
		harness_failed(__FILE__, __LINE__, #call ": " #err, \
			       _e, err, fatal); \
} while (0)

#define ASSERT_EQ(a, b) HARNESS_CMP(a, ==, b, true)
#define ASSERT_NE(a, b) HARNESS_CMP(a, !=, b, true)
#define ASSERT_LT(a, b) HARNESS_CMP(a, <, b, true)
#define ASSERT_LE(a, b) HARNESS_CMP(a, <=, b, true)
#define ASSERT_GT(a, b) HARNESS_CMP(a, >, b, true)
#define ASSERT_GE(a, b) HARNESS_CMP(a, >=, b, true)
#define ASSERT_TRUE(a) HARNESS_CMP(!!(a), ==, 1, true)
#define ASSERT_FALSE(a) HARNESS_CMP(!!(a), ==, 0, true)
#define ASSERT_MEMEQ(a, b, len) HARNESS_CMP(memcmp(a, b, len), ==, 0, true)
#define ASSERT_STREQ(a, b) HARNESS_STR(a, b, true)
#define ASSERT_ERR(call, err) HARNESS_ERR(call, err, true)

#define EXPECT_EQ(a, b) HARNESS_CMP(a, ==, b, false)
#define EXPECT_NE(a, b) HARNESS_CMP(a, !=, b, false)
#define EXPECT_LT(a, b) HARNESS_CMP(a, <, b, false)
#define EXPECT_LE(a, b) HARNESS_CMP(a, <=, b, false)
#define EXPECT_GT(a, b) HARNESS_CMP(a, >, b, false)
#define EXPECT_GE(a, b) HARNESS_CMP(a, >=, b, false)
#define EXPECT_TRUE(a) HARNESS_CMP(!!(a), ==, 1, false)
#define EXPECT_FALSE(a) HARNESS_CMP(!!(a), ==, 0, false)
#define EXPECT_MEMEQ(a, b, len) HARNESS_CMP(memcmp(a, b, len), ==, 0, false)
#define EXPECT_STREQ(a, b) HARNESS_STR(a, b, false)
#define EXPECT_ERR(call, err) HARNESS_ERR(call, err, false)

#endif /* TSEC_SELFTEST_HARNESS_H */
