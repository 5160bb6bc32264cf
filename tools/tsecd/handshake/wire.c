// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "wire.h"

struct wire_reader wire_reader(const void *data, size_t len)
{
	return (struct wire_reader){ .at = data, .left = len };
}

const uint8_t *wire_get_data(struct wire_reader *reader, size_t len)
{
	const uint8_t *data = reader->at;

	if (reader->bad || len > reader->left) {
		reader->bad = true;
		return NULL;
	}
	if (len)
		reader->at += len;
	reader->left -= len;
	return data;
}

uint64_t wire_get(struct wire_reader *reader, unsigned int bytes)
{
	const uint8_t *data = wire_get_data(reader, bytes);
	uint64_t value = 0;

	for (unsigned int i = 0; data && i < bytes; i++)
		value = value << 8 | data[i];
	return value;
}

struct wire_reader wire_get_vector(struct wire_reader *reader,
				   unsigned int length_bytes)
{
	size_t len = wire_get(reader, length_bytes);
	const uint8_t *data = wire_get_data(reader, len);

	return wire_reader(data, reader->bad ? 0 : len);
}

bool wire_is_read(const struct wire_reader *reader)
{
	return !reader->bad && !reader->left;
}

bool wire_has_u16(struct wire_reader list, uint16_t value)
{
	while (list.left >= 2)
		if (wire_get(&list, 2) == value)
			return true;
	return false;
}

struct wire_writer wire_writer(void *data, size_t size)
{
	return (struct wire_writer){ .data = data, .size = size };
}

void wire_put_data(struct wire_writer *writer, const void *data, size_t len)
{
	if (writer->full || len > writer->size - writer->len) {
		writer->full = true;
		return;
	}
	if (len)
		memcpy(writer->data + writer->len, data, len);
	writer->len += len;
}

void wire_put(struct wire_writer *writer, uint64_t value, unsigned int bytes)
{
	uint8_t data[8];

	for (unsigned int i = 0; i < bytes; i++)
		data[i] = value >> 8 * (bytes - 1 - i);
	wire_put_data(writer, data, bytes);
}

size_t wire_begin(struct wire_writer *writer, unsigned int length_bytes)
{
	size_t begun = writer->len;

	wire_put(writer, 0, length_bytes);
	return begun;
}

void wire_end(struct wire_writer *writer, size_t begun,
	      unsigned int length_bytes)
{
	size_t len;

	if (writer->full)
		return;
	len = writer->len - begun - length_bytes;
	for (unsigned int i = 0; i < length_bytes; i++)
		writer->data[begun + i] = len >> 8 * (length_bytes - 1 - i);
	/* What its length cannot tell does not fit either. */
	writer->full = len >> 8 * length_bytes;
}
