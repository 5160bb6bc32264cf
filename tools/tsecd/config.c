// SPDX-License-Identifier: GPL-2.0
#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "log.h"
#include "worker.h"

/* Where libConfuse's complaints go. */
static void on_error(cfg_t *cfg, const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	if (cfg && cfg->filename)
		log_error("%s:%d: %s", cfg->filename, cfg->line, text);
	else
		log_error("configuration: %s", text);
}

/* Values ***************************************************************** */

static int check_range(cfg_t *cfg, cfg_opt_t *opt, long min, long max)
{
	long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);

	if (value >= min && value <= max)
		return 0;
	cfg_error(cfg, "%s must be from %ld to %ld", cfg_opt_name(opt), min,
		  max);
	return -1;
}

static int check_workers(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_range(cfg, opt, 0, WORKERS_MAX);
}

/* A week is the most that RFC 8446 allows a ticket. */
static int check_ticket_lifetime(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_range(cfg, opt, 60, 7 * 24 * 3600);
}

static int check_key_lifetime(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_range(cfg, opt, 60, 366 * 24 * 3600);
}

static int check_session_cache(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_range(cfg, opt, 0, 1 << 20);
}

static int check_count(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_range(cfg, opt, 0, __LONG_MAX__);
}

static int check_seconds(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_range(cfg, opt, 0, UINT32_MAX);
}

static int check_connection_id(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_range(cfg, opt, 0, TSEC_CID_MAX);
}

static const char *last_text(cfg_opt_t *opt)
{
	return cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
}

static int check_level(cfg_t *cfg, cfg_opt_t *opt)
{
	if (log_level_of(last_text(opt)) >= 0)
		return 0;
	cfg_error(cfg,
		  "\"%s\" is not a log level: error, warning, notice, "
		  "info or debug",
		  last_text(opt));
	return -1;
}

static int check_name(cfg_t *cfg, cfg_opt_t *opt, const struct tsec_name *table)
{
	if (tsec_value_of(table, last_text(opt)) >= 0)
		return 0;
	cfg_error(cfg, "\"%s\" is not a value of %s", last_text(opt),
		  cfg_opt_name(opt));
	return -1;
}

static int check_verify(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_name(cfg, opt, tsec_verify_names);
}

static int check_version(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_name(cfg, opt, tsec_profile_version_names);
}

static int check_ciphers(cfg_t *cfg, cfg_opt_t *opt)
{
	uint16_t ciphers[TSEC_CIPHERS_MAX];

	if (tsec_parse_ciphers(last_text(opt), ciphers, TSEC_CIPHERS_MAX) > 0)
		return 0;
	cfg_error(cfg, "\"%s\" is not a list of ciphers", last_text(opt));
	return -1;
}

/* It does not matter where the daemon was started. */
static int check_path(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *path = last_text(opt);

	if (!*path || *path == '/')
		return 0;
	cfg_error(cfg, "%s must be an absolute path, not \"%s\"",
		  cfg_opt_name(opt), path);
	return -1;
}

static int check_addr(cfg_t *cfg, cfg_opt_t *opt)
{
	union tsec_addr addr;

	if (!tsec_parse_addr(last_text(opt), &addr))
		return 0;
	cfg_error(cfg, "\"%s\" is not an address", last_text(opt));
	return -1;
}

static int check_pubkey(cfg_t *cfg, cfg_opt_t *opt)
{
	uint8_t pubkey[TSEC_PUBKEY_LEN];

	if (!tsec_parse_pubkey(last_text(opt), pubkey))
		return 0;
	cfg_error(cfg, "\"%s\" is no public key in base64", last_text(opt));
	return -1;
}

/* Profiles *************************************************************** */

struct text_option {
	const char *name;
	size_t offset, size;
	uint64_t have;
};

