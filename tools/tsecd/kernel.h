/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's place in the kernel: its registration, and the notifications
 * of pending handshakes.  Requests of a handshake go over its worker's handle.
 */
#ifndef TSECD_KERNEL_H
#define TSECD_KERNEL_H

#include <event2/event.h>

#include "config.h"

/* Registers; 0 or a negative errno, with what went wrong logged. */
int kernel_open(void);

/* Creates the configured profiles, or changes those that exist. */
void kernel_put_profiles(const struct config *config);

/* Tells the workers of handshakes from now on, and of those that wait. */
int kernel_listen(struct event_base *base);

/* Takes no further handshakes; the registration stays until kernel_close. */
void kernel_stop_listening(void);
void kernel_close(void);

#endif /* TSECD_KERNEL_H */
