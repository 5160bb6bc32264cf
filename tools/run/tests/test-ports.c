// SPDX-License-Identifier: GPL-2.0
/* Lists of ports. */
#include "ports.h"
#include "tap.h"

static struct ports ports;

static void test_good(void)
{
	ok(ports_parse(&ports, "443"), "one port");
	ok(ports_has(&ports, 443) && !ports_has(&ports, 442) &&
	   !ports_has(&ports, 444), "is that one");
	ok(ports_parse(&ports, "0,63-65,65535"), "a list with a range");
	ok(ports_has(&ports, 0) && !ports_has(&ports, 62) &&
	   ports_has(&ports, 63) && ports_has(&ports, 64) &&
	   ports_has(&ports, 65) && !ports_has(&ports, 66) &&
	   ports_has(&ports, 65535), "is those");
	ok(!ports_has(&ports, 443), "and what was there is gone");
	ok(ports_parse(&ports, "all") && ports_has(&ports, 0) &&
	   ports_has(&ports, 65535), "all");
}

int main(void)
{
	static const char *const bad[] = {
		"", ",", "443,", ",443", "65536", "99999999999999999999",
		"5-4", "5-", "-5", "a", "443 ", "1-2-3", "443,all", "ALL",
	};

	test_good();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!ports_parse(&ports, bad[i]), "\"%s\" is refused", bad[i]);
	return done_testing();
}
