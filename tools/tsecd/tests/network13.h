/* SPDX-License-Identifier: GPL-2.0 */
/* Networks of DTLS 1.3, whose clock goes as the test says: see clock.h. */
#ifndef TSECD_TESTS_NETWORK13_H
#define TSECD_TESTS_NETWORK13_H

#include "../handshake/dtls13.h"
#include "network.h"

/* Of a message that is alone in a datagram in the clear. */
#define AT_BODY (DTLS13_PLAIN_HEADER + DTLS13_MESSAGE_HEADER)

/* Two ends that have not begun yet, and speak no other version. */
void network13_begin(struct network *net);

/* The answer of a kernel to a client's hello: it asks for this cookie. */
void network13_retry(struct network *net, uint16_t suite,
		     struct wire_reader cookie);

/* Until both are over, and until the server's ticket has come as well. */
void network13_run_on(struct network *net);

/* Until the server is over, and what it has sent last is under way. */
void network13_run_server(struct network *net);

/* Both ends know that they have resumed a session. */
bool network13_is_resumed(const struct network *net);

#endif /* TSECD_TESTS_NETWORK13_H */
