// SPDX-License-Identifier: GPL-2.0
/* The caches: parsed files, pre-shared keys, sessions, ticket keys. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../pskfile.h"
#include "../sessions.h"
#include "../tickets.h"
#include "../verified.h"
#include "pki.h"
#include "tap.h"

static struct reason reason;

static struct psk_table *table_of(const char *path)
{
	struct source source = { .part[0].path = path };

	memset(&reason, 0, sizeof(reason));
	return psk_table_get(&source, &reason);
}

static void test_psk_file(void)
{
	struct psk_table *table = table_of(test_file(
		"good", "# comment\r\n\nb:00112233445566778899AABBCCDDEEFF"
			"\na:b:000102030405060708090a0b0c0d0e0f10 \t\r\n"
			"c:ffffffffffffffffffffffffffffffff"));
	const struct psk *psk = table ? psk_table_find(table, "a:b", 3) : NULL;

	ok(table && table->n == 3, "a PSK file: %s", reason.text);
	ok(psk && psk->key_len == 17 && psk->key[16] == 0x10,
	   "an identity may have a colon");
	ok(table && !psk_table_find(table, "a:", 2) &&
		   !psk_table_find(table, "d", 1),
	   "others are not found");
	psk_table_put(table);
	ok(!table_of(test_file("short", "a:0011\n")) &&
		   reason.status == ENOKEY && strstr(reason.text, "line 1 of"),
	   "a key that is too short");
	ok(!strstr(reason.text, "0011"), "no key in the sentence");
	ok(!table_of(test_file("twice",
			       "a:00112233445566778899aabbccddeeff\n"
			       "a:00112233445566778899aabbccddeeff\n")) &&
		   strstr(reason.text, "twice"),
	   "an identity twice");
}

static void test_objects(void)
{
	const char *path =
		test_file("o", "a:00112233445566778899aabbccddeeff\n");
	struct psk_table *one = table_of(path), *two = table_of(path), *three;

	ok(one && one == two, "a file is parsed once");
	path = test_file("o", "a:00112233445566778899aabbccddeeff\n"
			      "b:00112233445566778899aabbccddeeff\n");
	usleep(1100 * 1000);
	three = table_of(path);
	ok(three && three->n == 2, "a file that has changed is read again");
	ok(one && one->n == 1, "who has the old one keeps it");
	ok(one && three && one->object.generation != three->object.generation,
	   "they can be told apart");
	psk_table_put(one);
	psk_table_put(two);
	psk_table_put(three);
	objects_flush();
}

static void put(uint8_t *name, const char *text, bool once, int seconds)
{
	struct saved_session saved = {
		.data = { (void *)text, strlen(text) },
		.until = time(NULL) + seconds,
		.once = once,
	};

	sessions_put(name, &saved);
}

static bool take(uint8_t *name, const char *text)
{
	struct saved_session saved = { 0 };
	bool found = sessions_take(name, &saved), same;

	same = found && saved.data.size == strlen(text) &&
	       !memcmp(saved.data.data, text, saved.data.size);
	saved_session_free(&saved);
	return *text ? same : !found;
}

static void test_sessions(void)
{
	uint8_t a[SESSION_NAME_SIZE] = "a", b[SESSION_NAME_SIZE] = "b";
	char text[4];

	put(a, "reused", false, 60);
	ok(take(a, "reused") && take(a, "reused"), "TLS 1.2: again and again");
	for (int i = 1; i <= SESSIONS_PER_NAME + 2; i++) {
		snprintf(text, sizeof(text), "%d", i);
		put(b, text, true, 60);
	}
	ok(sessions_count(b) == SESSIONS_PER_NAME, "so many for a name");
	ok(take(b, "66") && take(b, "65"), "TLS 1.3: the newest, once");
	sessions_drop(b);
	ok(take(b, "") && take(a, "reused"), "a name is forgotten alone");
	put(b, "over", true, -1);
	ok(take(b, ""), "what is over is not taken");
	put(b, "soon", true, 60);
	sessions_expire(time(NULL) + 61);
	ok(!sessions_count(a) && !sessions_count(b), "time makes forget");
	sessions_set_limit(2);
	put(a, "1", true, 60);
	put(a, "2", true, 60);
	put(b, "3", true, 60);
	ok(sessions_count(a) == 1 && take(b, "3") && take(a, "2"),
	   "the oldest goes when there are too many");
	sessions_set_limit(0);
	put(a, "1", true, 60);
	ok(take(a, ""), "a limit of 0 keeps none");
	sessions_flush();
}

static void test_verdicts(void)
{
	const uint8_t a[VERIFIED_NAME_SIZE] = "a", b[VERIFIED_NAME_SIZE] = "b";

	ok(!verified_find(a, 1000), "no verdict before the first");
	verified_put(a, 1000, 9000);
	ok(verified_find(a, 1000) && !verified_find(b, 1000), "of one chain");
	ok(verified_find(a, 1000 + VERIFIED_SECONDS - 1) &&
		   !verified_find(a, 1000 + VERIFIED_SECONDS),
	   "it holds for a while");
	ok(!verified_find(a, 999), "but not when the clock was set back");
	verified_put(b, 1000, 1010);
	ok(verified_find(b, 1009) && !verified_find(b, 1010),
	   "nor longer than the chain");
	verified_flush();
	ok(!verified_find(a, 1000), "all are forgotten");
}

static void test_tickets(void)
{
	uint8_t a[TICKET_KEY_SIZE], b[TICKET_KEY_SIZE], c[TICKET_KEY_SIZE];

	ok(ticket_key_derive("a", 1, a) == -ENOKEY, "no key before the first");
	ticket_keys_renew();
	ok(!ticket_key_derive("a", 1, a) && !ticket_key_derive("b", 1, b) &&
		   memcmp(a, b, sizeof(a)),
	   "each context has its key");
	ok(!ticket_key_derive("a", 1, c) && !memcmp(a, c, sizeof(a)),
	   "and always the same");
	ticket_keys_renew();
	ok(!ticket_key_derive("a", 1, c) && memcmp(a, c, sizeof(a)),
	   "until the master key is renewed");
	ticket_keys_wipe();
	ok(ticket_key_derive("a", 1, a) == -ENOKEY, "and no longer than it");
}

int main(void)
{
	test_psk_file();
	test_objects();
	test_sessions();
	test_verdicts();
	test_tickets();
	test_files_remove();
	return done_testing();
}
