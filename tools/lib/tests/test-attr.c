// SPDX-License-Identifier: GPL-2.0
/* Structs to attributes and back, and messages that are not what they say. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "tap.h"

#define ROOM	(128 * 1024)

static char buf[ROOM] __attribute__((aligned(8)));

static struct nlmsghdr *message(uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	return nlh;
}

static void fill(const struct layout *layout, char *info)
{
	for (unsigned int i = 0; i < layout->n_fields; i++) {
		const struct field *field = &layout->fields[i];

		*(uint64_t *)info |= 1ULL << field->attr;
		switch (field->kind) {
		case FIELD_FLAG:
			info[field->offset] = 1;
			break;
		case FIELD_STRING:
			snprintf(info + field->offset, field->size, "%s-%u",
				 layout->name, i);
			break;
		case FIELD_BLOB:
			*(struct tsec_blob *)(info + field->offset) =
				(struct tsec_blob) { "blob", 4 };
			break;
		case FIELD_ADDR:
			((union tsec_addr *)(info + field->offset))->in =
				(struct sockaddr_in) { .sin_family = AF_INET,
						       .sin_port = i };
			break;
		case FIELD_CIPHERS:
			((struct tsec_profile_info *)info)->n_ciphers = 3;
			memset(info + field->offset, 1, 6);
			break;
		case FIELD_NEST:
			fill(field->nest, info + field->offset);
			break;
		default:
			memset(info + field->offset, i + 1, field->size);
		}
	}
}

/* Blobs are compared by what they point at, then made equal. */
static void settle_blobs(const struct layout *layout, char *a, char *b)
{
	for (unsigned int i = 0; i < layout->n_fields; i++) {
		const struct field *field = &layout->fields[i];
		struct tsec_blob *x = (void *)(a + field->offset);
		struct tsec_blob *y = (void *)(b + field->offset);

		if (field->kind == FIELD_NEST)
			settle_blobs(field->nest, a + field->offset,
				     b + field->offset);
		if (field->kind == FIELD_BLOB && x->len == y->len &&
		    !memcmp(x->data, y->data, x->len))
			*y = *x;
	}
}

static void test_round(const struct layout *layout)
{
	char *sent = calloc(1, layout->size), *got = calloc(1, layout->size);
	struct nlmsghdr *nlh = message(1);

	fill(layout, sent);
	is_int(tsec_build(nlh, ROOM, layout, sent), 0, layout->name);
	is_int(tsec_parse(nlh, layout, got), 0, "is read back");
	settle_blobs(layout, sent, got);
	ok(!memcmp(sent, got, layout->size), "%s is the same", layout->name);
	free(sent);
	free(got);
}

/*
 * Every length short of the whole is parsed or refused, never read past.  The
 * room is aligned, as in the library's own buffer.
 */
static void test_truncated(void)
{
	struct tsec_session_info info = { 0 };
	struct nlmsghdr *nlh = message(TSEC_CMD_SESSION_GET);
	struct nlmsghdr *copy;
	size_t whole;

	fill(&tsec_session_layout, (char *)&info);
	tsec_build(nlh, ROOM, &tsec_session_layout, &info);
	whole = nlh->nlmsg_len;
	for (size_t len = NLMSG_HDRLEN; len < whole; len++) {
		copy = calloc(1, MNL_ALIGN(len));
		memcpy(copy, nlh, len);
		copy->nlmsg_len = len;
		tsec_parse(copy, &tsec_session_layout, &info);
		free(copy);
	}
	ok(true, "%zu truncated messages", whole - NLMSG_HDRLEN);
}

static void put_one(struct nlmsghdr *nlh, uint16_t nest, uint16_t attr,
		    const void *data, size_t len)
{
	struct nlattr *start = mnl_attr_nest_start(nlh, nest);

	mnl_attr_put(nlh, attr, len, data);
	mnl_attr_nest_end(nlh, start);
}

