// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "objects.h"

#define OBJECTS_MAX 256 /* kept for the next handshake */
#define FILE_MAX (64 << 20) /* a CRL may be large */
#define CHECK_SECONDS 1 /* files are looked at no more often */

TAILQ_HEAD(object_list, object);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct object_list objects = TAILQ_HEAD_INITIALIZER(objects);
static unsigned int n_objects;
static atomic_ulong generations;

static bool part_is_blob(const struct source_part *part)
{
	return part->blob.data;
}

static bool part_is_file(const struct source_part *part)
{
	return !part->blob.data && part->path && *part->path;
}

/* Reading **************************************************************** */

static void stamp_of(const struct stat *st, struct stamp *stamp)
{
	memset(stamp, 0, sizeof(*stamp));
	stamp->dev = st->st_dev;
	stamp->ino = st->st_ino;
	stamp->size = st->st_size;
	stamp->mtime = st->st_mtim;
}

static bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec &&
	       a->mtime.tv_nsec == b->mtime.tv_nsec;
}

static void content_free(struct content *content)
{
	if (!content->data.data)
		return;
	explicit_bzero((void *)content->data.data, content->data.len);
	free((void *)content->data.data);
	content->data.data = NULL;
}

static int read_fully(int fd, char *to, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, to + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -ESTALE; /* it is being written */
		got += n;
	}
	return 0;
}

static int read_open_file(int fd, struct content *content, struct stamp *stamp)
{
	struct stat st;
	char *data;
	int err;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	data = malloc(st.st_size + 1);
	if (!data)
		return -ENOMEM;
	content->data = (struct tsec_blob){ data, st.st_size };
	err = read_fully(fd, data, st.st_size);
	if (err)
		content_free(content);
	else
		data[st.st_size] = '\0';
	stamp_of(&st, stamp);
	return err;
}

static int read_file(const char *what, const char *path,
		     struct content *content, struct stamp *stamp,
		     struct reason *reason)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err;

	snprintf(content->name, sizeof(content->name), "%s", path);
	err = fd < 0 ? -errno : read_open_file(fd, content, stamp);
	if (fd >= 0)
		close(fd);
	if (err)
		return reason_set(reason, ENOKEY, "cannot read %s file %s: %s",
				  what, path, strerror(-err));
	return 0;
}

static int copy_blob(const char *what, const struct tsec_blob *blob,
		     struct content *content)
{
	char *data = malloc(blob->len + 1);

	if (!data)
		return -ENOMEM;
	memcpy(data, blob->data, blob->len);
	data[blob->len] = '\0';
	content->data = (struct tsec_blob){ data, blob->len };
	snprintf(content->name, sizeof(content->name), "the program's %s",
		 what);
	return 0;
}

static int read_part(struct object *object, const struct source *source, int i,
		     struct content *content, struct reason *reason)
{
	const struct source_part *part = &source->part[i];
	const char *what = object->type->part[i];

	if (part_is_file(part))
		return read_file(what, part->path, content, &object->stamp[i],
				 reason);
	if (part_is_blob(part) && copy_blob(what, &part->blob, content))
		return reason_set(reason, ENOMEM, "out of memory");
	return 0;
}

/* Loading **************************************************************** */

static void source_id(const struct object_type *type,
		      const struct source *source, uint8_t id[32])
{
	gnutls_hash_hd_t hash;

	memset(id, 0, 32);
	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0)
		return;
	gnutls_hash(hash, type->name, strlen(type->name) + 1);
	for (int i = 0; i < SOURCE_PARTS; i++) {
		const struct source_part *part = &source->part[i];
		bool blob = part_is_blob(part), file = part_is_file(part);
		uint64_t head[2] = { blob ? 2 : file, 0 };

		head[1] = blob ? part->blob.len : file ? strlen(part->path) : 0;
		gnutls_hash(hash, head, sizeof(head));
		gnutls_hash(hash, blob ? part->blob.data : part->path, head[1]);
	}
	gnutls_hash_deinit(hash, id);
}

