// SPDX-License-Identifier: GPL-2.0
/*
 * The harness: runs tests, each in a process of its own, and reports in TAP.
 */
#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

enum {
	KILL_SECONDS	= 5,		/* for a killed test to go away */
	REASON_MAX	= 160,
	VARIANTS_MAX	= 64,
};

static struct harness_test *tests, **tests_end = &tests;

/* State of the test that runs in this process. */
static const char *current = "";
static pid_t test_pid;
static bool failed;
static jmp_buf leave;
static char *reason;			/* of a skip; shared with the parent */

static const char *only_test, *only_variant;
static bool all_variants;
static int share = 1;			/* one variant of so many */

void harness_variant_add(struct harness_fixture *fixture,
			 struct harness_variant *variant)
{
	struct harness_variant **end = &fixture->variants;

	while (*end)
		end = &(*end)->next;
	*end = variant;
}

void harness_test_add(struct harness_test *test)
{
	*tests_end = test;
	tests_end = &test->next;
}

void __attribute__((weak)) harness_prepare(void)
{
}

static void fail(bool fatal)
{
	failed = true;
	if (getpid() != test_pid) {
		fflush(stdout);
		_exit(HARNESS_FAIL);
	}
	if (fatal)
		longjmp(leave, HARNESS_FAIL);
}

void harness_failed(const char *file, int line, const char *what,
		    intmax_t a, intmax_t b, bool fatal)
{
	int err = errno;

	printf("# %s: %s:%d: expected %s: %jd, %jd (errno %d: %s)\n", current,
	       file, line, what, a, b, err, strerror(err));
	fail(fatal);
}

void harness_failed_str(const char *file, int line, const char *what,
			const char *a, const char *b, bool fatal)
{
	printf("# %s: %s:%d: expected %s: \"%s\", \"%s\"\n", current, file,
	       line, what, a, b);
	fail(fatal);
}

void harness_note(const char *fmt, ...)
{
	va_list args;

	printf("# %s: ", current);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

static void end_as(int result, const char *why)
{
	snprintf(reason, REASON_MAX, "%s", why);
	fflush(stdout);
	_exit(result);
}

void harness_skip(const char *why)
{
	end_as(HARNESS_SKIP, why);
	__builtin_unreachable();
}

void harness_other(const char *why)
{
	end_as(HARNESS_OTHER, why);
	__builtin_unreachable();
}

/* After a failure the teardown still runs, and may fail as well. */
static int child(struct harness_test *test, const void *variant)
{
	void *self = calloc(1, test->size ? test->size : 1);

	if (!self)
		return HARNESS_FAIL;
	test_pid = getpid();
	if (!setjmp(leave)) {
		test->setup(self, variant);
		if (!failed)
			test->body(self, variant);
	}
	if (!setjmp(leave))
		test->teardown(self, variant);
	free(self);
	return failed ? HARNESS_FAIL : HARNESS_PASS;
}

/* Wait for a process, not longer than so many seconds. */
static bool reaped(pid_t pid, int seconds, int *status)
{
	struct timespec now, end, left;
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	while (waitpid(pid, status, WNOHANG) != pid) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec)
			return false;
		left = (struct timespec){ .tv_sec = 0, .tv_nsec = 200000000 };
		sigtimedwait(&chld, NULL, &left);
	}
	return true;
}

static int outcome(pid_t pid, const struct harness_test *test)
{
	int status;

	if (!reaped(pid, test->seconds, &status)) {
		printf("# %s: no end within %d seconds\n", current,
		       test->seconds);
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
		if (!reaped(pid, KILL_SECONDS, &status))
			printf("# %s: cannot be killed\n", current);
		return HARNESS_FAIL;
	}
	/* What the test left behind. */
	kill(-pid, SIGKILL);
	if (WIFSIGNALED(status)) {
		printf("# %s: killed by signal %d (%s)\n", current,
		       WTERMSIG(status), strsignal(WTERMSIG(status)));
		return HARNESS_FAIL;
	}
	return WEXITSTATUS(status);
}

static int run(struct harness_test *test, const void *variant)
{
	sigset_t none;
	pid_t pid;

	*reason = '\0';
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return HARNESS_FAIL;
	if (!pid) {
		setpgid(0, 0);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		exit(child(test, variant));
	}
	setpgid(pid, pid);
	return outcome(pid, test);
}

static bool wanted(const char *pattern, const char *name)
{
	return !pattern || !strcmp(pattern, name);
}