#define TEXT_OPTION(name, attr, member)                                  \
	{                                                                \
		name, offsetof(struct tsec_profile_info, member),        \
			sizeof(((struct tsec_profile_info *)0)->member), \
			TSEC_HAS(PROFILE_##attr)                         \
	}

static const struct text_option text_options[] = {
	TEXT_OPTION("cert", CERT, cert),
	TEXT_OPTION("privkey", PRIVKEY, privkey),
	TEXT_OPTION("trust", TRUST, trust),
	TEXT_OPTION("crl", CRL, crl),
	TEXT_OPTION("psk", PSK, psk),
	TEXT_OPTION("psk-identity", PSK_IDENTITY, psk_identity),
	TEXT_OPTION("alpn", ALPN, alpn),
};

struct addr_option {
	const char *name;
	size_t offset;
	uint64_t have;
};

#define ADDR_OPTION(name, attr, member)                           \
	{                                                         \
		name, offsetof(struct tsec_profile_info, member), \
			TSEC_HAS(PROFILE_##attr)                  \
	}

static const struct addr_option addr_options[] = {
	ADDR_OPTION("tunnel-local", TUNNEL_LOCAL, tunnel_local),
	ADDR_OPTION("tunnel-remote", TUNNEL_REMOTE, tunnel_remote),
};

struct count_option {
	const char *name;
	size_t offset;
	uint64_t have;
};

#define COUNT_OPTION(name, attr, member)                          \
	{                                                         \
		name, offsetof(struct tsec_profile_info, member), \
			TSEC_HAS(PROFILE_##attr)                  \
	}

static const struct count_option count_options[] = {
	COUNT_OPTION("soft-records", SOFT_RECORDS, soft_records),
	COUNT_OPTION("hard-records", HARD_RECORDS, hard_records),
	COUNT_OPTION("soft-bytes", SOFT_BYTES, soft_bytes),
	COUNT_OPTION("hard-bytes", HARD_BYTES, hard_bytes),
	COUNT_OPTION("soft-seconds", SOFT_SECONDS, soft_seconds),
	COUNT_OPTION("hard-seconds", HARD_SECONDS, hard_seconds),
	COUNT_OPTION("idle-seconds", IDLE_SECONDS, idle_seconds),
};

#define N_OF(table) (sizeof(table) / sizeof(table[0]))

static int copy_texts(cfg_t *cfg, struct tsec_profile_info *profile)
{
	for (size_t i = 0; i < N_OF(text_options); i++) {
		const struct text_option *option = &text_options[i];
		const char *text = cfg_getstr(cfg, option->name);

		if (!text)
			continue;
		if (!tsec_copy((char *)profile + option->offset, option->size,
			       text)) {
			cfg_error(cfg, "%s is too long", option->name);
			return -EINVAL;
		}
		profile->have |= option->have;
	}
	return 0;
}

/* Checked when they were read. */
static void copy_addrs(cfg_t *cfg, struct tsec_profile_info *profile)
{
	for (size_t i = 0; i < N_OF(addr_options); i++) {
		const struct addr_option *option = &addr_options[i];
		const char *text = cfg_getstr(cfg, option->name);
		union tsec_addr addr;

		if (!text || tsec_parse_addr(text, &addr))
			continue;
		memcpy((char *)profile + option->offset, &addr, sizeof(addr));
		profile->have |= option->have;
	}
}

static void copy_pubkey(cfg_t *cfg, struct tsec_profile_info *profile)
{
	const char *text = cfg_getstr(cfg, "pubkey");

	if (text && !tsec_parse_pubkey(text, profile->pubkey))
		profile->have |= TSEC_HAS(PROFILE_PUBKEY);
}

static void copy_counts(cfg_t *cfg, struct tsec_profile_info *profile)
{
	for (size_t i = 0; i < N_OF(count_options); i++) {
		const struct count_option *option = &count_options[i];
		uint64_t value;

		if (!cfg_size(cfg, option->name))
			continue;
		value = cfg_getint(cfg, option->name);
		memcpy((char *)profile + option->offset, &value, sizeof(value));
		profile->have |= option->have;
	}
}

static void copy_names(cfg_t *cfg, struct tsec_profile_info *profile)
{
	const char *min = cfg_getstr(cfg, "version-min");
	const char *max = cfg_getstr(cfg, "version-max");
	const char *verify = cfg_getstr(cfg, "verify");
	const char *ciphers = cfg_getstr(cfg, "ciphers");

	if (min)
		tsec_set(profile, PROFILE_VERSION_MIN, version_min,
			 tsec_value_of(tsec_profile_version_names, min));
	if (max)
		tsec_set(profile, PROFILE_VERSION_MAX, version_max,
			 tsec_value_of(tsec_profile_version_names, max));
	if (verify)
		tsec_set(profile, PROFILE_VERIFY, verify,
			 tsec_value_of(tsec_verify_names, verify));
	if (ciphers)
		tsec_set(profile, PROFILE_CIPHERS, n_ciphers,
			 tsec_parse_ciphers(ciphers, profile->ciphers,
					    TSEC_CIPHERS_MAX));
	if (cfg_size(cfg, "session-cache"))
		tsec_set(profile, PROFILE_SESSION_CACHE, session_cache,
			 cfg_getbool(cfg, "session-cache") ? 1 : 2);
	if (cfg_size(cfg, "connection-id"))
		tsec_set(profile, PROFILE_CONNECTION_ID, connection_id,
			 cfg_getint(cfg, "connection-id"));
}

static int copy_profile(cfg_t *cfg, struct tsec_profile_info *profile)
{
	int err;

	if (!tsec_copy(profile->name, sizeof(profile->name), cfg_title(cfg)) ||
	    !*profile->name) {
		cfg_error(cfg, "the name of a profile has 1 to %d bytes",
			  TSEC_PROFILE_NAME_MAX);
		return -EINVAL;
	}
	profile->have |= TSEC_HAS(PROFILE_NAME);
	err = copy_texts(cfg, profile);
	copy_names(cfg, profile);
	copy_counts(cfg, profile);
	copy_addrs(cfg, profile);
	copy_pubkey(cfg, profile);
	return err;
}

static int copy_profiles(cfg_t *cfg, struct config *config)
{
	unsigned int n = cfg_size(cfg, "profile");
	int err = 0;

	if (!n)
		return 0;
	config->profiles = calloc(n, sizeof(*config->profiles));
	if (!config->profiles)
		return -ENOMEM;
	for (unsigned int i = 0; i < n && !err; i++)
		err = copy_profile(cfg_getnsec(cfg, "profile", i),
				   &config->profiles[config->n_profiles++]);
	return err;
}

/* The file *************************************************************** */

static int copy_config(cfg_t *cfg, struct config *config)
{
	const char *trust = cfg_getstr(cfg, "trust");

	config->workers = cfg_getint(cfg, "workers");
	config->log_level = log_level_of(cfg_getstr(cfg, "log-level"));
	config->sandbox = cfg_getbool(cfg, "sandbox");
	config->ticket_lifetime = cfg_getint(cfg, "ticket-lifetime");
	config->ticket_key_lifetime = cfg_getint(cfg, "ticket-key-lifetime");
	config->session_cache = cfg_getint(cfg, "session-cache");
	if (!tsec_copy(config->user, sizeof(config->user),
		       cfg_getstr(cfg, "user")) ||
	    !tsec_copy(config->trust, sizeof(config->trust),
		       strcmp(trust, "system") ? trust : "")) {
		cfg_error(cfg, "user or trust is too long");
		return -EINVAL;
	}
	return copy_profiles(cfg, config);
}

static cfg_opt_t profile_opts[] = {
	CFG_STR("cert", NULL, CFGF_NODEFAULT),
	CFG_STR("privkey", NULL, CFGF_NODEFAULT),
	CFG_STR("trust", NULL, CFGF_NODEFAULT),
	CFG_STR("crl", NULL, CFGF_NODEFAULT),
	CFG_STR("psk", NULL, CFGF_NODEFAULT),
	CFG_STR("psk-identity", NULL, CFGF_NODEFAULT),
	CFG_STR("alpn", NULL, CFGF_NODEFAULT),
	CFG_STR("version-min", NULL, CFGF_NODEFAULT),
	CFG_STR("version-max", NULL, CFGF_NODEFAULT),
	CFG_STR("ciphers", NULL, CFGF_NODEFAULT),
	CFG_STR("verify", NULL, CFGF_NODEFAULT),
	CFG_BOOL("session-cache", 0, CFGF_NODEFAULT),
	CFG_INT("connection-id", 0, CFGF_NODEFAULT),
	CFG_INT("soft-records", 0, CFGF_NODEFAULT),
	CFG_INT("hard-records", 0, CFGF_NODEFAULT),
	CFG_INT("soft-bytes", 0, CFGF_NODEFAULT),
	CFG_INT("hard-bytes", 0, CFGF_NODEFAULT),
	CFG_INT("soft-seconds", 0, CFGF_NODEFAULT),
	CFG_INT("hard-seconds", 0, CFGF_NODEFAULT),
	CFG_INT("idle-seconds", 0, CFGF_NODEFAULT),
	CFG_STR("tunnel-local", NULL, CFGF_NODEFAULT),
	CFG_STR("tunnel-remote", NULL, CFGF_NODEFAULT),
	CFG_STR("pubkey", NULL, CFGF_NODEFAULT),
	CFG_END(),
};

static cfg_opt_t opts[] = {
	CFG_INT("workers", 0, CFGF_NONE),
	CFG_STR("log-level", "notice", CFGF_NONE),
	CFG_STR("user", "tsec", CFGF_NONE),
	CFG_STR("trust", "system", CFGF_NONE),
	CFG_BOOL("sandbox", cfg_true, CFGF_NONE),
	CFG_INT("ticket-lifetime", 6 * 3600, CFGF_NONE),
	CFG_INT("ticket-key-lifetime", 24 * 3600, CFGF_NONE),
	CFG_INT("session-cache", 4096, CFGF_NONE),
	CFG_SEC("profile", profile_opts,
		CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END(),
};

static void set_checks(cfg_t *cfg)
{
	cfg_set_validate_func(cfg, "workers", check_workers);
	cfg_set_validate_func(cfg, "log-level", check_level);
	cfg_set_validate_func(cfg, "ticket-lifetime", check_ticket_lifetime);
	cfg_set_validate_func(cfg, "ticket-key-lifetime", check_key_lifetime);
	cfg_set_validate_func(cfg, "session-cache", check_session_cache);
	cfg_set_validate_func(cfg, "profile|cert", check_path);
	cfg_set_validate_func(cfg, "profile|privkey", check_path);
	cfg_set_validate_func(cfg, "profile|trust", check_path);
	cfg_set_validate_func(cfg, "profile|crl", check_path);
	cfg_set_validate_func(cfg, "profile|psk", check_path);
	cfg_set_validate_func(cfg, "profile|version-min", check_version);
	cfg_set_validate_func(cfg, "profile|version-max", check_version);
	cfg_set_validate_func(cfg, "profile|ciphers", check_ciphers);
	cfg_set_validate_func(cfg, "profile|verify", check_verify);
	cfg_set_validate_func(cfg, "profile|connection-id",
			      check_connection_id);
	cfg_set_validate_func(cfg, "profile|soft-records", check_count);
	cfg_set_validate_func(cfg, "profile|hard-records", check_count);
	cfg_set_validate_func(cfg, "profile|soft-bytes", check_count);
	cfg_set_validate_func(cfg, "profile|hard-bytes", check_count);
	cfg_set_validate_func(cfg, "profile|soft-seconds", check_seconds);
	cfg_set_validate_func(cfg, "profile|hard-seconds", check_seconds);
	cfg_set_validate_func(cfg, "profile|idle-seconds", check_seconds);
	cfg_set_validate_func(cfg, "profile|tunnel-local", check_addr);
	cfg_set_validate_func(cfg, "profile|tunnel-remote", check_addr);
	cfg_set_validate_func(cfg, "profile|pubkey", check_pubkey);
}

static int parse(cfg_t *cfg, const char *path, bool must_exist)
{
	if (access(path, F_OK) < 0 && errno == ENOENT && !must_exist)
		return 0;
	errno = 0;
	switch (cfg_parse(cfg, path)) {
	case CFG_SUCCESS:
		return 0;
	case CFG_FILE_ERROR:
		log_error("cannot read %s: %s", path, strerror(errno));
		return errno ? -errno : -EIO;
	default:
		return -EINVAL; /* on_error() has said why */
	}
}

int config_read(const char *path, bool must_exist, struct config *config)
{
	cfg_t *cfg = cfg_init(opts, CFGF_NONE);
	int err;

	memset(config, 0, sizeof(*config));
	if (!cfg)
		return -ENOMEM;
	cfg_set_error_function(cfg, on_error);
	set_checks(cfg);
	err = parse(cfg, path, must_exist);
	if (!err)
		err = copy_config(cfg, config);
	cfg_free(cfg);
	if (err)
		config_free(config);
	return err;
}

void config_free(struct config *config)
{
	free(config->profiles);
	config->profiles = NULL;
	config->n_profiles = 0;
}
