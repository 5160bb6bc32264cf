/* SPDX-License-Identifier: GPL-2.0 */
/* What fuzz targets share, of the module and of the daemon. */
#ifndef TSEC_FUZZ_H
#define TSEC_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The fuzzer's bytes, those that are left of them. */
struct input {
	const uint8_t *data;
	size_t len;
};

/* The target: libFuzzer calls it for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static inline void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* The sanitizer looks at each byte. */
static inline void touch(const void *data, size_t len)
{
	const volatile uint8_t *at = data;

	while (len--)
		(void)*at++;
}

/* In memory that ends where they end; the caller frees it. */
static inline void *copy_of(const void *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1);

	must(copy, "memory of the fuzzer");
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

/* 0 behind the last one. */
static inline uint8_t take_byte(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

#endif /* TSEC_FUZZ_H */
