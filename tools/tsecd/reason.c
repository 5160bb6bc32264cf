// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include <tsec.h>

#include "reason.h"

int reason_set(struct reason *reason, int status, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (reason->status)
		return -reason->status;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reason->status = status;
	tsec_copy(reason->text, sizeof(reason->text), tsec_printable(text));
	return -status;
}
