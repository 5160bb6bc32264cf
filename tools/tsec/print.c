// SPDX-License-Identifier: GPL-2.0
/* Objects as lines for people. */
#include <inttypes.h>
#include <string.h>

#include "cli.h"

const char *value_text(const struct tsec_name *names, uint64_t value,
		       char text[24])
{
	const char *name = names ? tsec_name_of(names, value) : NULL;

	if (name)
		return name;
	snprintf(text, 24, "%" PRIu64, value);
	return text;
}

static void ciphers_text(const struct tsec_profile_info *info, char *text,
			 size_t size)
{
	size_t len = 0;
	char number[24];

	text[0] = '\0';
	for (unsigned int i = 0; i < info->n_ciphers && len < size; i++)
		len += snprintf(text + len, size - len, "%s%s", i ? "," : "",
				value_text(tsec_cipher_names, info->ciphers[i],
					   number));
}

bool field_text(const struct field *field, const void *info, char *text,
		size_t size)
{
	const char *from = (const char *)info + field->offset;
	char number[24], addr[TSEC_ADDR_TEXT], key[TSEC_PUBKEY_TEXT];
	uint64_t value;

	switch (field->kind) {
	case FIELD_STRING:
		tsec_copy(text, size, from);
		tsec_printable(text);
		return *text;
	case FIELD_CIPHERS:
		ciphers_text(info, text, size);
		return *text;
	case FIELD_PUBKEY:
		tsec_pubkey_text((const void *)from, key);
		tsec_copy(text, size, key);
		return true;
	case FIELD_ADDR:
		tsec_copy(text, size,
			  tsec_addr_text((const void *)from, addr));
		return true;
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		value = tsec_field_get(field, info);
		tsec_copy(text, size, value_text(field->names, value, number));
		return field->names || value;
	}
	return false;
}

/* Profiles: the words that "profile add" takes. */
void print_profile(const struct tsec_profile_info *info)
{
	const struct layout *layout = &tsec_profile_layout;
	char text[TSEC_PATH_MAX + 1];
	const struct field *field;

	for (unsigned int i = 0; i < layout->n_fields; i++) {
		field = &layout->fields[i];
		if (!(info->have & (1ULL << field->attr)))
			continue;
		if (!field_text(field, info, text, sizeof(text)))
			continue;
		if (field->attr == TSEC_A_PROFILE_NAME)
			printf("%s", text);
		else
			printf(" %s %s", field->name, text);
	}
	putchar('\n');
}

static void print_limits(const struct tsec_key_info *info)
{
	const struct layout *layout = &tsec_key_layout;
	const struct field *field;
	uint64_t value;

	for (unsigned int i = 0; i < layout->n_fields; i++) {
		field = &layout->fields[i];
		if (!(info->have & (1ULL << field->attr)) ||
		    !is_limit(field->name))
			continue;
		value = tsec_field_get(field, info);
		if (value && value != UINT64_MAX)
			printf(" %s %" PRIu64, field->name, value);
	}
}

static void print_cid(const struct tsec_blob *cid)
{
	const uint8_t *bytes = cid->data;

	printf(" cid ");
	for (size_t i = 0; i < cid->len; i++)
		printf("%02x", bytes[i]);
}

static void print_id(const struct tsec_key_info *info)
{
	if (tsec_version_has_spi(info->version))
		printf(" spi %#x", info->id);
	else
		printf(" id %u", info->id);
}

static void print_use(const struct tsec_key_info *info, bool stats)
{
	if (tsec_has(info, KEY_ID))
		print_id(info);
	if (tsec_has(info, KEY_CID))
		print_cid(&info->cid);
	if (tsec_has(info, KEY_EPOCH))
		printf(" epoch %u", info->epoch);
	if (stats && tsec_has(info, KEY_SEQ))
		printf(" seq %" PRIu64, info->seq);
	if (tsec_has(info, KEY_RECORDS))
		printf(" records %" PRIu64, info->records);
	if (tsec_has(info, KEY_BYTES))
		printf(" bytes %" PRIu64, info->bytes);
	if (tsec_has(info, KEY_AGE))
		printf(" age %" PRIu64 "s", info->age);
	if (tsec_has(info, KEY_RENEWABLE))
		printf(" renewable");
	if (tsec_has(info, KEY_USED))
		printf(" used");
	if (stats)
		print_limits(info);
}

