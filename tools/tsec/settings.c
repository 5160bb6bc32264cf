// SPDX-License-Identifier: GPL-2.0
/* The settings of a profile, and the limits of a key, as words. */
#include <inttypes.h>
#include <string.h>

#include "cli.h"

bool is_limit(const char *name)
{
	return !strncmp(name, "soft-", 5) || !strncmp(name, "hard-", 5) ||
	       !strcmp(name, "idle-seconds");
}

static bool is_seconds(const char *name)
{
	const char *end = strrchr(name, '-');

	return end && !strcmp(end, "-seconds");
}

uint64_t number_max(const struct field *field)
{
	if (!strcmp(field->name, "connection-id"))
		return TSEC_CID_MAX;
	if (is_seconds(field->name))
		return UINT32_MAX;
	return UINT64_MAX >> (64 - 8 * field->size);
}

static bool is_path(const struct field *field)
{
	return field->size == TSEC_PATH_MAX + 1;
}

static int parse_string(const struct field *field, void *info,
			const char *value)
{
	if (*value && is_path(field) && *value != '/')
		return bad_usage("%s must be an absolute path, not \"%s\"",
				 field->name, value);
	if (!tsec_copy((char *)info + field->offset, field->size, value))
		return bad_usage("%s is longer than %d bytes", field->name,
				 field->size - 1);
	*(uint64_t *)info |= 1ULL << field->attr;
	return 0;
}

static int parse_cipher_list(struct tsec_profile_info *info, const char *value)
{
	int n = 0;

	if (*value && strcmp(value, "default"))
		n = tsec_parse_ciphers(value, info->ciphers, TSEC_CIPHERS_MAX);
	if (n < 0)
		return bad_usage("\"%s\" is not a list of ciphers, each once "
				 "and commas between them, which are "
				 "aes-128-gcm, aes-256-gcm, chacha20-poly1305 "
				 "and of SRTP aes-128-cm-hmac-sha1-80, -32",
				 value);
	info->n_ciphers = n;
	info->have |= TSEC_HAS(PROFILE_CIPHERS);
	return 0;
}

static int parse_address(const struct field *field, void *info,
			 const char *value)
{
	union tsec_addr addr = { .sa.sa_family = AF_UNSPEC };

	if (*value && strcmp(value, "default") && tsec_parse_addr(value, &addr))
		return bad_usage("%s is an address, with a port or without, "
				 "not \"%s\"", field->name, value);
	memcpy((char *)info + field->offset, &addr, sizeof(addr));
	*(uint64_t *)info |= 1ULL << field->attr;
	return 0;
}

static int parse_pubkey(const struct field *field, void *info,
			const char *value)
{
	uint8_t *to = (uint8_t *)info + field->offset;

	memset(to, 0, field->size);
	if (*value && strcmp(value, "default") && tsec_parse_pubkey(value, to))
		return bad_usage("%s is a key in base64, as \"wg pubkey\" "
				 "prints it, not \"%s\"", field->name, value);
	*(uint64_t *)info |= 1ULL << field->attr;
	return 0;
}

static int bad_name(const struct field *field, const char *value)
{
	fprintf(stderr, "tsec: %s is one of default", field->name);
	for (const struct tsec_name *n = field->names; n->name; n++)
		if (strcmp(n->name, "default"))
			fprintf(stderr, "|%s", n->name);
	fprintf(stderr, ", not \"%s\"\n", value);
	return CLI_USAGE;
}

static int bad_number(const struct field *field, const char *value)
{
	return bad_usage("%s is a number from 0 to %" PRIu64 ", not \"%s\"",
			 field->name, number_max(field), value);
}

static int parse_scalar(const struct field *field, void *info,
			const char *value)
{
	bool given = strcmp(value, "default");
	uint64_t number = 0;
	int named;

	if (given && field->names) {
		named = tsec_value_of(field->names, value);
		if (named < 0)
			return bad_name(field, value);
		number = named;
	} else if (given && !parse_number(value, number_max(field), &number)) {
		return bad_number(field, value);
	}
	tsec_field_set(field, info, number);
	return 0;
}

int parse_setting(const struct field *field, void *info, const char *value)
{
	switch (field->kind) {
	case FIELD_STRING:
		return parse_string(field, info, value);
	case FIELD_CIPHERS:
		return parse_cipher_list(info, value);
	case FIELD_ADDR:
		return parse_address(field, info, value);
	case FIELD_PUBKEY:
		return parse_pubkey(field, info, value);
	default:
		return parse_scalar(field, info, value);
	}
}

int parse_settings(struct args *args, struct tsec_profile_info *info)
{
	const struct field *field;
	const char *word, *value;
	int code;

	while ((word = next_arg(args))) {
		field = tsec_field_named(&tsec_profile_layout, word);
		if (!field || field->attr == TSEC_A_PROFILE_NAME)
			return bad_usage("a profile has no setting \"%s\", see "
					 "\"tsec profile help\"", word);
		if (info->have & (1ULL << field->attr))
			return bad_usage("%s is given twice", word);
		value = next_arg(args);
		if (!value)
			return bad_usage("%s needs a value", word);
		code = parse_setting(field, info, value);
		if (code)
			return code;
	}
	return 0;
}
