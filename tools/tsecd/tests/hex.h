/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes of test vectors, written as hexadecimal digits. */
#ifndef TSECD_TESTS_HEX_H
#define TSECD_TESTS_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads @len bytes; ends the test if there are not just as many. */
void hex_read(uint8_t *to, const char *hex, size_t len);
bool hex_is(const uint8_t *data, size_t len, const char *hex);

#endif /* TSECD_TESTS_HEX_H */
