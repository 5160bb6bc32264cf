// SPDX-License-Identifier: GPL-2.0
/* What is done with a session, word by word. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

enum action_limits {
	WORDS_MAX	= 16,
	ROUNDS_MAX	= 1 << 17,
	LATE_SECONDS	= 3,	/* for what seemed to be lost */
};

static int failed(int fd, const char *what)
{
	report_failure(fd, what, errno);
	return 1;
}

/* The port of a peer that moves is closed for a moment: no end of it. */
static bool is_away(ssize_t n)
{
	return n < 0 && errno == ECONNREFUSED;
}

static int send_bytes(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (is_away(n))
			continue;
		if (n < 0)
			return failed(fd, "send");
		bytes += n;
		len -= n;
	}
	return 0;
}

static int send_line(int fd, const char *text)
{
	char line[2048];
	int len = snprintf(line, sizeof(line), "%s\n", text);

	if (len >= (int)sizeof(line))
		die("a line of %d bytes is too long", len);
	return send_bytes(fd, line, len);
}

/* One byte at a time: no more than a line is taken. */
static int recv_line(int fd, char *line, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n < size - 1) {
		got = read(fd, line + n, 1);
		if (got < 0)
			return failed(fd, "recv");
		if (!got) {
			say("END");
			return 1;
		}
		if (line[n] == '\n')
			break;
		n += line[n] != '\r';
	}
	line[n] = '\0';
	say("DATA %s", line);
	return 0;
}

/* A datagram that holds a line. */
static int recv_datagram(int fd)
{
	char line[2048];
	ssize_t n = read(fd, line, sizeof(line) - 1);

	if (n < 0)
		return failed(fd, "recv");
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	say("DATA %s", line);
	return 0;
}

static int patience_set(int fd, int seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		return failed(fd, "timeout");
	return 0;
}

static bool answered[ROUNDS_MAX];

/* 1: something was read, 0: nothing comes, -1: it fails. */
static int answer_read(int fd, unsigned int asked, unsigned int *lost)
{
	char text[64];
	unsigned int n;
	ssize_t len = read(fd, text, sizeof(text) - 1);

	if (len < 0 && errno == EAGAIN)
		return 0;
	if (len < 0) {
		failed(fd, "recv");
		return -1;
	}
	text[len] = '\0';
	if (sscanf(text, "round %u", &n) == 1 && n < asked && !answered[n]) {
		answered[n] = true;
		--*lost;
	}
	return 1;
}

/*
 * Datagrams that an echo sends back, one after the other, for some seconds.
 * What takes its time is not lost.
 */
static int rounds(int fd, int seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned int n = 0, lost = 0;
	char out[64];
	int len, got;

	memset(answered, 0, sizeof(answered));
	if (patience_set(fd, 1))
		return 1;
	while (time(NULL) < end && n < ROUNDS_MAX) {
		len = snprintf(out, sizeof(out), "round %u", n++);
		if (write(fd, out, len) != len)
			return failed(fd, "send");
		lost++;
		do {
			got = answer_read(fd, n, &lost);
		} while (got > 0 && !answered[n - 1]);
		if (got < 0)
			return 1;
	}
	if (patience_set(fd, LATE_SECONDS))
		return 1;
	for (got = 1; lost && got > 0;)
		got = answer_read(fd, n, &lost);
	say("ROUNDS %u lost=%u", n, lost);
	return got < 0;
}

/* Lines up to the one that is TEXT: "" ends the head of an HTTP request. */
static int recv_until(int fd, const char *text)
{
	char line[1024];
	int bad;

	do {
		bad = recv_line(fd, line, sizeof(line));
	} while (!bad && strcmp(line, text));
	return bad;
}

/* What is left of the stream, and how it ends. */
static int recv_end(int fd)
{
	char bytes[4096];
	size_t extra = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		extra += n;
	if (n < 0)
		return failed(fd, "end");
	say("END %zu", extra);
	return 0;
}

static int echo(int fd)
{
	char bytes[16384];
	ssize_t n;

	do {
		n = read(fd, bytes, sizeof(bytes));
		if (n > 0 && send_bytes(fd, bytes, n))
			return 1;
	} while (n > 0 || is_away(n));
	if (n < 0)
		return failed(fd, "echo");
	say("END");
	return 0;
}

static int send_file(int fd, const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (file < 0 || fstat(file, &st))
		die("%s: %s", path, strerror(errno));
	for (off_t left = st.st_size; left; left -= n) {
		n = sendfile(fd, file, NULL, left);
		if (n <= 0)
			return failed(fd, "sendfile");
	}
	close(file);
	return 0;
}

static int recv_file(int fd, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char bytes[16384];
	ssize_t n;

	if (file < 0)
		die("%s: %s", path, strerror(errno));
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		if (write(file, bytes, n) != n)
			die("%s: %s", path, strerror(errno));
	close(file);
	if (n < 0)
		return failed(fd, "recvfile");
	say("END");
	return 0;
}