void print_key(const struct tsec_key_info *info, bool stats)
{
	char text[24];

	if (tsec_has(info, KEY_SESSION))
		printf("session %u", info->session);
	else
		printf("profile %s", info->profile);
	printf(" %s", value_text(tsec_direction_names, info->direction, text));
	if (tsec_has(info, KEY_VERSION))
		printf(" %s", value_text(tsec_version_names, info->version,
					 text));
	if (tsec_has(info, KEY_CIPHER))
		printf(" %s", value_text(tsec_cipher_names, info->cipher,
					 text));
	print_use(info, stats);
	putchar('\n');
}

/* In quotes, where a quote in it does not look like their end. */
static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

/* A string of the session, which may be the peer's, if there is one. */
static void print_word(const char *label, const char *value)
{
	char text[TSEC_PEER_ID_MAX + 1];

	if (!*value)
		return;
	tsec_copy(text, sizeof(text), value);
	tsec_printable(text);
	printf(" %s ", label);
	if (strpbrk(text, " \"\\"))
		print_quoted(text);
	else
		fputs(text, stdout);
}

static void print_flags(uint32_t flags)
{
	const char *between = " flags ";

	for (const struct tsec_name *flag = tsec_flag_names; flag->name; flag++)
		if (flags & flag->value) {
			printf("%s%s", between, flag->name);
			between = ",";
		}
}

static void print_status(const struct tsec_session_info *info)
{
	const char *name = strerrorname_np(info->status);

	if (!info->status)
		return;
	if (name)
		printf(" status %s", name);
	else
		printf(" status %u", info->status);
	print_word("error", info->error);
}

static void print_direction(const char *label, const struct tsec_key_info *key,
			    uint64_t bytes)
{
	printf("    %s: total %" PRIu64 " bytes", label, bytes);
	if (key->have) {
		printf(", this key:");
		print_use(key, true);
	}
	putchar('\n');
}

static void print_more(const struct tsec_session_info *info)
{
	printf("    uid %u inode %" PRIu64 " age %" PRIu64 ".%03us",
	       info->uid, info->inode, info->age / 1000,
	       (unsigned int)(info->age % 1000));
	if (tsec_has(info, SESSION_HANDSHAKE_US))
		printf(" handshake %u.%03ums", info->handshake_us / 1000,
		       info->handshake_us % 1000);
	putchar('\n');
	print_direction("tx", &info->tx, info->tx_bytes);
	print_direction("rx", &info->rx, info->rx_bytes);
}

void print_session(const struct tsec_session_info *info, bool stats)
{
	char text[24], local[TSEC_ADDR_TEXT], remote[TSEC_ADDR_TEXT];

	printf("%u: %s", info->id,
	       value_text(tsec_state_names, info->state, text));
	printf(" %s", value_text(tsec_role_names, info->role, text));
	if (info->version)
		printf(" %s", value_text(tsec_version_names, info->version,
					 text));
	if (info->cipher)
		printf(" %s", value_text(tsec_cipher_names, info->cipher,
					 text));
	printf(" %s -> %s", tsec_addr_text(&info->local, local),
	       tsec_addr_text(&info->remote, remote));
	print_word("profile", info->profile);
	print_word("name", info->peer_name);
	print_word("peer", info->peer_id);
	print_word("alpn", info->alpn);
	print_flags(info->flags);
	print_status(info);
	putchar('\n');
	if (stats)
		print_more(info);
}
