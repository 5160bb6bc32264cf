// SPDX-License-Identifier: GPL-2.0
/* tsec key */
#include <string.h>
#include <sys/prctl.h>

#include "cli.h"

static const char usage[] =
	"Usage: tsec key [ show ] [ profile NAME | session N ]\n"
	"       tsec key add { PROFILE | session N } { tx | rx } cipher CIPHER\n"
	"                [ version VERSION ] [ { id | spi } N ] [ seq N ]\n"
	"                [ cid HEX ] [ LIMIT ]...\n"
	"                { key-file FILE [ iv-file FILE ] | secret-file FILE }\n"
	"       tsec key del PROFILE [ tx | rx ]\n"
	"CIPHER := { aes-128-gcm | aes-256-gcm | chacha20-poly1305 |\n"
	"            aes-128-cm-hmac-sha1-80 | aes-128-cm-hmac-sha1-32 |\n"
	"            aes-256-cm-hmac-sha1-80 | aes-256-cm-hmac-sha1-32 }\n"
	"VERSION := { 1.2 | 1.3 | DTLSv1.2 | DTLSv1.3 | srtp |\n"
	"             esp | esp-esn | wireguard }\n"
	"LIMIT := { soft-records N | hard-records N | soft-bytes N |\n"
	"           hard-bytes N | soft-seconds N | hard-seconds N |\n"
	"           idle-seconds N }\n"
	"FILE holds hexadecimal digits; \"-\" is standard input.\n";

/* Showing ***************************************************************** */

struct show {
	struct cli *cli;
	const char *profile;
	uint64_t session;
	json_t *list;
};

static int show_one(const struct tsec_key_info *info, void *arg)
{
	struct show *show = arg;

	if (show->profile && strcmp(show->profile, info->profile))
		return 0;
	if (show->session && show->session != info->session)
		return 0;
	if (show->list)
		json_array_append_new(show->list,
				      to_json(&tsec_key_layout, info));
	else
		print_key(info, show->cli->stats);
	return 0;
}

static int parse_whose(struct args *args, struct show *show)
{
	const char *word = next_arg(args);
	const char *value = next_arg(args);

	if (!word)
		return 0;
	if (strcmp(word, "profile") && strcmp(word, "session"))
		return bad_usage("unknown condition \"%s\", see \"tsec key "
				 "help\"", word);
	if (!value || args->n)
		return bad_usage("%s needs one value", word);
	if (!strcmp(word, "profile"))
		show->profile = value;
	else if (!parse_number(value, UINT32_MAX, &show->session) ||
		 !show->session)
		return bad_usage("session needs the number of a session");
	return 0;
}

/* The list of what is not there would be empty, as if it had no keys. */
static int find_whose(struct cli *cli, const struct show *show)
{
	struct tsec_profile_info profile;
	struct tsec_session_info session;

	if (show->profile)
		return finish(cli, tsec_profile_get(cli->nl, show->profile,
						    &profile));
	if (show->session)
		return finish(cli, tsec_session_get(cli->nl, show->session,
						    &session));
	return 0;
}

static int key_show(struct cli *cli, struct args *args)
{
	struct show show = { .cli = cli };
	int code = parse_whose(args, &show);

	if (!code)
		code = cli_open(cli);
	if (!code)
		code = find_whose(cli, &show);
	if (code)
		return code;
	if (cli->json)
		show.list = json_array();
	code = finish_list(cli, tsec_key_dump(cli->nl, show_one, &show));
	if (show.list && !code)
		return print_json(cli, show.list);
	json_decref(show.list);
	return code;
}

/* Adding ****************************************************************** */

struct files {
	const char *key;
	const char *iv;
	const char *secret;
	uint8_t cid[TSEC_CID_MAX];
	bool spi;		/* that is what the ID was called */
};

struct bytes {
	uint8_t key[TSEC_KEY_MAX];
	uint8_t iv[TSEC_IV_MAX];
	uint8_t secret[TSEC_SECRET_MAX];
};

static int take_session(struct args *args, struct tsec_key_info *key)
{
	const char *word = next_arg(args);
	uint64_t session;

	if (!word || !parse_number(word, UINT32_MAX, &session) || !session)
		return bad_usage("session needs the number of a session");
	tsec_set(key, KEY_SESSION, session, session);
	return 0;
}

static int take_owner(struct args *args, struct tsec_key_info *key)
{
	const char *word = next_arg(args);

	if (!word || !*word)
		return bad_usage("whose key? name a profile or a session");
	if (!strcmp(word, "session"))
		return take_session(args, key);
	if (!tsec_set_str(key, KEY_PROFILE, profile, word))
		return bad_usage("a profile's name has %d bytes at most",
				 TSEC_PROFILE_NAME_MAX);
	return 0;
}

