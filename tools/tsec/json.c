// SPDX-License-Identifier: GPL-2.0
/* Objects to JSON and back, led by the tables of libtsec. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

void json_key(char key[32], const char *name)
{
	size_t i;

	for (i = 0; name[i] && i < 31; i++)
		key[i] = name[i] == '-' ? '_' : name[i];
	key[i] = '\0';
}

/* Text of a peer need not be UTF-8, which JSON has to be. */
static json_t *json_text(const char *text)
{
	json_t *json = json_string(text);
	char *copy;

	if (json)
		return json;
	copy = strdup(text);
	if (!copy)
		return NULL;
	for (unsigned char *c = (unsigned char *)copy; *c; c++)
		if (*c >= 0x80)
			*c = '?';
	json = json_string(copy);
	free(copy);
	return json;
}

/* Integers of JSON libraries are signed; what is larger becomes a string. */
static json_t *json_number(uint64_t value)
{
	char text[24];

	if (value <= INT64_MAX)
		return json_integer(value);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return json_string(text);
}

static bool is_switch(const struct field *field)
{
	return field->names == tsec_cache_names ||
	       field->names == tsec_switch_names;
}

static json_t *json_value(const struct field *field, uint64_t value)
{
	const char *name;

	if (!field->names)
		return json_number(value);
	name = tsec_name_of(field->names, value);
	if (name && is_switch(field))
		return json_boolean(!strcmp(name, "on"));
	return name ? json_string(name) : json_number(value);
}

static json_t *json_addr(const union tsec_addr *addr)
{
	char host[INET6_ADDRSTRLEN] = "";
	bool v6 = addr->sa.sa_family == AF_INET6;
	json_t *json;

	inet_ntop(v6 ? AF_INET6 : AF_INET,
		  v6 ? (const void *)&addr->in6.sin6_addr :
		       (const void *)&addr->in.sin_addr, host, sizeof(host));
	json = json_pack("{s:s, s:i}", "address", host, "port",
			 ntohs(v6 ? addr->in6.sin6_port : addr->in.sin_port));
	if (v6 && addr->in6.sin6_scope_id)
		json_object_set_new(json, "scope",
				    json_integer(addr->in6.sin6_scope_id));
	return json;
}

static json_t *json_ciphers(const struct tsec_profile_info *info)
{
	json_t *json = json_array();
	char text[24];

	for (unsigned int i = 0; i < info->n_ciphers; i++)
		json_array_append_new(json, json_string(
			value_text(tsec_cipher_names, info->ciphers[i], text)));
	return json;
}

static json_t *json_pubkey(const void *pubkey)
{
	char text[TSEC_PUBKEY_TEXT];

	tsec_pubkey_text(pubkey, text);
	return json_string(text);
}

static json_t *json_flags(uint64_t flags)
{
	json_t *json = json_array();

	for (const struct tsec_name *flag = tsec_flag_names; flag->name; flag++)
		if (flags & flag->value)
			json_array_append_new(json, json_string(flag->name));
	return json;
}

