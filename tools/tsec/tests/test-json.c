// SPDX-License-Identifier: GPL-2.0
/* Objects to JSON and back. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "cli.h"
#include "restore.h"
#include "tap.h"

static char *text_of(const struct layout *layout, const void *info)
{
	json_t *json = to_json(layout, info);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text;
}

static bool parse(const char *text, struct tsec_profile_info *info, char *why)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	bool good;

	memset(info, 0, sizeof(*info));
	good = from_json(json, &tsec_profile_layout, info, why, 128);
	json_decref(json);
	return good;
}

static void test_profile(void)
{
	struct tsec_profile_info info = { .have = 0 }, back;
	char why[128] = "", *text, *again;

	tsec_set_str(&info, PROFILE_NAME, name, "web \"quoted\" \xc3\xa9");
	tsec_set_str(&info, PROFILE_CERT, cert, "/etc/tsec/web.pem");
	tsec_set_str(&info, PROFILE_ALPN, alpn, "");
	tsec_set(&info, PROFILE_VERSION_MIN, version_min, TSEC_VERSION_TLS_1_3);
	tsec_set(&info, PROFILE_VERSION_MAX, version_max, 0x0305);
	info.ciphers[0] = TSEC_CIPHER_CHACHA20_POLY1305;
	tsec_set(&info, PROFILE_CIPHERS, n_ciphers, 1);
	tsec_set(&info, PROFILE_VERIFY, verify, TSEC_VERIFY_REQUEST);
	tsec_set(&info, PROFILE_SESSION_CACHE, session_cache, 2);
	tsec_set(&info, PROFILE_MANUAL, manual, 1);
	tsec_set(&info, PROFILE_SOFT_RECORDS, soft_records, 7);
	tsec_set(&info, PROFILE_HARD_BYTES, hard_bytes, UINT64_MAX);
	text = text_of(&tsec_profile_layout, &info);
	is_str(text, "{\"name\":\"web \\\"quoted\\\" \xc3\xa9\","
	       "\"cert\":\"/etc/tsec/web.pem\",\"alpn\":\"\","
	       "\"version_min\":\"TLSv1.3\",\"version_max\":773,"
	       "\"ciphers\":[\"chacha20-poly1305\"],\"verify\":\"request\","
	       "\"session_cache\":false,\"manual\":true,\"soft_records\":7,"
	       "\"hard_bytes\":\"18446744073709551615\"}", "a profile");
	ok(parse(text, &back, why), "is read back");
	ok(!memcmp(&info, &back, sizeof(info)), "and is the same");
	again = text_of(&tsec_profile_layout, &back);
	is_str(again, text, "and is written the same");
	free(text);
	free(again);
}

static void test_bad_profiles(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "[]", "a profile must be an object" },
		{ "{\"nam\":\"x\"}", "\"nam\" is not known" },
		{ "{\"name\":1}", "\"name\" has a bad value" },
		{ "{\"verify\":\"maybe\"}", "\"verify\" has a bad value" },
		{ "{\"verify\":-1}", "\"verify\" has a bad value" },
		{ "{\"verify\":256}", "\"verify\" has a bad value" },
		{ "{\"verify\":true}", "\"verify\" has a bad value" },
		{ "{\"soft_bytes\":\"x\"}", "\"soft_bytes\" has a bad value" },
		{ "{\"soft_bytes\":1.5}", "\"soft_bytes\" has a bad value" },
		{ "{\"ciphers\":[1]}", "\"ciphers\" has a bad value" },
		{ "{\"ciphers\":\"x\"}", "\"ciphers\" has a bad value" },
		{ "{\"ciphers\":[1,1,1,1,1,1,1,1,1]}",
		  "\"ciphers\" has a bad value" },
	};
	struct tsec_profile_info info;
	char why[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ok(!parse(bad[i].text, &info, why), "%s", bad[i].text);
		is_str(why, bad[i].why, "and why");
	}
}

static void test_session(void)
{
	struct tsec_session_info info = { .have = 0 };
	char *text;

	tsec_set(&info, SESSION_ID, id, 3);
	tsec_set(&info, SESSION_STATE, state, TSEC_STATE_ESTABLISHED);
	tsec_set(&info, SESSION_REMOTE, remote.in6.sin6_family, AF_INET6);
	info.remote.in6.sin6_port = htons(443);
	info.remote.in6.sin6_addr = in6addr_loopback;
	tsec_set_str(&info, SESSION_PEER_ID, peer_id, "CN=\xff");
	tsec_set(&info, SESSION_FLAGS, flags,
		 TSEC_INFO_RESUMED | TSEC_INFO_RENEWABLE);
	info.have |= TSEC_HAS(SESSION_TX);
	tsec_set(&info.tx, KEY_RECORDS, records, 5);
	tsec_set(&info.tx, KEY_RENEWABLE, renewable, 1);
	text = text_of(&tsec_session_layout, &info);
	is_str(text, "{\"id\":3,\"state\":\"established\","
	       "\"remote\":{\"address\":\"::1\",\"port\":443},"
	       "\"peer_id\":\"CN=?\",\"flags\":[\"resumed\",\"renewable\"],"
	       "\"tx\":{\"records\":5,\"renewable\":true}}", "a session");
	free(text);
}

/* Should the kernel ever send one, it still would not be shown. */
static void test_no_secret(void)
{
	struct tsec_key_info info = {
		.have = TSEC_HAS(KEY_KEY) | TSEC_HAS(KEY_IV) |
			TSEC_HAS(KEY_SECRET),
		.key = { "0123456789abcdef", 16 },
		.iv = { "0123456789ab", 12 },
		.secret = { "0123456789abcdef0123456789abcdef", 32 },
	};
	char *text = text_of(&tsec_key_layout, &info);

	is_str(text, "{}", "no secret is shown");
	free(text);
}

static void test_complete(void)
{
	struct tsec_profile_info info = { .have = 0 }, whole;

	tsec_set_str(&info, PROFILE_NAME, name, "web");
	tsec_set(&info, PROFILE_VERIFY, verify, TSEC_VERIFY_REQUIRE);
	complete_profile(&whole, &info);
	is_str(whole.name, "web", "a completed profile keeps its name");
	is_int(whole.verify, TSEC_VERIFY_REQUIRE, "and what it has");
	ok(tsec_has(&whole, PROFILE_CERT) && !*whole.cert &&
	   tsec_has(&whole, PROFILE_IDLE_SECONDS), "and clears what not");
}

int main(void)
{
	test_profile();
	test_bad_profiles();
	test_session();
	test_no_secret();
	test_complete();
	return done_testing();
}