static struct object *object_new(const struct object_type *type)
{
	struct object *object = calloc(1, type->size);

	if (!object)
		return NULL;
	object->type = type;
	atomic_init(&object->refs, 1);
	object->generation = atomic_fetch_add(&generations, 1) + 1;
	object->checked = time(NULL);
	return object;
}

static struct object *object_load(const struct object_type *type,
				  const struct source *source,
				  struct reason *reason)
{
	struct content content[SOURCE_PARTS] = { 0 };
	struct object *object = object_new(type);
	int err = 0;

	if (!object) {
		reason_set(reason, ENOMEM, "out of memory");
		return NULL;
	}
	for (int i = 0; i < SOURCE_PARTS && !err; i++)
		err = read_part(object, source, i, &content[i], reason);
	if (!err)
		err = type->load(object, content, reason);
	for (int i = 0; i < SOURCE_PARTS; i++)
		content_free(&content[i]);
	if (!err)
		return object;
	object_put(object);
	return NULL;
}

/* The cache ************************************************************** */

void object_put(struct object *object)
{
	if (!object || atomic_fetch_sub(&object->refs, 1) != 1)
		return;
	object->type->unload(object);
	explicit_bzero(object, object->type->size);
	free(object);
}

static void forget_locked(struct object *object)
{
	TAILQ_REMOVE(&objects, object, entry);
	n_objects--;
	object_put(object);
}

static bool is_fresh(struct object *object, const struct source *source)
{
	time_t now = time(NULL);

	/* A clock that was set back counts as time that has passed. */
	if (now >= object->checked && now < object->checked + CHECK_SECONDS)
		return true;
	for (int i = 0; i < SOURCE_PARTS; i++) {
		struct stat st;
		struct stamp stamp;

		if (!part_is_file(&source->part[i]))
			continue;
		if (stat(source->part[i].path, &st) < 0)
			return false;
		stamp_of(&st, &stamp);
		if (!stamp_equal(&stamp, &object->stamp[i]))
			return false;
	}
	object->checked = now;
	return true;
}

static struct object *find_locked(const struct object_type *type,
				  const uint8_t id[32])
{
	struct object *object;

	TAILQ_FOREACH(object, &objects, entry)
		if (object->type == type && !memcmp(object->id, id, 32))
			return object;
	return NULL;
}

static struct object *object_find(const struct object_type *type,
				  const uint8_t id[32],
				  const struct source *source)
{
	struct object *object;

	pthread_mutex_lock(&lock);
	object = find_locked(type, id);
	if (object && !is_fresh(object, source)) {
		forget_locked(object);
		object = NULL;
	}
	if (object) {
		TAILQ_REMOVE(&objects, object, entry);
		TAILQ_INSERT_HEAD(&objects, object, entry);
		atomic_fetch_add(&object->refs, 1);
	}
	pthread_mutex_unlock(&lock);
	return object;
}

static void object_insert(struct object *object)
{
	struct object *other;

	pthread_mutex_lock(&lock);
	other = find_locked(object->type, object->id);
	if (other) /* another worker was as quick: the newer one stays */
		forget_locked(other);
	atomic_fetch_add(&object->refs, 1);
	TAILQ_INSERT_HEAD(&objects, object, entry);
	n_objects++;
	while (n_objects > OBJECTS_MAX)
		forget_locked(TAILQ_LAST(&objects, object_list));
	pthread_mutex_unlock(&lock);
}

struct object *object_get(const struct object_type *type,
			  const struct source *source, struct reason *reason)
{
	struct object *object;
	uint8_t id[32];

	source_id(type, source, id);
	object = object_find(type, id, source);
	if (object)
		return object;
	object = object_load(type, source, reason);
	if (!object)
		return NULL;
	memcpy(object->id, id, sizeof(id));
	object_insert(object);
	return object;
}

void objects_flush(void)
{
	pthread_mutex_lock(&lock);
	while (!TAILQ_EMPTY(&objects))
		forget_locked(TAILQ_FIRST(&objects));
	pthread_mutex_unlock(&lock);
}
