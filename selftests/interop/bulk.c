// SPDX-License-Identifier: GPL-2.0
/*
 * A stream of bytes that is nowhere the same and that each end makes for
 * itself: what arrives is compared byte for byte without being stored.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"

#define MEGABYTE (1ULL << 20)

struct pattern {
	uint64_t state;
	uint64_t word;
	unsigned int left;	/* bytes of the word not yet given */
};

static const struct pattern pattern_start = { .state = 0x7473656354534543 };

/* xorshift64* */
static uint64_t pattern_word(struct pattern *p)
{
	p->state ^= p->state >> 12;
	p->state ^= p->state << 25;
	p->state ^= p->state >> 27;
	return p->state * 0x2545f4914f6cdd1d;
}

static void pattern_fill(struct pattern *p, uint8_t *bytes, size_t len)
{
	while (len) {
		if (!p->left && len >= 8) {
			uint64_t word = pattern_word(p);

			memcpy(bytes, &word, 8);
			bytes += 8;
			len -= 8;
			continue;
		}
		if (!p->left) {
			p->word = pattern_word(p);
			p->left = 8;
		}
		*bytes++ = p->word >> (8 * (8 - p->left--));
		len--;
	}
}

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len -= n;
	}
	return true;
}

static bool update_key(int fd, const struct options *o)
{
	return !setsockopt(fd, SOL_TSEC, TSEC_KEY_UPDATE, &o->update_value,
			   sizeof(o->update_value));
}

int bulk_send(int fd, const struct options *o, uint64_t megabytes)
{
	uint64_t left = megabytes * MEGABYTE;
	struct pattern p = pattern_start;
	uint8_t bytes[LINE_MAX_LEN];
	int writes = 0;

	while (left) {
		size_t n = left < (uint64_t)o->write_size ? left :
			   (uint64_t)o->write_size;

		pattern_fill(&p, bytes, n);
		if (!write_all(fd, bytes, n)) {
			report_failure(fd, "bulk", errno);
			return 1;
		}
		left -= n;
		if (o->update_every && ++writes % o->update_every == 0 &&
		    !update_key(fd, o)) {
			report_failure(fd, "update", errno);
			return 1;
		}
	}
	if (fd != STDOUT_FILENO)
		say("SENT %llu", (unsigned long long)megabytes);
	return 0;
}

static uint64_t first_difference(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return i;
}

int bulk_check(int fd, uint64_t megabytes)
{
	uint64_t done = 0, all = megabytes * MEGABYTE, at;
	uint8_t bytes[LINE_MAX_LEN], right[LINE_MAX_LEN];
	struct pattern p = pattern_start;
	ssize_t n;

	for (; done < all; done += n) {
		n = sizeof(bytes);
		if (all - done < sizeof(bytes))
			n = all - done;
		n = read(fd, bytes, n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			report_failure(fd, n ? "check" : "check-end",
				       n ? errno : 0);
			return 1;
		}
		pattern_fill(&p, right, n);
		at = first_difference(bytes, right, n);
		if (at < (uint64_t)n) {
			say("DIFFERENT at byte %llu",
			    (unsigned long long)(done + at));
			return 1;
		}
	}
	say("SAME %llu", (unsigned long long)megabytes);
	return 0;
}

/* Both directions at once, so that their records meet. */
int bulk_both(int fd, const struct options *o, uint64_t megabytes)
{
	pid_t parent = getpid(), child = fork();
	int status;

	if (child < 0)
		die("fork: %s", strerror(errno));
	if (!child) {
		die_with_parent(parent);
		_exit(bulk_send(fd, o, megabytes));
	}
	status = bulk_check(fd, megabytes);
	if (waitpid(child, &child, 0) < 0)
		return 1;
	return status | (child != 0);
}
