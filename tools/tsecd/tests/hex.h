/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes of vectors, as texts. */
#ifndef TSECD_TESTS_HEX_H
#define TSECD_TESTS_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes; the program ends if they are not hexadecimal or too many. */
size_t unhex(const char *text, uint8_t *data, size_t size);

/* The same, of just so many. */
void hex_read(uint8_t *to, const char *hex, size_t len);

/* Are these the bytes of a text? */
bool is_hex(const void *data, size_t len, const char *text);

#endif /* TSECD_TESTS_HEX_H */
