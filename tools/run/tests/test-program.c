// SPDX-License-Identifier: GPL-2.0
/* Which programs can be carried. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "tap.h"

static char dir[] = "/tmp/tsec-run-XXXXXX";

static const char *put(const char *name, const char *data, size_t len, int mode)
{
	static char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file))
		exit(1);
	chmod(path, mode);
	return path;
}

static const char *put_text(const char *name, const char *text)
{
	return put(name, text, strlen(text), 0755);
}

static void refused(const char *path, const char *why, const char *what)
{
	const char *got = program_refusal(path);

	ok(got && strstr(got, why), "%s", what);
	if (got && !strstr(got, why))
		printf("#   got %s\n", got);
	unlink(path);
}

static void test_find(void)
{
	char path[PATH_MAX];

	is_int(program_find("sh", path, sizeof(path)), 0, "sh is found");
	is_int(program_find("/bin/sh", path, sizeof(path)), 0, "/bin/sh too");
	is_int(program_find("no-such-program", path, sizeof(path)), -ENOENT,
	       "what is not there is not");
	is_int(program_find("/etc/passwd", path, sizeof(path)), -EACCES,
	       "what is no program is refused");
	is_int(program_find("/etc", path, sizeof(path)), -EACCES,
	       "and so is a directory");
	is_int(program_find("sh", path, 3), -ENOENT, "a path too long");
}

static void test_scripts(void)
{
	ok(!program_refusal(put_text("good", "#!/bin/sh\n")), "a script");
	ok(!program_refusal(put_text("good", "#! /usr/bin/env sh\n")),
	   "a script with a space and an argument");
	ok(!program_refusal(put_text("good", "echo\n")),
	   "what a shell would run");
	refused(put_text("bad", "#!\n"), "without an interpreter",
		"a script without an interpreter");
	refused(put_text("bad", "#!/nonexistent\n"), "cannot be read",
		"a script with one that is not there");
	refused(put_text("bad", ""), "empty", "an empty file");
}

/* The first bytes of this program, changed. */
static void test_elf(void)
{
	static char data[1 << 16];
	FILE *file = fopen("/proc/self/exe", "r");
	size_t len = fread(data, 1, sizeof(data), file);
	char *interp = memmem(data, len, "ld-linux", 8);

	fclose(file);
	ok(!program_refusal("/proc/self/exe"), "this program");
	data[4] ^= 3;
	refused(put("bad", data, len, 0755), "word size", "another word size");
	data[4] ^= 3;
	if (interp) {
		memcpy(interp, "ld-musls", 8);
		refused(put("bad", data, len, 0755), "another C library",
			"another C library");
	}
	for (char *p = data + 64; p < data + 64 + 56 * 16; p += 56)
		if (p[0] == 3)
			p[0] = 0;
	refused(put("bad", data, len, 0755), "statically linked",
		"no interpreter");
	refused(put("bad", data, 100, 0755), "damaged", "a damaged file");
}

static void test_rights(void)
{
	const char *path = put("bad", "#!/bin/sh\n", 10, 0755);

	if (geteuid() || chown(path, 1, 1)) {
		ok(true, "set-user-id # SKIP not root");
		return;
	}
	chmod(path, 04755);
	ok(strstr(program_refusal(path), "set-user-id") != NULL, "set-user-id");
	chmod(path, 02755);
	ok(strstr(program_refusal(path), "set-group-id") != NULL,
	   "set-group-id");
	unlink(path);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	test_find();
	test_scripts();
	test_elf();
	test_rights();
	put_text("good", "");
	unlink(put_text("good", "x"));
	rmdir(dir);
	return done_testing();
}