static int take_target(struct args *args, struct tsec_key_info *key)
{
	int code = take_owner(args, key);
	const char *word;
	int direction;

	if (code)
		return code;
	word = next_arg(args);
	direction = word ? tsec_value_of(tsec_direction_names, word) : -1;
	if (direction < 0)
		return bad_usage("which direction? tx or rx");
	tsec_set(key, KEY_DIRECTION, direction, direction);
	return 0;
}

static int take_file(const char **file, const char *word, const char *value)
{
	if (*file)
		return bad_usage("%s is given twice", word);
	if (!*value)
		return bad_usage("%s needs the name of a file", word);
	*file = value;
	return 0;
}

static int take_cid(const char *value, struct tsec_key_info *key,
		    struct files *files)
{
	int len = parse_hex(value, files->cid, sizeof(files->cid));

	if (tsec_has(key, KEY_CID))
		return bad_usage("cid is given twice");
	if (len < 0)
		return bad_usage("cid is 1 to %d bytes in hexadecimal digits, "
				 "two for each, not \"%s\"", TSEC_CID_MAX,
				 value);
	key->cid = (struct tsec_blob) { files->cid, len };
	key->have |= TSEC_HAS(KEY_CID);
	return 0;
}

/* What IPsec calls the ID. */
static int take_spi(const char *value, struct tsec_key_info *key,
		    struct files *files)
{
	uint64_t spi;

	if (tsec_has(key, KEY_ID))
		return bad_usage("spi, or id, is given twice");
	if (!parse_number(value, UINT32_MAX, &spi))
		return bad_usage("spi is a number from %d to %u, not \"%s\"",
				 TSEC_ESP_SPI_MIN, UINT32_MAX, value);
	tsec_set(key, KEY_ID, id, spi);
	files->spi = true;
	return 0;
}

static int take_word(const char *word, const char *value,
		     struct tsec_key_info *key, struct files *files)
{
	const struct field *field;

	if (!value)
		return bad_usage("%s needs a value", word);
	if (!strcmp(word, "spi"))
		return take_spi(value, key, files);
	field = tsec_field_named(&tsec_key_layout, word);
	if (!strcmp(word, "key-file"))
		return take_file(&files->key, word, value);
	if (!strcmp(word, "iv-file"))
		return take_file(&files->iv, word, value);
	if (!strcmp(word, "secret-file"))
		return take_file(&files->secret, word, value);
	if (!strcmp(word, "cid"))
		return take_cid(value, key, files);
	if (!field || !(is_limit(word) || !strcmp(word, "seq") ||
			!strcmp(word, "id") || !strcmp(word, "version") ||
			!strcmp(word, "cipher")))
		return bad_usage("unexpected \"%s\", see \"tsec key help\"",
				 word);
	if (key->have & (1ULL << field->attr))
		return bad_usage("%s is given twice", word);
	return parse_setting(field, key, value);
}

static const char *version_text(unsigned int version)
{
	switch (version) {
	case TSEC_VERSION_TLS_1_2:
		return "TLS 1.2";
	case TSEC_VERSION_TLS_1_3:
		return "TLS 1.3";
	case TSEC_VERSION_DTLS_1_2:
		return "DTLS 1.2";
	case TSEC_VERSION_DTLS_1_3:
		return "DTLS 1.3";
	case TSEC_VERSION_ESP:
	case TSEC_VERSION_ESP_ESN:
		return "ESP";
	case TSEC_VERSION_WIREGUARD:
		return "WireGuard";
	default:
		return "SRTP";
	}
}

static bool has_no_iv(const struct tsec_key_info *key)
{
	return !tsec_cipher_iv_len(key->cipher, key->version);
}

static bool has_cid(unsigned int version)
{
	return version == TSEC_VERSION_DTLS_1_2 ||
	       version == TSEC_VERSION_DTLS_1_3 || version == TSEC_VERSION_SRTP;
}

static int check_words(const struct tsec_key_info *key,
		       const struct files *files)
{
	if (!key->cipher)
		return bad_usage("which cipher?");
	if (!tsec_version_has_cipher(key->version, key->cipher))
		return bad_usage("%s has no cipher %s",
				 version_text(key->version),
				 tsec_name_of(tsec_cipher_names, key->cipher));
	if (files->spi && !tsec_version_has_spi(key->version))
		return bad_usage("only ESP has an spi");
	if (tsec_version_has_spi(key->version) && key->id < TSEC_ESP_SPI_MIN)
		return bad_usage("ESP needs an spi, of %d or more",
				 TSEC_ESP_SPI_MIN);
	if (tsec_has(key, KEY_ID) && !key->id)
		return bad_usage("an id is 1 or more");
	if (tsec_has(key, KEY_CID) && !has_cid(key->version))
		return bad_usage("only keys of DTLS and SRTP have a cid");
	return 0;
}

