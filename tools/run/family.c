// SPDX-License-Identifier: GPL-2.0
/* Sockets of the secure family, as the kernel has them. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"
#include "tsec.h"

int family_socket(int domain, int type)
{
	(void)domain;	/* the address given later decides */
	return socket(config.family, type | SOCK_CLOEXEC,
		      TSEC_PROTO_DEFAULT);
}

/* Asked of the kernel: the library's own getsockopt() hides it. */
bool family_is(int fd)
{
	socklen_t len = sizeof(int);
	int domain;

	return !syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &domain,
			&len) && domain == config.family;
}

static int set_string(int fd, int option, const char *value)
{
	return setsockopt(fd, SOL_TSEC, option, value, strlen(value));
}

int family_configure(int fd, const char *profile, const char *name)
{
	if (*profile && set_string(fd, TSEC_PROFILE, profile))
		return -1;
	return name ? set_string(fd, TSEC_PEER_NAME, name) : 0;
}

void family_error(int fd, char text[256])
{
	socklen_t len = 255;

	memset(text, 0, 256);
	if (getsockopt(fd, SOL_TSEC, TSEC_ERROR, text, &len))
		text[0] = '\0';
}
