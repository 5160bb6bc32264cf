// SPDX-License-Identifier: GPL-2.0
/* Whose open session is which. */
#include <string.h>

#include "../wgclock.h"
#include "../wgsessions.h"
#include "tap.h"

static struct wgsession_name name_of(char self, char peer, uint32_t listener)
{
	struct wgsession_name name = { .listener = listener };

	memset(name.self, self, sizeof(name.self));
	memset(name.peer, peer, sizeof(name.peer));
	return name;
}

static void test_names(void)
{
	struct wgsession_name name = name_of('a', 'b', 1), other;

	ok(!wgsessions_find(&name), "nobody has a session at first");
	wgsessions_put(&name, 5);
	ok(wgsessions_find(&name) == 5, "then one has");
	other = name_of('a', 'c', 1);
	ok(!wgsessions_find(&other), "another peer has not");
	other = name_of('c', 'b', 1);
	ok(!wgsessions_find(&other), "nor with another key of ours");
	other = name_of('a', 'b', 2);
	ok(!wgsessions_find(&other), "nor with another listener");
	wgsessions_put(&other, 6);
	ok(wgsessions_find(&other) == 6 && wgsessions_find(&name) == 5,
	   "before it has that as well");
	wgsessions_drop(&other, 6);
	wgsessions_drop(&name, 5);
	ok(!wgsessions_find(&other) && !wgsessions_find(&name),
	   "and none once they have ended");
}

static void test_newest(void)
{
	struct wgsession_name name = name_of('a', 'b', 1);

	wgsessions_put(&name, 7);
	wgsessions_put(&name, 8);
	ok(wgsessions_find(&name) == 8, "of two the newest one counts");
	wgsessions_drop(&name, 7);
	ok(wgsessions_find(&name) == 8, "also when the other ends");
	wgsessions_drop(&name, 8);
	wgsessions_drop(&name, 8);
	ok(!wgsessions_find(&name), "up to its own end");
}

static void test_renewed(void)
{
	struct wgsession_name name = name_of('a', 'b', 1);
	uint64_t before = wgclock_ms(), at;

	wgsessions_renew(&name);
	ok(!wgsessions_renewed(&name), "nobody's keys are never new");
	wgsessions_put(&name, 9);
	ok(!wgsessions_renewed(&name), "nor are those of a new session");
	wgsessions_renew(&name);
	at = wgsessions_renewed(&name);
	ok(at >= before && at <= wgclock_ms(), "then it is known since when");
	wgsessions_put(&name, 10);
	ok(!wgsessions_renewed(&name), "and forgotten with the session");
	wgsessions_drop(&name, 10);
}

int main(void)
{
	test_names();
	test_newest();
	test_renewed();
	return done_testing();
}
