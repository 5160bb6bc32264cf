// SPDX-License-Identifier: GPL-2.0
/*
 * In the place of family.c for the tests: secure sockets are plain ones
 * that are remembered, and what they were told is printed with --debug.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>

#include "preload.h"

#define MADE_MAX	4096

static ino_t made[MADE_MAX];	/* by inode, as dup3() moves them */
static unsigned int n_made;

static ino_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

int family_socket(int domain, int type)
{
	int fd = socket(domain, type | SOCK_CLOEXEC, 0);

	if (fd >= 0 && n_made < MADE_MAX)
		made[n_made++] = inode_of(fd);
	return fd;
}

bool family_is(int fd)
{
	ino_t inode = inode_of(fd);

	for (unsigned int i = 0; i < n_made; i++)
		if (made[i] == inode)
			return true;
	return false;
}

int family_configure(int fd, const char *profile, const char *name)
{
	say("fake %d: profile \"%s\" name \"%s\"", fd, profile,
	    name ? name : "(none)");
	if (strcmp(profile, "unknown"))
		return 0;
	errno = ENOKEY;
	return -1;
}

void family_error(int fd, char text[256])
{
	(void)fd;
	strcpy(text, "a fake reason");
}
