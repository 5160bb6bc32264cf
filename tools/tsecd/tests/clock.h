/* SPDX-License-Identifier: GPL-2.0 */
/* A clock that goes as the test says, so that none has to wait. */
#ifndef TSECD_TESTS_CLOCK_H
#define TSECD_TESTS_CLOCK_H

#include <stdint.h>

extern uint64_t test_clock_ms;

#endif /* TSECD_TESTS_CLOCK_H */
