/* SPDX-License-Identifier: GPL-2.0 */
/* What takes the place of cryptography where the daemon is fuzzed. */
#ifndef TSEC_DAEMON_FUZZ_H
#define TSEC_DAEMON_FUZZ_H

/* Each byte of what proves something: tags, binders, signatures, Finished. */
#define FUZZ_TAG 0xaa

/* Of either end: it has signed itself, for a.example, and is good forever. */
extern const char fuzz_certificate[], fuzz_private_key[];

#endif /* TSEC_DAEMON_FUZZ_H */