/* Whether there was something to do. */
typedef bool visit_fn(struct harness_test *test, const void *variant);

static bool visit(struct harness_test *test,
		  const struct harness_variant *variant, visit_fn *fn)
{
	static char name[128];

	snprintf(name, sizeof(name), "%s.%s",
		 variant ? variant->name : test->fixture->name, test->name);
	current = name;
	return fn(test, variant ? variant->value : NULL);
}

static bool variant_wanted(const struct harness_variant *variant)
{
	if (only_variant)
		return wanted(only_variant, variant->name);
	return all_variants || !variant->extra;
}

static int variants_wanted(const struct harness_fixture *fixture,
			   const struct harness_variant **list)
{
	const struct harness_variant *variant;
	int n = 0;

	for (variant = fixture->variants; variant; variant = variant->next)
		if (variant_wanted(variant) && n < VARIANTS_MAX)
			list[n++] = variant;
	return n;
}

static void not_applicable(void)
{
	printf("# does not apply: %s: %s\n", current, reason);
}

/* One of these variants: the first one, counted from this turn's, that has
 * something to test.
 */
static void visit_one(struct harness_test *test, int turn, visit_fn *fn,
		      const struct harness_variant **list, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (visit(test, list[(turn + i) % n], fn))
			return;
	not_applicable();
}

static void visit_variants(struct harness_test *test, int turn, visit_fn *fn)
{
	const struct harness_variant *list[VARIANTS_MAX];
	int i, n = variants_wanted(test->fixture, list);

	for (i = 0; i < n; i += share)
		visit_one(test, turn, fn, &list[i],
			  n - i < share ? n - i : share);
}

static void each(visit_fn *fn)
{
	struct harness_test *test;
	int turn = 0;

	for (test = tests; test; test = test->next, turn++) {
		if (!wanted(only_test, test->name))
			continue;
		if (test->fixture->variants)
			visit_variants(test, turn, fn);
		else if (wanted(only_variant, test->fixture->name) &&
			 !visit(test, NULL, fn))
			not_applicable();
	}
}

static int planned, number, passes, failures, skips;

static bool count(struct harness_test *test, const void *variant)
{
	(void)test;
	(void)variant;
	planned++;
	return true;
}

static bool list(struct harness_test *test, const void *variant)
{
	(void)test;
	(void)variant;
	printf("%s\n", current);
	return true;
}

static bool run_one(struct harness_test *test, const void *variant)
{
	int result = run(test, variant);

	if (result == HARNESS_OTHER)
		return false;
	number++;
	switch (result) {
	case HARNESS_PASS:
		passes++;
		printf("ok %d %s\n", number, current);
		break;
	case HARNESS_SKIP:
		skips++;
		printf("ok %d %s # SKIP %s\n", number, current, reason);
		break;
	default:
		failures++;
		printf("not ok %d %s\n", number, current);
	}
	fflush(stdout);
	return true;
}

static void usage(const char *program, FILE *to)
{
	fprintf(to, "Usage: %s [-al] [-s N] [-t TEST] [-v VARIANT]\n"
		"  -a    all variants, also those that differ in nothing that\n"
		"        the others do not have as well\n"
		"  -l    list the tests, do not run them\n"
		"  -s N  each test in one of N variants, by turns\n", program);
}

static bool parse(int argc, char **argv)
{
	bool listing = false;
	int c;

	while ((c = getopt(argc, argv, "ahls:t:v:")) != -1) {
		switch (c) {
		case 'a':
			all_variants = true;
			break;
		case 'l':
			listing = true;
			break;
		case 's':
			share = atoi(optarg);
			break;
		case 't':
			only_test = optarg;
			break;
		case 'v':
			only_variant = optarg;
			break;
		default:
			usage(argv[0], c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
	}
	if (share < 1) {
		usage(argv[0], stderr);
		exit(2);
	}
	return listing;
}

int main(int argc, char **argv)
{
	bool listing = parse(argc, argv);
	sigset_t chld;

	if (listing) {
		each(list);
		return 0;
	}
	/* What a test says must be seen even if it is killed. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	reason = mmap(NULL, REASON_MAX, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reason == MAP_FAILED)
		return HARNESS_FAIL;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	harness_prepare();

	each(count);
	printf("TAP version 13\n");
	each(run_one);
	printf("1..%d\n", number);
	printf("# pass:%d fail:%d skip:%d\n", passes, failures, skips);
	return failures || !planned ? HARNESS_FAIL : HARNESS_PASS;
}