static int check_files(const struct tsec_key_info *key,
		       const struct files *files)
{
	if (files->secret ? files->key || files->iv :
			    !files->key || !files->iv == !has_no_iv(key))
		return bad_usage(has_no_iv(key) ?
				 "give key-file, and no iv-file" :
				 "give either key-file and iv-file, or "
				 "secret-file");
	if (!files->secret && key->version == TSEC_VERSION_DTLS_1_3)
		return bad_usage("more than one key of DTLS 1.3 comes of its "
				 "secret: give secret-file");
	if (files->secret && key->version != TSEC_VERSION_TLS_1_3 &&
	    key->version != TSEC_VERSION_DTLS_1_3)
		return bad_usage("%s has no traffic secrets: give key-file%s",
				 version_text(key->version),
				 has_no_iv(key) ? "" : " and iv-file");
	if (files->key && files->iv && !strcmp(files->key, "-") &&
	    !strcmp(files->iv, "-"))
		return bad_usage("only one file can be standard input");
	return 0;
}

/* Read one of them, which must be as long as the cipher has it. */
static int read_exactly(const char *file, const char *what, uint8_t *to,
			size_t size, unsigned int want, struct tsec_blob *blob)
{
	int n;

	if (!file)
		return 0;
	n = read_hex_file(file, to, size);
	if (n < 0)
		return CLI_USAGE;
	if ((unsigned int)n != want)
		return bad_usage("%s: the %s has %d bytes and needs %u", file,
				 what, n, want);
	*blob = (struct tsec_blob) { to, want };
	return 0;
}

static int read_files(const struct files *files, struct tsec_key_info *key,
		      struct bytes *bytes)
{
	int code;

	code = read_exactly(files->key, "key", bytes->key, sizeof(bytes->key),
			    tsec_cipher_key_len(key->cipher), &key->key);
	if (!code)
		code = read_exactly(files->iv, "IV", bytes->iv,
				    sizeof(bytes->iv),
				    tsec_cipher_iv_len(key->cipher,
						       key->version),
				    &key->iv);
	if (!code)
		code = read_exactly(files->secret, "secret", bytes->secret,
				    sizeof(bytes->secret),
				    tsec_cipher_secret_len(key->cipher),
				    &key->secret);
	if (files->secret)
		key->have |= TSEC_HAS(KEY_SECRET);
	if (files->key)
		key->have |= TSEC_HAS(KEY_KEY);
	if (files->iv)
		key->have |= TSEC_HAS(KEY_IV);
	return code;
}

static int parse_add(struct args *args, struct tsec_key_info *key,
		     struct files *files)
{
	const char *word;
	int code = take_target(args, key);

	while (!code && (word = next_arg(args)))
		code = take_word(word, next_arg(args), key, files);
	if (!key->version)
		tsec_set(key, KEY_VERSION, version, TSEC_VERSION_TLS_1_3);
	if (!code)
		code = check_words(key, files);
	return code ? code : check_files(key, files);
}

static int key_add(struct cli *cli, struct args *args)
{
	struct tsec_key_info key = { .have = 0 };
	struct files files = { NULL };
	struct bytes bytes;
	int code;

	/* Nothing of this process may be read from now on. */
	prctl(PR_SET_DUMPABLE, 0);
	code = parse_add(args, &key, &files);
	if (!code)
		code = cli_open(cli);
	if (code)
		return code;
	code = read_files(&files, &key, &bytes);
	if (!code)
		code = finish(cli, tsec_key_new(cli->nl, &key));
	explicit_bzero(&bytes, sizeof(bytes));
	return code;
}

static int key_del(struct cli *cli, struct args *args)
{
	const char *profile = next_arg(args);
	const char *word = next_arg(args);
	int direction = -1;
	int code;

	if (!profile || !*profile)
		return bad_usage("whose key? name a profile");
	if (word)
		direction = tsec_value_of(tsec_direction_names, word);
	if (args->n || (word && direction < 0))
		return bad_usage("after the profile comes tx, rx or nothing");
	code = cli_open(cli);
	if (code)
		return code;
	return finish(cli, tsec_key_del(cli->nl, profile, direction));
}

static const struct verb verbs[] = {
	{ "show",	key_show },
	{ "list",	key_show },
	{ "add",	key_add },
	{ "del",	key_del },
	{ "delete",	key_del },
	{ }
};

const struct object key_object = {
	.name	= "key",
	.usage	= usage,
	.verbs	= verbs,
};
