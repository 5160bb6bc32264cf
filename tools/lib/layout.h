/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The attributes of each object as tables, for whoever handles all of them
 * alike: the library itself, and the tool's command line and JSON.
 */
#ifndef LIBTSEC_LAYOUT_H
#define LIBTSEC_LAYOUT_H

#include "tsec.h"

/* How an attribute's value is kept in its struct. */
enum field_kind {
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_FLAG,
	FIELD_STRING,
	FIELD_BLOB,
	FIELD_ADDR,
	FIELD_CIPHERS,
	FIELD_PUBKEY,
	FIELD_NEST,
};

struct layout;

struct field {
	uint16_t attr;
	uint16_t kind;
	uint16_t offset;
	uint16_t size;
	const char *name;		/* as in the specification */
	const struct tsec_name *names;	/* of its values; NULL: a number */
	const struct layout *nest;
};

/* One nest: its name in the specification and its attributes. */
struct layout {
	const char *name;
	uint16_t attr;			/* TSEC_A_* of the top level */
	uint16_t n_fields;
	size_t size;
	const struct field *fields;
};

extern const struct layout tsec_daemon_layout;
extern const struct layout tsec_handshake_layout;
extern const struct layout tsec_key_layout;
extern const struct layout tsec_session_layout;
extern const struct layout tsec_profile_layout;
extern const struct layout tsec_stats_layout;

/* The field of that attribute, or name; NULL when there is none. */
const struct field *tsec_field_of(const struct layout *layout, int attr);
const struct field *tsec_field_named(const struct layout *layout,
				     const char *name);

/* A number's value, whatever its size; FIELD_U8 to FIELD_FLAG only. */
uint64_t tsec_field_get(const struct field *field, const void *info);
/* Does the value fit?  If so it is stored, and its bit is set. */
bool tsec_field_set(const struct field *field, void *info, uint64_t value);

#endif /* LIBTSEC_LAYOUT_H */
