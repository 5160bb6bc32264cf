/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tsecd gives up for good: root, capabilities, new privileges, core
 * files, and every system call that it has no use for.
 */
#ifndef TSECD_SANDBOX_H
#define TSECD_SANDBOX_H

/* Before there are threads.  @user is taken only by a daemon that is root. */
int sandbox_drop_privileges(const char *user);

/* As many descriptors as the process may have: each handshake needs one. */
void sandbox_raise_limits(void);

/* seccomp.c: a filter on all threads, after they have started. */
int sandbox_filter(void);

#endif /* TSECD_SANDBOX_H */
