/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's side of the interface, in this process: takes the place of
 * the netlink half of libtsec, so that workers run as they do in earnest.
 */
#ifndef TSECD_TESTS_FAKE_KERNEL_H
#define TSECD_TESTS_FAKE_KERNEL_H

#include <tsec.h>

#define FAKE_SESSIONS_MAX 4096

struct fake_session {
	struct tsec_handshake_info info;
	unsigned int keys;
	bool finished;
	uint32_t status;
	char error[TSEC_ERROR_MAX + 1];
	uint8_t resumed;
};

/* Makes a handshake pending and tells the workers; its session number. */
uint32_t fake_pend(const struct tsec_handshake_info *info);

/* Waits until a session's handshake is finished; NULL after @ms. */
const struct fake_session *fake_wait(uint32_t session, unsigned int ms);

/* Forgets all sessions. */
void fake_reset(void);

#endif /* TSECD_TESTS_FAKE_KERNEL_H */
