// SPDX-License-Identifier: GPL-2.0
/* Words, numbers and settings of the command line. */
#include <stdlib.h>

#include "cli.h"
#include "tap.h"

static const char *const words[] = {
	"show", "set", "save", "del", "delete", "restore", NULL
};

static int find(const char *word)
{
	return find_word(words, sizeof(*words), word);
}

static void test_words(void)
{
	is_int(find("show"), 0, "a whole word");
	is_int(find("sh"), 0, "a prefix of one word");
	is_int(find("s"), -2, "a prefix of several");
	is_int(find("d"), 3, "a prefix of a word and a longer form of it");
	is_int(find("dele"), 4, "a prefix of the longer form");
	is_int(find("shows"), -1, "more than a word");
	is_int(find(""), -1, "nothing");
}

static void test_numbers(void)
{
	uint64_t value = 9;

	ok(parse_number("0", 10, &value) && value == 0, "zero");
	ok(parse_number("0x1f", 100, &value) && value == 31, "hexadecimal");
	ok(parse_number("18446744073709551615", UINT64_MAX, &value) &&
	   value == UINT64_MAX, "the largest");
	ok(!parse_number("18446744073709551616", UINT64_MAX, &value), "more");
	ok(!parse_number("-1", UINT64_MAX, &value), "negative");
	ok(!parse_number("", UINT64_MAX, &value), "empty");
	ok(!parse_number("1x", UINT64_MAX, &value), "trailing text");
	ok(!parse_number(" 1", UINT64_MAX, &value), "leading space");
	ok(!parse_number("11", 10, &value), "above the limit");
}

static int settings(struct tsec_profile_info *info, ...)
{
	struct args args = { 0, (char *[16]) { NULL } };
	va_list list;
	char *word;

	memset(info, 0, sizeof(*info));
	va_start(list, info);
	while ((word = va_arg(list, char *)))
		args.v[args.n++] = word;
	va_end(list);
	return parse_settings(&args, info);
}

static void test_settings(void)
{
	struct tsec_profile_info info;

	is_int(settings(&info, "cert", "/a.pem", "version-min", "1.3", "verify",
			"require", "session-cache", "off", "manual", "on",
			"ciphers", "aes-128-gcm", "soft-bytes", "5",
			"connection-id", "20", NULL), 0,
	       "settings");
	is_str(info.cert, "/a.pem", "a path");
	is_int(info.version_min, TSEC_VERSION_TLS_1_3, "a version");
	is_int(info.verify, TSEC_VERIFY_REQUIRE, "verify");
	is_int(info.session_cache, 2, "off for the session cache is 2");
	is_int(info.manual, 1, "on for manual is 1");
	is_int(info.soft_bytes, 5, "a limit");
	is_int(info.connection_id, 20, "connection IDs");
	is_int(info.n_ciphers, 1, "ciphers");
	is_int(settings(&info, "cert", "", "version-max", "default", "ciphers",
			"default", "session-cache", "default", NULL), 0,
	       "defaults");
	ok(tsec_has(&info, PROFILE_CERT) && tsec_has(&info, PROFILE_CIPHERS) &&
	   !info.n_ciphers && !info.session_cache, "are empty and 0");
}

static void test_bad_settings(void)
{
	struct tsec_profile_info info;

	is_int(settings(&info, "cert", "a.pem", NULL), 1, "a relative path");
	is_int(settings(&info, "cert", NULL), 1, "no value");
	is_int(settings(&info, "name", "x", NULL), 1, "the name");
	is_int(settings(&info, "colour", "red", NULL), 1, "an unknown one");
	is_int(settings(&info, "verify", "maybe", NULL), 1, "an unknown value");
	is_int(settings(&info, "alpn", "h2", "alpn", "h2", NULL), 1, "twice");
	is_int(settings(&info, "soft-bytes", "many", NULL), 1, "no number");
	is_int(settings(&info, "ciphers", "null", NULL), 1, "no cipher");
}

int main(void)
{
	fclose(stderr);		/* the complaints are tested by cli.sh */
	test_words();
	test_numbers();
	test_settings();
	test_bad_settings();
	return done_testing();
}
