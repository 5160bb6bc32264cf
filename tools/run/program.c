// SPDX-License-Identifier: GPL-2.0
/* Can a library be preloaded into a program? */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "program.h"

#define SCRIPT_DEPTH	5	/* as many as execve() follows */

/* Our own kind of file; one of another kind has another C library. */
#if __SIZEOF_POINTER__ == 8
#define OWN_CLASS	ELFCLASS64
typedef Elf64_Ehdr ehdr_t;
typedef Elf64_Phdr phdr_t;
typedef Elf64_Nhdr nhdr_t;
#else
#define OWN_CLASS	ELFCLASS32
typedef Elf32_Ehdr ehdr_t;
typedef Elf32_Phdr phdr_t;
typedef Elf32_Nhdr nhdr_t;
#endif

static int try(const char *dir, size_t len, const char *name, char *path,
	       size_t size)
{
	struct stat st;

	if (snprintf(path, size, "%.*s%s%s", (int)len, dir, len ? "/" : "",
		     name) >= (int)size)
		return -ENAMETOOLONG;
	if (stat(path, &st) || access(path, X_OK))
		return -errno;
	return S_ISREG(st.st_mode) ? 0 : -EACCES;
}

int program_find(const char *name, char *path, size_t size)
{
	const char *dirs = getenv("PATH");
	int err = -ENOENT;
	size_t len;

	if (strchr(name, '/'))
		return try("", 0, name, path, size);
	for (dirs = dirs ? dirs : "/bin:/usr/bin"; ; dirs += len + 1) {
		len = strcspn(dirs, ":");
		switch (try(dirs, len, name, path, size)) {
		case 0:
			return 0;
		case -EACCES:
			err = -EACCES;
		}
		if (!dirs[len])
			return err;
	}
}

/* The loader drops what is preloaded from a program with more rights. */
static const char *privileged(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return "it cannot be looked at";
	if (st.st_mode & S_ISUID && st.st_uid != getuid())
		return "it is set-user-id";
	if (st.st_mode & S_ISGID && st.st_mode & S_IXGRP &&
	    st.st_gid != getgid())
		return "it is set-group-id";
	if (getuid() && fgetxattr(fd, "security.capability", NULL, 0) > 0)
		return "it has file capabilities";
	return NULL;
}

/* Go programs call the kernel by themselves, even when they are dynamic. */
static bool is_go(int fd, const phdr_t *phdr)
{
	char note[sizeof(nhdr_t) + 4];
	const nhdr_t *nhdr = (void *)note;

	return pread(fd, note, sizeof(note), phdr->p_offset) == sizeof(note) &&
	       nhdr->n_namesz == 4 && !memcmp(note + sizeof(*nhdr), "Go\0", 4);
}

static const char *read_interp(int fd, const phdr_t *phdr)
{
	static char interp[PATH_MAX];
	ssize_t n;

	if (phdr->p_filesz >= sizeof(interp))
		return NULL;
	n = pread(fd, interp, phdr->p_filesz, phdr->p_offset);
	if (n <= 0)
		return NULL;
	interp[n] = '\0';
	return interp;
}

static const char *check_loader(const char *interp)
{
	static char why[PATH_MAX + 64];

	if (!strncmp(basename(interp), "ld-linux", 8) ||
	    !strncmp(basename(interp), "ld64.so", 7) ||
	    !strncmp(basename(interp), "ld.so", 5))
		return NULL;
	snprintf(why, sizeof(why), "it has another C library (%s)", interp);
	return why;
}

static const char *check_elf(int fd, const ehdr_t *ehdr)
{
	const char *interp = NULL;
	phdr_t phdr;

	if (ehdr->e_ident[EI_CLASS] != OWN_CLASS)
		return "it is not for this word size";
	for (unsigned int i = 0; i < ehdr->e_phnum; i++) {
		if (pread(fd, &phdr, sizeof(phdr), ehdr->e_phoff +
			  i * ehdr->e_phentsize) != sizeof(phdr))
			return "it is damaged";
		if (phdr.p_type == PT_NOTE && is_go(fd, &phdr))
			return "it is a Go program, which needs no C library";
		if (phdr.p_type == PT_INTERP)
			interp = read_interp(fd, &phdr);
	}
	return interp ? check_loader(interp) : "it is statically linked";
}

/* "#! /usr/bin/interpreter argument": the interpreter, in place. */
static char *script_interpreter(char *line)
{
	line += 2 + strspn(line + 2, " \t");
	line[strcspn(line, " \t\n")] = '\0';
	return *line ? line : NULL;
}

static const char *check_file(const char *path, int depth);

static const char *check_script(char *line, int depth)
{
	char *interpreter = script_interpreter(line);

	if (!interpreter || depth == SCRIPT_DEPTH)
		return "it is a script without an interpreter";
	return check_file(interpreter, depth + 1);
}

static const char *check_file(const char *path, int depth)
{
	union {
		ehdr_t ehdr;
		char text[256];
	} head = { .text = "" };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *why;

	/* What cannot be read can still be run, and could be anything. */
	if (fd < 0)
		return "it cannot be read";
	why = privileged(fd);
	if (!why && read(fd, head.text, sizeof(head.text) - 1) < 2)
		why = "it is empty";
	if (!why && !memcmp(head.text, "#!", 2))
		why = check_script(head.text, depth);
	else if (!why && !memcmp(head.text, ELFMAG, SELFMAG))
		why = check_elf(fd, &head.ehdr);
	close(fd);
	return why;	/* anything else is given to a shell, or fails */
}

const char *program_refusal(const char *path)
{
	return check_file(path, 0);
}
