// SPDX-License-Identifier: GPL-2.0
/*
 * The filter of system calls.  What is not listed ends the process: whoever
 * has made the daemon do something else must not get to the next step.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"

#define NAMES_MAX 512

/* Looked up before the filter is on: a signal handler cannot. */
static char *names[NAMES_MAX];

static const int allowed[] = {
	/* the channel, netlink, files, log */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(getsockname),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(close),
	SCMP_SYS(fstat),
	SCMP_SYS(stat),
	SCMP_SYS(statx),
	SCMP_SYS(newfstatat),
	SCMP_SYS(lseek),
	SCMP_SYS(fcntl),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(getdents64),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	/* the event loop */
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	/* memory and threads */
	SCMP_SYS(brk),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(mprotect),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(restart_syscall),
	/* time, chance, itself */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(getrandom),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getrusage),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(tgkill),
};

static const char *name_of(int number)
{
	const char *name = NULL;

	if (number >= 0 && number < NAMES_MAX)
		name = names[number];
	return name ? name : "of an unknown name";
}

static size_t append(char *text, size_t used, size_t size, const char *more)
{
	while (*more && used + 1 < size)
		text[used++] = *more++;
	return used;
}

static void on_refused(int signal, siginfo_t *info, void *context)
{
	char text[128];
	size_t len = append(text, 0, sizeof(text), "tsecd: system call ");

	(void)signal;
	(void)context;
	len = append(text, len, sizeof(text), name_of(info->si_syscall));
	len = append(text, len, sizeof(text),
		     " is not allowed by the sandbox: ending\n");
	log_emergency(text, len);
	_exit(EXIT_FAILURE);
}

static int catch_refused(void)
{
	struct sigaction action = {
		.sa_sigaction = on_refused,
		.sa_flags = SA_SIGINFO,
	};

	for (int i = 0; i < NAMES_MAX; i++)
		names[i] =
			seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);
	sigfillset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) < 0 ? -errno : 0;
}

static int allow_plain(scmp_filter_ctx filter)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && !err;
	     i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	return err;
}

/* Files are read, never written; sockets are netlink's and the log's. */
static int allow_narrowly(scmp_filter_ctx filter)
{
	int err = 0;

#ifdef TSECD_KEYLOG
	err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 0);
#endif
	if (!err)
		err = seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ,
				O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
	/* A file that is parsed might have been a terminal. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
				       1, SCMP_A1(SCMP_CMP_EQ, TCGETS));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket),
				       1, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket),
				       1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	return err;
}

int sandbox_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int err = filter ? catch_refused() : -ENOMEM;

	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	/* A binary tree: what is called most must not cost a long search. */
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!err)
		err = allow_plain(filter);
	if (!err)
		err = allow_narrowly(filter);
	if (!err)
		err = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	if (err)
		log_error("cannot set up the filter of system calls: %s",
			  strerror(-err));
	return err;
}
