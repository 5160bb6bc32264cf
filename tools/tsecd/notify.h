/* SPDX-License-Identifier: GPL-2.0 */
/* Tells the service manager how the daemon is (see sd_notify(3)). */
#ifndef TSECD_NOTIFY_H
#define TSECD_NOTIFY_H

/* Remembers NOTIFY_SOCKET; must come before the sandbox. */
void notify_open(void);

/* e.g. "READY=1"; does nothing when no manager asked to be told. */
void notify_send(const char *state);

/* "RELOADING=1" with the time stamp that it needs. */
void notify_reloading(void);

#endif /* TSECD_NOTIFY_H */
