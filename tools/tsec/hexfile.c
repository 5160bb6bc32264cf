// SPDX-License-Identifier: GPL-2.0
/* Secrets come from files, never from a command line that ps(1) shows. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define TEXT_MAX	1024	/* far more than the longest secret takes */

static int open_secret(const char *name)
{
	struct stat st;
	int fd;

	if (!strcmp(name, "-"))
		return dup(STDIN_FILENO);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st)) {
		bad_usage("%s: %s", name, strerror(errno));
		goto close_fd;
	}
	if (S_ISREG(st.st_mode) && st.st_mode & (S_IRWXG | S_IRWXO)) {
		bad_usage("%s: others than its owner may use this file (mode "
			  "%04o); it is not read", name, st.st_mode & 07777);
		goto close_fd;
	}
	return fd;
close_fd:
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Read to the end, a pipe's pieces too. */
static ssize_t read_text(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, text + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -1 : (ssize_t)len;
		len += n;
	}
	errno = EFBIG;
	return -1;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes, or -1 when the text is not whole bytes of hexadecimal digits. */
static int decode(const char *text, size_t len, uint8_t *secret, size_t size)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (isspace((unsigned char)text[i]))
			continue;
		if (digit(text[i]) < 0 || digits / 2 >= size)
			return -1;
		if (digits % 2)
			secret[digits / 2] |= digit(text[i]);
		else
			secret[digits / 2] = digit(text[i]) << 4;
		digits++;
	}
	return digits && digits % 2 == 0 ? (int)(digits / 2) : -1;
}

int parse_hex(const char *text, uint8_t *bytes, size_t size)
{
	return decode(text, strlen(text), bytes, size);
}

int read_hex_file(const char *name, uint8_t *secret, size_t size)
{
	char text[TEXT_MAX];
	int fd = open_secret(name);
	ssize_t len;
	int n = -1;

	if (fd < 0)
		return -1;
	len = read_text(fd, text, sizeof(text));
	if (len < 0)
		bad_usage("%s: %s", name, strerror(errno));
	else
		n = decode(text, len, secret, size);
	if (len >= 0 && n < 0)
		bad_usage("%s: not 1 to %zu bytes in hexadecimal digits, two "
			  "for each", name, size);
	if (n < 0)
		explicit_bzero(secret, size);
	explicit_bzero(text, sizeof(text));
	close(fd);
	return n;
}
