/* SPDX-License-Identifier: GPL-2.0 */
/* Pre-shared keys: a file of lines "identity:hexkey". */
#ifndef TSECD_PSKFILE_H
#define TSECD_PSKFILE_H

#include "objects.h"

struct psk {
	char identity[TSEC_PSK_IDENTITY_MAX + 1];
	size_t identity_len;
	uint8_t key[TSEC_PSK_KEY_MAX];
	size_t key_len;
};

struct psk_table {
	struct object object;
	struct psk *psk; /* as they are in the file */
	const struct psk **sorted; /* by identity */
	size_t n;
	size_t room;
};

/* Part 0 is the file. */
struct psk_table *psk_table_get(const struct source *source,
				struct reason *reason);

/* The key of an identity, which need not be terminated; NULL: not there. */
const struct psk *psk_table_find(const struct psk_table *table,
				 const void *identity, size_t len);

static inline void psk_table_put(struct psk_table *table)
{
	object_put(table ? &table->object : NULL);
}

#endif /* TSECD_PSKFILE_H */
