// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../handshake/wire.h"
#include "tap.h"

static void test_reader(void)
{
	static const uint8_t data[] = { 1, 0, 2, 0, 2, 7, 8, 3, 9 };
	struct wire_reader reader = wire_reader(data, sizeof(data));
	struct wire_reader vector;

	ok(wire_get(&reader, 1) == 1 && wire_get(&reader, 2) == 2,
	   "numbers are big-endian");
	vector = wire_get_vector(&reader, 2);
	ok(vector.left == 2 && vector.at == data + 5 && reader.left == 2,
	   "a vector stands after its length");
	ok(!wire_get_vector(&reader, 1).left && reader.bad,
	   "one that is cut off is bad");
	ok(!wire_get(&reader, 1) && !wire_is_read(&reader),
	   "... and so is all that follows");
	reader = wire_reader(data, 2);
	wire_get(&reader, 2);
	ok(wire_is_read(&reader), "all of it was read");
	ok(wire_has_u16(wire_reader(data + 1, 4), 2) &&
		   !wire_has_u16(wire_reader(data + 1, 4), 0x0200) &&
		   !wire_has_u16(wire_reader(NULL, 0), 0),
	   "a number in a list");
}

static void test_writer(void)
{
	uint8_t room[8];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	size_t begun;

	wire_put(&writer, 0x1234, 2);
	begun = wire_begin(&writer, 1);
	wire_put_data(&writer, "abc", 3);
	wire_end(&writer, begun, 1);
	ok(!writer.full && writer.len == 6 &&
		   !memcmp(room, "\x12\x34\x03" "abc", 6),
	   "a vector gets its length when it ends");
	wire_put(&writer, 0, 3);
	ok(writer.full && writer.len == 6, "what does not fit is not written");
	wire_put(&writer, 0, 1);
	ok(writer.full && writer.len == 6, "... nor is anything after it");
}

static void test_length(void)
{
	uint8_t room[300] = { 0 };
	struct wire_writer writer = wire_writer(room, sizeof(room));
	size_t begun = wire_begin(&writer, 1);

	writer.len += 256;
	wire_end(&writer, begun, 1);
	ok(writer.full, "a vector is no longer than its length can tell");
}

int main(void)
{
	test_reader();
	test_writer();
	test_length();
	return done_testing();
}