static void test_bad(void)
{
	static const char longest[70] = "x";
	struct tsec_session_info info;
	struct nlmsghdr *nlh = message(TSEC_CMD_SESSION_GET);

	is_int(tsec_parse(nlh, &tsec_session_layout, &info), -ENODATA,
	       "a message without the object");
	put_one(nlh, TSEC_A_SESSION, TSEC_A_SESSION_ID, "xy", 2);
	is_int(tsec_parse(nlh, &tsec_session_layout, &info), -EBADMSG,
	       "a number that is too short");
	nlh = message(TSEC_CMD_SESSION_GET);
	put_one(nlh, TSEC_A_SESSION, TSEC_A_SESSION_LOCAL, longest, 8);
	is_int(tsec_parse(nlh, &tsec_session_layout, &info), -EBADMSG,
	       "an address that is too short");
	nlh = message(TSEC_CMD_SESSION_GET);
	put_one(nlh, TSEC_A_SESSION, 63, longest, 8);
	is_int(tsec_parse(nlh, &tsec_session_layout, &info), 0,
	       "an attribute of a newer kernel is skipped");
	is_int(info.have, 0, "and leaves no bit");
}

static void test_long_string(void)
{
	struct tsec_session_info info;
	struct nlmsghdr *nlh = message(TSEC_CMD_SESSION_GET);
	char name[TSEC_PROFILE_NAME_MAX + 2];

	memset(name, 'a', sizeof(name));
	put_one(nlh, TSEC_A_SESSION, TSEC_A_SESSION_PROFILE, name,
		TSEC_PROFILE_NAME_MAX);
	is_int(tsec_parse(nlh, &tsec_session_layout, &info), 0,
	       "the longest name, not terminated");
	is_int(strlen(info.profile), TSEC_PROFILE_NAME_MAX, "is taken whole");
	nlh = message(TSEC_CMD_SESSION_GET);
	put_one(nlh, TSEC_A_SESSION, TSEC_A_SESSION_PROFILE, name,
		TSEC_PROFILE_NAME_MAX + 1);
	is_int(tsec_parse(nlh, &tsec_session_layout, &info), -EBADMSG,
	       "one byte more is refused");
}

static void test_merge(void)
{
	struct tsec_handshake_info info;
	struct nlmsghdr *nlh = message(TSEC_CMD_HANDSHAKE_ACCEPT);
	static char pem[60000];
	uint32_t id = 7;

	put_one(nlh, TSEC_A_HANDSHAKE, TSEC_A_HANDSHAKE_SESSION, &id, 4);
	put_one(nlh, TSEC_A_HANDSHAKE, TSEC_A_HANDSHAKE_CERT, pem, 60000);
	put_one(nlh, TSEC_A_HANDSHAKE, TSEC_A_HANDSHAKE_TRUST, pem, 50000);
	is_int(tsec_parse(nlh, &tsec_handshake_layout, &info), 0,
	       "an object in several nests");
	ok(info.session == 7 && info.cert.len == 60000 &&
	   info.trust.len == 50000, "is put together");
}

static void test_too_long(void)
{
	static char der[NL_NEST_MAX + 1];
	struct tsec_handshake_info info = {
		.have = TSEC_HAS(HANDSHAKE_PEER_CERT),
		.peer_cert = { der, sizeof(der) },
	};

	is_int(tsec_build(message(1), ROOM, &tsec_handshake_layout, &info),
	       -EMSGSIZE, "a blob that no attribute can hold");
	info.peer_cert.len = 65000;
	is_int(tsec_build(message(1), 60000, &tsec_handshake_layout, &info),
	       -EMSGSIZE, "a buffer that is too small");
	tsec_set_str(&info, HANDSHAKE_ERROR, error, "x");
	info.peer_cert.len = 0xffff - 4;
	is_int(tsec_build(message(1), ROOM, &tsec_handshake_layout, &info),
	       -EMSGSIZE, "a nest that is too long");
}

int main(void)
{
	test_round(&tsec_daemon_layout);
	test_round(&tsec_handshake_layout);
	test_round(&tsec_key_layout);
	test_round(&tsec_session_layout);
	test_round(&tsec_profile_layout);
	test_round(&tsec_stats_layout);
	test_truncated();
	test_bad();
	test_long_string();
	test_merge();
	test_too_long();
	return done_testing();
}
