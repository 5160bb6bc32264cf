/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and vectors as TLS writes them (RFC 8446 section 3): big-endian,
 * each vector after its length.
 *
 * A reader or a writer notes the first thing that goes wrong and from then on
 * does nothing, so that it is asked once, at the end.
 */
#ifndef TSECD_WIRE_H
#define TSECD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to read; also a piece of somebody's bytes. */
struct wire_reader {
	const uint8_t *at;
	size_t left;
	bool bad; /* more was read than there is */
};

struct wire_writer {
	uint8_t *data;
	size_t len, size;
	bool full; /* more was written than there is room for */
};

struct wire_reader wire_reader(const void *data, size_t len);

/* A number of up to 8 bytes; 0 if it is not there. */
uint64_t wire_get(struct wire_reader *reader, unsigned int bytes);

/* The next @len bytes; NULL if they are not there. */
const uint8_t *wire_get_data(struct wire_reader *reader, size_t len);

/* A vector after a length of so many bytes; empty if it is not there. */
struct wire_reader wire_get_vector(struct wire_reader *reader,
				   unsigned int length_bytes);

/* Was all of it read, and nothing beyond? */
bool wire_is_read(const struct wire_reader *reader);

/* Is a 16-bit number in a list of them? */
bool wire_has_u16(struct wire_reader list, uint16_t value);

struct wire_writer wire_writer(void *data, size_t size);
void wire_put(struct wire_writer *writer, uint64_t value, unsigned int bytes);
void wire_put_data(struct wire_writer *writer, const void *data, size_t len);

/* Begins a vector; wire_end() then writes its length to where it returned. */
size_t wire_begin(struct wire_writer *writer, unsigned int length_bytes);
void wire_end(struct wire_writer *writer, size_t begun,
	      unsigned int length_bytes);

#endif /* TSECD_WIRE_H */
