/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One server with a certificate of a small authority, both ECDSA P-256, made
 * anew for each run: the same for every contender.
 */
#ifndef BENCH_CREDENTIALS_H
#define BENCH_CREDENTIALS_H

#define CREDENTIALS_CA		"ca.pem"
#define CREDENTIALS_CERT	"cert.pem"
#define CREDENTIALS_KEY		"key.pem"

/* Write the three files into @dir. */
void credentials_write(const char *dir, const char *name);

#endif /* BENCH_CREDENTIALS_H */