static int update(int fd, int value)
{
	if (setsockopt(fd, SOL_TSEC, TSEC_KEY_UPDATE, &value, sizeof(value)))
		return failed(fd, "update");
	say("UPDATED");
	return 0;
}

/*
 * Until our key was renewed so often: of DTLS 1.3 it is once the peer has
 * acknowledged the KeyUpdate.
 */
static int wait_renewed(int fd, const struct options *o, unsigned int times)
{
	time_t limit = time(NULL) + o->timeout;
	struct tsec_info info;
	socklen_t len;

	do {
		len = sizeof(info);
		if (getsockopt(fd, SOL_TSEC, TSEC_INFO, &info, &len))
			return failed(fd, "renewed");
		if (info.tx.epoch >= times)
			return 0;
		usleep(20 * 1000);
	} while (time(NULL) < limit);
	errno = ETIMEDOUT;
	return failed(fd, "renewed");
}

/* A close that the peer sees as a reset. */
static int reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		return failed(fd, "linger");
	close(fd);
	say("RESET");
	exit(0);
}

static int wait_for_stdin(void)
{
	char line[256];

	say("WAITING");
	return fgets(line, sizeof(line), stdin) ? 0 : 1;
}

static int commands(int fd, const struct options *o)
{
	char line[1024], *words[WORDS_MAX + 1], *save;
	int n;

	while (fgets(line, sizeof(line), stdin)) {
		n = 0;
		for (char *w = strtok_r(line, " \n", &save);
		     w && n < WORDS_MAX; w = strtok_r(NULL, " \n", &save))
			words[n++] = w;
		words[n] = NULL;
		/* Here a failure is an answer like any other. */
		actions_run(fd, o, words);
		say("DONE");
	}
	return 0;
}

/* Words that stand alone; -1 if it is none of them. */
static int run_simple(int fd, const struct options *o, const char *word)
{
	char line[1024];

	if (!strcmp(word, "recv"))
		return recv_line(fd, line, sizeof(line));
	if (!strcmp(word, "datagram"))
		return recv_datagram(fd);
	if (!strcmp(word, "end"))
		return recv_end(fd);
	if (!strcmp(word, "echo"))
		return echo(fd);
	if (!strcmp(word, "answer"))
		return rtp_answer(fd);
	if (!strcmp(word, "shutdown"))
		return shutdown(fd, SHUT_WR) ? failed(fd, "shutdown") : 0;
	if (!strcmp(word, "reset"))
		return reset(fd);
	if (!strcmp(word, "quit"))
		exit(0);
	if (!strcmp(word, "wait"))
		return wait_for_stdin();
	if (!strcmp(word, "commands"))
		return commands(fd, o);
	if (!strcmp(word, "info"))
		return report_session(fd), 0;
	if (!strcmp(word, "error"))
		return report_string(fd, "ERROR", TSEC_ERROR), 0;
	return -1;
}

static int run_with_value(int fd, const struct options *o, const char *word,
			  const char *value)
{
	if (!strcmp(word, "send"))
		return send_line(fd, value);
	if (!strcmp(word, "rounds"))
		return rounds(fd, atoi(value));
	if (!strcmp(word, "until"))
		return recv_until(fd, value);
	if (!strcmp(word, "bulk"))
		return bulk_send(fd, o, atoi(value));
	if (!strcmp(word, "check"))
		return bulk_check(fd, atoi(value));
	if (!strcmp(word, "both"))
		return bulk_both(fd, o, atoi(value));
	if (!strcmp(word, "sendfile"))
		return send_file(fd, value);
	if (!strcmp(word, "recvfile"))
		return recv_file(fd, value);
	if (!strcmp(word, "rtp"))
		return rtp_ask(fd, atoi(value), false);
	if (!strcmp(word, "mirror"))
		return rtp_ask(fd, atoi(value), true);
	if (!strcmp(word, "update"))
		return update(fd, atoi(value));
	if (!strcmp(word, "renewed"))
		return wait_renewed(fd, o, atoi(value));
	if (!strcmp(word, "cert"))
		return report_peer_cert(fd, value), 0;
	die("what is \"%s\"?", word);
	return 1;
}

int actions_run(int fd, const struct options *o, char **words)
{
	int bad = 0;

	while (*words && !bad) {
		char *word = *words++;

		bad = run_simple(fd, o, word);
		if (bad >= 0)
			continue;
		if (!*words)
			die("\"%s\" needs a value", word);
		if (!strcmp(word, "export")) {
			if (!words[1] || !words[2])
				die("export needs label, context, length");
			report_export(fd, words[0], strcmp(words[1], "-") ?
				      words[1] : "", atoi(words[2]));
			words += 3;
			bad = 0;
			continue;
		}
		bad = run_with_value(fd, o, word, *words++);
	}
	return bad;
}
