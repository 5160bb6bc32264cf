/* SPDX-License-Identifier: GPL-2.0 */
/* Why something failed: an errno for programs, a sentence for people. */
#ifndef TSECD_REASON_H
#define TSECD_REASON_H

#include <linux/tsec.h>

struct reason {
	int status; /* a positive errno, 0: nothing failed */
	char text[TSEC_ERROR_MAX + 1];
};

/*
 * Sets both and returns -status.  The first reason stays: what fails later is
 * its consequence.
 */
int reason_set(struct reason *reason, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* TSECD_REASON_H */
