/* SPDX-License-Identifier: GPL-2.0 */
/* A test program's results in TAP, for all of tools/. */
#ifndef TSEC_TAP_H
#define TSEC_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3), unused))
static bool ok(bool passed, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	tap_failed += !passed;
	return passed;
}

__attribute__((unused))
static bool is_int(long long got, long long want, const char *what)
{
	bool passed = ok(got == want, "%s", what);

	if (!passed)
		printf("#   got %lld, expected %lld\n", got, want);
	return passed;
}

__attribute__((unused))
static bool is_str(const char *got, const char *want, const char *what)
{
	bool passed = ok(got && !strcmp(got, want), "%s", what);

	if (!passed)
		printf("#   got \"%s\"\n#   expected \"%s\"\n",
		       got ? got : "(null)", want);
	return passed;
}

/* The end of main(): the plan, and the program's exit code. */
__attribute__((unused))
static int done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif /* TSEC_TAP_H */
