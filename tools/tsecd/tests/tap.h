/* SPDX-License-Identifier: GPL-2.0 */
/* The Test Anything Protocol, as little of it as is needed. */
#ifndef TSECD_TESTS_TAP_H
#define TSECD_TESTS_TAP_H

#include <stdbool.h>

/* One test: what was expected, in words. */
void ok(bool good, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The plan, printed last; the result is main's. */
int done_testing(void);

#endif /* TSECD_TESTS_TAP_H */
