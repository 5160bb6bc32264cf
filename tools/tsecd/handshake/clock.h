/* SPDX-License-Identifier: GPL-2.0 */
/* What time it is, for timers of protocols; tests bring their own clock. */
#ifndef TSECD_CLOCK_H
#define TSECD_CLOCK_H

#include <stdint.h>

/* Milliseconds, of a clock that nobody sets. */
uint64_t clock_ms(void);

#endif /* TSECD_CLOCK_H */
