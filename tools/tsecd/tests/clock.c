// SPDX-License-Identifier: GPL-2.0
#include "../handshake/clock.h"
#include "clock.h"

uint64_t test_clock_ms = 1000;

uint64_t clock_ms(void)
{
	return test_clock_ms;
}
