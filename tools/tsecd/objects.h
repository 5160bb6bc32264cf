/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cache of what was parsed out of files and blobs: certificates, trust
 * stores, tables of pre-shared keys.  Parsing takes longer than a handshake,
 * so it is done once; a file that has changed since is read again.
 */
#ifndef TSECD_OBJECTS_H
#define TSECD_OBJECTS_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include <tsec.h>

#include "reason.h"

#define SOURCE_PARTS 2

/* What an object is made of: files, or what a program gave.  A blob wins. */
struct source {
	struct source_part {
		const char *path; /* NULL or "": not there */
		struct tsec_blob blob;
	} part[SOURCE_PARTS];
};

/* What is looked at to see that a file has changed. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct object {
	const struct object_type *type;
	atomic_uint refs;
	uint64_t generation; /* no two loaded objects have the same */
	uint8_t id[32]; /* digest of type and source */
	time_t checked; /* when the files were last looked at */
	struct stamp stamp[SOURCE_PARTS];
	TAILQ_ENTRY(object) entry;
};

/* The contents of one part, and what to call it in an error. */
struct content {
	struct tsec_blob data; /* data NULL: the part is not there */
	char name[160]; /* "/etc/tsec/web.pem", "the program's ..." */
};

struct object_type {
	const char *name;
	const char *part[SOURCE_PARTS]; /* "certificate", "private key" */
	size_t size; /* of the struct around the object */
	int (*load)(struct object *object, const struct content *content,
		    struct reason *reason);
	void (*unload)(struct object *object);
};

/*
 * The object of @source, with a reference for the caller; NULL with @reason
 * set when it cannot be read or makes no sense.
 */
struct object *object_get(const struct object_type *type,
			  const struct source *source, struct reason *reason);

/* Gives a reference back; NULL is allowed. */
void object_put(struct object *object);

/* Forgets everything cached: what is in use stays until it no longer is. */
void objects_flush(void);

#endif /* TSECD_OBJECTS_H */
