// SPDX-License-Identifier: GPL-2.0
/* Secrets from files. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "tap.h"

static char path[] = "/tmp/tsec-test-XXXXXX";
static uint8_t secret[4];

static int from(const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	ssize_t n = write(fd, text, strlen(text));

	close(fd);
	memset(secret, 0xee, sizeof(secret));
	return n < 0 ? -2 : read_hex_file(path, secret, sizeof(secret));
}

static void test_text(void)
{
	is_int(from("0a1B2c3D"), 4, "digits of both cases");
	ok(!memcmp(secret, "\x0a\x1b\x2c\x3d", 4), "are the bytes");
	is_int(from(" 0a\n1b\t2 c\r\n"), 3, "white space is skipped");
	is_int(from(""), -1, "an empty file");
	is_int(from("\n"), -1, "white space alone");
	is_int(from("0a1"), -1, "half a byte");
	ok(!memcmp(secret, "\0\0\0\0", 4), "and the buffer is wiped");
	is_int(from("0a0b0c0d0e"), -1, "more than there is room for");
	is_int(from("0x0a"), -1, "a prefix");
	is_int(from("zz"), -1, "no digits");
}

static void test_long(void)
{
	static char text[2000];

	memset(text, ' ', sizeof(text) - 1);
	is_int(from(text), -1, "a file that is too long");
	is_int(read_hex_file("/nonexistent", secret, 4), -1, "no file");
}

static void test_mode(void)
{
	from("0a");
	chmod(path, 0640);
	is_int(read_hex_file(path, secret, 4), -1, "readable by the group");
	chmod(path, 0604);
	is_int(read_hex_file(path, secret, 4), -1, "readable by others");
	chmod(path, 0400);
	is_int(read_hex_file(path, secret, 4), 1, "readable by the owner");
}

static void test_stdin(void)
{
	int fds[2], fd;

	if (pipe(fds) || write(fds[1], "0102\n", 5) != 5)
		exit(1);
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	is_int(read_hex_file("-", secret, 4), 2, "standard input, a pipe");
	fd = dup(0);
	ok(fd > 0, "stays open");
	close(fd);
}

int main(void)
{
	close(mkstemp(path));
	fclose(stderr);
	test_text();
	test_long();
	test_mode();
	test_stdin();
	unlink(path);
	return done_testing();
}
