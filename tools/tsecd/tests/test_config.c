// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../config.h"
#include "../log.h"
#include "pki.h"
#include "tap.h"

static struct config config;

static bool reads(const char *text)
{
	return !config_read(test_file("tsecd.conf", text), true, &config);
}

static void refused(const char *text, const char *what)
{
	bool good = !reads(text);

	ok(good, "refused: %s", what);
	config_free(&config);
}

static void test_defaults(void)
{
	ok(!config_read("/nonexistent", false, &config),
	   "a missing file is an empty one");
	ok(config.workers == 0 && config.log_level == LOG_NOTICE &&
		   !strcmp(config.user, "tsec") && !*config.trust &&
		   config.sandbox && config.ticket_lifetime == 21600 &&
		   config.ticket_key_lifetime == 86400 &&
		   config.session_cache == 4096 && !config.n_profiles,
	   "defaults");
	ok(config_read("/nonexistent", true, &config) < 0,
	   "one that was named must be there");
}

static void test_values(void)
{
	ok(reads("workers = 3\nlog-level = \"debug\"\nuser = \"me\"\n"
		 "trust = \"/a/b\"\nsandbox = false\nticket-lifetime = 60\n"
		 "ticket-key-lifetime = 120\nsession-cache = 0\n") &&
		   config.workers == 3 && config.log_level == LOG_DEBUG &&
		   !strcmp(config.user, "me") &&
		   !strcmp(config.trust, "/a/b") && !config.sandbox &&
		   config.ticket_lifetime == 60 &&
		   config.ticket_key_lifetime == 120 && !config.session_cache,
	   "every option");
	config_free(&config);
}

static void test_profiles(void)
{
	const struct tsec_profile_info *web;

	ok(reads("profile \"web\" {\n cert = \"/c\"\n privkey = \"/k\"\n"
		 " alpn = \"h2\"\n version-min = \"1.3\"\n"
		 " ciphers = \"aes-128-gcm,chacha20-poly1305\"\n"
		 " verify = \"require\"\n session-cache = false\n"
		 " connection-id = 8\n"
		 " soft-records = 1000\n}\nprofile \"empty\" {}\n") &&
		   config.n_profiles == 2,
	   "profiles");
	web = config.profiles;
	ok(web && !strcmp(web->name, "web") && !strcmp(web->cert, "/c") &&
		   !strcmp(web->privkey, "/k") && !strcmp(web->alpn, "h2") &&
		   web->version_min == TSEC_VERSION_TLS_1_3 &&
		   web->n_ciphers == 2 &&
		   web->ciphers[1] == TSEC_CIPHER_CHACHA20_POLY1305 &&
		   web->verify == TSEC_VERIFY_REQUIRE &&
		   web->session_cache == 2 && web->connection_id == 8 &&
		   web->soft_records == 1000,
	   "values of a profile");
	ok(web && !tsec_has(web, PROFILE_TRUST) &&
		   !tsec_has(web, PROFILE_VERSION_MAX) &&
		   config.profiles[1].have == TSEC_HAS(PROFILE_NAME),
	   "what is not in the file is not set");
	config_free(&config);
}

static void test_refusals(void)
{
	refused("worker = 3\n", "an unknown option");
	refused("workers = -1\n", "too few workers");
	refused("workers = \"many\"\n", "a number that is none");
	refused("log-level = \"loud\"\n", "an unknown level");
	refused("ticket-lifetime = 604801\n", "a ticket of over a week");
	refused("profile \"a\" { verify = \"maybe\" }\n", "an unknown verify");
	refused("profile \"a\" { version-min = \"1.1\" }\n", "TLS 1.1");
	refused("profile \"a\" { version-min = \"DTLSv1.3\" }\n",
		"a version that profiles do not have");
	refused("profile \"a\" { cert = \"web.pem\" }\n", "a relative path");
	refused("profile \"a\" { hard-seconds = 4294967296 }\n",
		"more seconds than the kernel counts");
	refused("profile \"a\" { ciphers = \"rc4\" }\n", "an unknown cipher");
	refused("profile \"a\" { connection-id = 21 }\n",
		"connection IDs that are too long");
	refused("profile \"a\" {}\nprofile \"a\" {}\n", "a profile twice");
	refused("profile \"\" {}\n", "a profile without a name");
	refused("workers 3\n", "what is no setting");
}

int main(void)
{
	test_defaults();
	test_values();
	test_profiles();
	log_set_level(LOG_CRIT); /* complaints are expected from here */
	test_refusals();
	test_files_remove();
	return done_testing();
}