static json_t *json_hex(const struct tsec_blob *blob)
{
	const uint8_t *bytes = blob->data;
	char text[2 * TSEC_CID_MAX + 1] = "";

	for (unsigned int i = 0; i < blob->len && i < TSEC_CID_MAX; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	return json_string(text);
}

static json_t *json_field(const struct layout *layout,
			  const struct field *field, const void *info)
{
	const void *from = (const char *)info + field->offset;

	switch (field->kind) {
	case FIELD_FLAG:
		return json_true();
	case FIELD_STRING:
		return json_text(from);
	case FIELD_BLOB:
		if (!strcmp(field->name, "cid"))
			return json_hex(from);
		return NULL;		/* secrets, and certificates */
	case FIELD_ADDR:
		return json_addr(from);
	case FIELD_CIPHERS:
		return json_ciphers(info);
	case FIELD_PUBKEY:
		return json_pubkey(from);
	case FIELD_NEST:
		return to_json(field->nest, from);
	}
	if (layout->attr == TSEC_A_SESSION && !strcmp(field->name, "flags"))
		return json_flags(tsec_field_get(field, info));
	return json_value(field, tsec_field_get(field, info));
}

json_t *to_json(const struct layout *layout, const void *info)
{
	uint64_t have = *(const uint64_t *)info;
	const struct field *field = layout->fields;
	json_t *object = json_object();
	char key[32];
	json_t *json;

	for (unsigned int i = 0; i < layout->n_fields; i++, field++) {
		if (!(have & (1ULL << field->attr)))
			continue;
		json_key(key, field->name);
		json = json_field(layout, field, info);
		if (json)
			json_object_set_new(object, key, json);
	}
	return object;
}

int print_json(struct cli *cli, json_t *root)
{
	size_t flags = cli->pretty ? JSON_INDENT(4) : JSON_COMPACT;
	int err = root ? json_dumpf(root, stdout, flags) : -1;

	json_decref(root);
	if (err) {
		fputs("tsec: cannot write JSON\n", stderr);
		return CLI_REFUSED;
	}
	putchar('\n');
	return CLI_OK;
}

/* Reading ***************************************************************** */

/* A name that stands for a number, a number, or a switch. */
static bool number_from_json(const json_t *json, const struct field *field,
			     void *info)
{
	uint64_t value;
	int named;

	if (json_is_boolean(json)) {
		if (!is_switch(field))
			return false;
		value = tsec_value_of(field->names,
				      json_is_true(json) ? "on" : "off");
	} else if (json_is_integer(json)) {
		if (json_integer_value(json) < 0)
			return false;
		value = json_integer_value(json);
	} else if (json_is_string(json) && field->names) {
		named = tsec_value_of(field->names, json_string_value(json));
		if (named < 0)
			return false;
		value = named;
	} else if (!json_is_string(json) ||
		   !parse_number(json_string_value(json), UINT64_MAX, &value)) {
		return false;
	}
	return value <= number_max(field) && tsec_field_set(field, info, value);
}

static bool ciphers_from_json(const json_t *json,
			      struct tsec_profile_info *info)
{
	const json_t *item;
	size_t i;
	int cipher;

	if (!json_is_array(json) || json_array_size(json) > TSEC_CIPHERS_MAX)
		return false;
	json_array_foreach(json, i, item) {
		if (!json_is_string(item))
			return false;
		cipher = tsec_value_of(tsec_cipher_names,
				       json_string_value(item));
		if (cipher < 0)
			return false;
		info->ciphers[i] = cipher;
	}
	info->n_ciphers = json_array_size(json);
	info->have |= TSEC_HAS(PROFILE_CIPHERS);
	return true;
}

/* As json_addr() writes it; null is none. */
static bool addr_from_json(const json_t *json, const struct field *field,
			   void *info)
{
	union tsec_addr addr = { .sa.sa_family = AF_UNSPEC };
	const char *host;
	int port = 0;

	if (!json_is_null(json)) {
		if (json_unpack((json_t *)json, "{s:s, s?:i}", "address", &host,
				"port", &port) ||
		    tsec_parse_addr(host, &addr) || port < 0 ||
		    port > UINT16_MAX)
			return false;
		addr.in.sin_port = htons(port);
	}
	memcpy((char *)info + field->offset, &addr, sizeof(addr));
	*(uint64_t *)info |= 1ULL << field->attr;
	return true;
}

static bool field_from_json(const json_t *json, const struct field *field,
			    void *info)
{
	char *to = (char *)info + field->offset;

	switch (field->kind) {
	case FIELD_STRING:
		if (!json_is_string(json) ||
		    !tsec_copy(to, field->size, json_string_value(json)))
			return false;
		*(uint64_t *)info |= 1ULL << field->attr;
		return true;
	case FIELD_CIPHERS:
		return ciphers_from_json(json, info);
	case FIELD_ADDR:
		return addr_from_json(json, field, info);
	case FIELD_PUBKEY:
		if (!json_is_string(json) ||
		    tsec_parse_pubkey(json_string_value(json), (uint8_t *)to))
			return false;
		*(uint64_t *)info |= 1ULL << field->attr;
		return true;
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		return number_from_json(json, field, info);
	}
	return false;
}

static const struct field *field_of_key(const struct layout *layout,
					const char *key)
{
	char name[32];

	for (unsigned int i = 0; i < layout->n_fields; i++) {
		json_key(name, layout->fields[i].name);
		if (!strcmp(name, key))
			return &layout->fields[i];
	}
	return NULL;
}

bool from_json(const json_t *object, const struct layout *layout, void *info,
	       char *why, size_t size)
{
	const struct field *field;
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		snprintf(why, size, "a %s must be an object", layout->name);
		return false;
	}
	json_object_foreach((json_t *)object, key, value) {
		field = field_of_key(layout, key);
		if (field && field_from_json(value, field, info))
			continue;
		snprintf(why, size, field ? "\"%s\" has a bad value" :
					    "\"%s\" is not known", key);
		return false;
	}
	return true;
}
