// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pskfile.h"

#define PSK_KEY_MIN 16

static int compare_identity(const void *a, size_t a_len, const void *b,
			    size_t b_len)
{
	int diff = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return diff ? diff : (a_len > b_len) - (a_len < b_len);
}

static int compare_psk(const void *a, const void *b)
{
	const struct psk *x = *(const struct psk *const *)a;
	const struct psk *y = *(const struct psk *const *)b;

	return compare_identity(x->identity, x->identity_len, y->identity,
				y->identity_len);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_key(struct psk *psk, const char *hex, size_t len)
{
	if (len % 2 || len / 2 < PSK_KEY_MIN || len / 2 > sizeof(psk->key))
		return false;
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);

		if (high < 0 || low < 0)
			return false;
		psk->key[i / 2] = high << 4 | low;
	}
	psk->key_len = len / 2;
	return true;
}

/* An identity may have colons in it, a key has none: the last one counts. */
static bool parse_line(struct psk *psk, const char *line, size_t len)
{
	const char *colon = memrchr(line, ':', len);
	size_t id_len = colon ? (size_t)(colon - line) : 0;

	if (!id_len || id_len > TSEC_PSK_IDENTITY_MAX)
		return false;
	memcpy(psk->identity, line, id_len);
	psk->identity[id_len] = '\0';
	psk->identity_len = id_len;
	return parse_key(psk, colon + 1, len - id_len - 1);
}

static size_t trimmed(const char *line, size_t len)
{
	while (len && (line[len - 1] == '\r' || line[len - 1] == ' ' ||
		       line[len - 1] == '\t'))
		len--;
	return len;
}

static size_t count_lines(const struct tsec_blob *text)
{
	size_t n = 1;

	for (size_t i = 0; i < text->len; i++)
		n += ((const char *)text->data)[i] == '\n';
	return n;
}

/* The number of the first bad line, 0 when all are good. */
static size_t parse_table(struct psk_table *table, const struct tsec_blob *text)
{
	const char *line = text->data, *end = line + text->len;
	size_t number = 0;

	while (line < end) {
		const char *stop = memchr(line, '\n', end - line);
		size_t len = (stop ? stop : end) - line;
		size_t used = trimmed(line, len);

		number++;
		if (used && line[0] != '#') {
			if (!parse_line(&table->psk[table->n], line, used))
				return number;
			table->n++;
		}
		line += len + 1;
	}
	return 0;
}

/*
 * Pointers are sorted, not keys: qsort() may work on a copy in memory that
 * it does not wipe.
 */
static const char *sort_table(struct psk_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		table->sorted[i] = &table->psk[i];
	qsort(table->sorted, table->n, sizeof(*table->sorted), compare_psk);
	for (size_t i = 1; i < table->n; i++)
		if (!compare_psk(&table->sorted[i - 1], &table->sorted[i]))
			return table->sorted[i]->identity;
	return NULL;
}

static int psk_load(struct object *object, const struct content *content,
		    struct reason *reason)
{
	struct psk_table *table = (struct psk_table *)object;
	const struct tsec_blob *text = &content[0].data;
	const char *twice;
	size_t bad;

	if (!text->data)
		return reason_set(reason, ENOKEY, "no PSK file is given");
	table->room = count_lines(text);
	table->psk = calloc(table->room, sizeof(*table->psk));
	table->sorted = calloc(table->room, sizeof(*table->sorted));
	if (!table->psk || !table->sorted)
		return reason_set(reason, ENOMEM, "out of memory");
	bad = parse_table(table, text);
	if (bad)
		return reason_set(reason, ENOKEY,
				  "line %zu of PSK file %s is not "
				  "\"identity:hexkey\" with a key of 16 to 64 "
				  "bytes",
				  bad, content[0].name);
	twice = sort_table(table);
	if (twice)
		return reason_set(reason, ENOKEY,
				  "PSK file %s has identity \"%s\" twice",
				  content[0].name, twice);
	return 0;
}

static void psk_unload(struct object *object)
{
	struct psk_table *table = (struct psk_table *)object;

	if (table->psk)
		explicit_bzero(table->psk, table->room * sizeof(*table->psk));
	free(table->psk);
	free(table->sorted);
}

static const struct object_type psk_type = {
	.name = "psk",
	.part = { "PSK", "" },
	.size = sizeof(struct psk_table),
	.load = psk_load,
	.unload = psk_unload,
};

struct psk_table *psk_table_get(const struct source *source,
				struct reason *reason)
{
	return (struct psk_table *)object_get(&psk_type, source, reason);
}

const struct psk *psk_table_find(const struct psk_table *table,
				 const void *identity, size_t len)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		size_t i = low + (high - low) / 2;
		const struct psk *psk = table->sorted[i];
		int diff = compare_identity(identity, len, psk->identity,
					    psk->identity_len);

		if (!diff)
			return psk;
		if (diff < 0)
			high = i;
		else
			low = i + 1;
	}
	return NULL;
}
