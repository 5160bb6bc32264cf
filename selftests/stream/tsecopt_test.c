// SPDX-License-Identifier: GPL-2.0
/*
 * Options at level SOL_TSEC.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

FIXTURE(tsecopt) {
	struct pair pair;
	int fd;				/* not connected */
	char strict[64];		/* a profile that demands much */
};
KIND_VARIANT(tsecopt);
KINDS_ADD_IN_TURN(tsecopt);

static void strict_make(struct tsec_nl *nl, char *name, size_t size)
{
	struct tsec_profile_info info = { .have = 0 };

	snprintf(name, size, "strict%d", getpid());
	tsec_set_str(&info, PROFILE_NAME, name, name);
	tsec_set(&info, PROFILE_VERSION_MIN, version_min,
		 TSEC_VERSION_TLS_1_3);
	info.ciphers[0] = TSEC_CIPHER_AES_256_GCM;
	info.n_ciphers = 1;
	info.have |= TSEC_HAS(PROFILE_CIPHERS);
	tsec_set(&info, PROFILE_VERIFY, verify, TSEC_VERIFY_REQUIRE);
	tsec_set(&info, PROFILE_SESSION_CACHE, session_cache, 2);
	tsec_set_str(&info, PROFILE_TRUST, trust, "/etc/ca.pem");
	ASSERT_EQ(tsec_profile_new(nl, &info), 0);
}

FIXTURE_SETUP(tsecopt)
{
	pair_make(&self->pair, &variant->kind);
	self->fd = tsec_socket(NULL, 0);
	strict_make(self->pair.link.nl, self->strict, sizeof(self->strict));
}

FIXTURE_TEARDOWN(tsecopt)
{
	close(self->fd);
	if (self->pair.link.nl)
		tsec_profile_del(self->pair.link.nl, self->strict);
	pair_end(&self->pair);
}

static char text[70000];

static int set_str(int fd, int name, const char *value)
{
	return setsockopt(fd, SOL_TSEC, name, value, strlen(value));
}

static int set_int(int fd, int name, int value)
{
	return setsockopt(fd, SOL_TSEC, name, &value, sizeof(value));
}

static const char *get_str(int fd, int name)
{
	static char value[2000];
	socklen_t len = sizeof(value);

	ASSERT_EQ(getsockopt(fd, SOL_TSEC, name, value, &len), 0);
	ASSERT_GT(len, 0);
	ASSERT_EQ(value[len - 1], '\0');
	return value;
}

static void unset(int fd, int name)
{
	socklen_t len = sizeof(text);

	EXPECT_ERR(getsockopt(fd, SOL_TSEC, name, text, &len), ENOPROTOOPT);
}

/* Too long by one is refused, the longest is taken and comes back. */
static void string_limits(int fd, int name, size_t max)
{
	memset(text, 'x', max + 2);
	EXPECT_ERR(setsockopt(fd, SOL_TSEC, name, text, max + 1), EINVAL);
	EXPECT_ERR(setsockopt(fd, SOL_TSEC, name, text, max + 2), EINVAL);
	EXPECT_ERR(setsockopt(fd, SOL_TSEC, name, NULL, 4), EFAULT);
	ASSERT_EQ(setsockopt(fd, SOL_TSEC, name, text, max), 0);
	EXPECT_EQ(strlen(get_str(fd, name)), max);
}

TEST_F(tsecopt, profile)
{
	EXPECT_STREQ(get_str(self->fd, TSEC_PROFILE), "default");
	ASSERT_EQ(set_str(self->fd, TSEC_PROFILE, self->pair.link.client), 0);
	EXPECT_STREQ(get_str(self->fd, TSEC_PROFILE), self->pair.link.client);
	EXPECT_ERR(set_str(self->fd, TSEC_PROFILE, "unknown"), ENOKEY);
	EXPECT_STREQ(get_str(self->fd, TSEC_PROFILE), self->pair.link.client);
	ASSERT_EQ(set_str(self->fd, TSEC_PROFILE, "default"), 0);
	ASSERT_EQ(set_str(self->fd, TSEC_PROFILE, ""), 0);
	EXPECT_STREQ(get_str(self->fd, TSEC_PROFILE), "default");
	memset(text, 'x', 100);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PROFILE, text, 64),
		   EINVAL);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PROFILE, text, 63),
		   ENOKEY);
	EXPECT_STREQ(get_str(self->pair.a, TSEC_PROFILE),
		     self->pair.link.client);
}

/* With its zero or without, it is the same string. */
TEST_F(tsecopt, strings_with_a_zero)
{
	ASSERT_EQ(setsockopt(self->fd, SOL_TSEC, TSEC_PEER_NAME, "host", 5),
		  0);
	EXPECT_STREQ(get_str(self->fd, TSEC_PEER_NAME), "host");
	ASSERT_EQ(setsockopt(self->fd, SOL_TSEC, TSEC_PEER_NAME, "a\0b", 3),
		  0);
	EXPECT_STREQ(get_str(self->fd, TSEC_PEER_NAME), "a");
}

TEST_F(tsecopt, peer_name)
{
	EXPECT_STREQ(get_str(self->fd, TSEC_PEER_NAME), "");
	ASSERT_EQ(set_str(self->fd, TSEC_PEER_NAME, "example.org"), 0);
	EXPECT_STREQ(get_str(self->fd, TSEC_PEER_NAME), "example.org");
	string_limits(self->fd, TSEC_PEER_NAME, TSEC_PEER_NAME_MAX);
	ASSERT_EQ(set_str(self->fd, TSEC_PEER_NAME, ""), 0);
	EXPECT_STREQ(get_str(self->fd, TSEC_PEER_NAME), "");
}

TEST_F(tsecopt, alpn)
{
	ASSERT_EQ(set_str(self->fd, TSEC_ALPN, "h2,http/1.1"), 0);
	EXPECT_STREQ(get_str(self->fd, TSEC_ALPN), "h2,http/1.1");
	string_limits(self->fd, TSEC_ALPN, TSEC_ALPN_MAX);
	/* After the connection: the one agreed on; here there is none. */
	EXPECT_STREQ(get_str(self->pair.a, TSEC_ALPN), "");
}

TEST_F(tsecopt, versions)
{
	ASSERT_EQ(set_int(self->fd, TSEC_VERSION_MIN, TSEC_VERSION_TLS_1_3),
		  0);
	EXPECT_EQ(option_int(self->fd, SOL_TSEC, TSEC_VERSION_MIN),
		  TSEC_VERSION_TLS_1_3);
	/* Nothing would be left between them. */
	EXPECT_ERR(set_int(self->fd, TSEC_VERSION_MAX, TSEC_VERSION_TLS_1_2),
		   EPROTONOSUPPORT);
	ASSERT_EQ(set_int(self->fd, TSEC_VERSION_MIN, TSEC_VERSION_TLS_1_2),
		  0);
	ASSERT_EQ(set_int(self->fd, TSEC_VERSION_MAX, TSEC_VERSION_TLS_1_2),
		  0);
	EXPECT_EQ(option_int(self->fd, SOL_TSEC, TSEC_VERSION_MAX),
		  TSEC_VERSION_TLS_1_2);
	EXPECT_ERR(set_int(self->fd, TSEC_VERSION_MIN, 0x0301), EINVAL);
	EXPECT_ERR(set_int(self->fd, TSEC_VERSION_MAX, 0x0305), EINVAL);
	EXPECT_ERR(set_int(self->fd, TSEC_VERSION_MAX, -1), EINVAL);
	EXPECT_ERR(set_int(self->fd, TSEC_VERSION_MAX, 0x10303), EINVAL);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_VERSION_MAX, "x", 1),
		   EINVAL);
}

TEST_F(tsecopt, ciphers)
{
	uint16_t two[] = { TSEC_CIPHER_CHACHA20_POLY1305,
			   TSEC_CIPHER_AES_128_GCM };
	uint16_t bad[] = { TSEC_CIPHER_AES_128_GCM, 9 };
	uint16_t twice[] = { 1, 1 }, many[] = { 1, 2, 3, 1 }, got[8];
	socklen_t len = sizeof(got);

	ASSERT_EQ(setsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, two,
			     sizeof(two)), 0);
	ASSERT_EQ(getsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, got, &len), 0);
	ASSERT_EQ(len, sizeof(two));
	EXPECT_MEMEQ(got, two, len);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, bad,
			      sizeof(bad)), EINVAL);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, twice,
			      sizeof(twice)), EINVAL);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, many,
			      sizeof(many)), EINVAL);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, two, 3),
		   EINVAL);
	ASSERT_EQ(setsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, two, 0), 0);
}

TEST_F(tsecopt, verify)
{
	int v;

	for (v = TSEC_VERIFY_NONE; v <= TSEC_VERIFY_REQUIRE; v++) {
		ASSERT_EQ(set_int(self->fd, TSEC_VERIFY, v), 0);
		EXPECT_EQ(option_int(self->fd, SOL_TSEC, TSEC_VERIFY), v);
	}
	EXPECT_ERR(set_int(self->fd, TSEC_VERIFY, 4), EINVAL);
	EXPECT_ERR(set_int(self->fd, TSEC_VERIFY, -1), EINVAL);
}

TEST_F(tsecopt, session_cache)
{
	EXPECT_EQ(option_int(self->fd, SOL_TSEC, TSEC_SESSION_CACHE), 1);
	ASSERT_EQ(set_int(self->fd, TSEC_SESSION_CACHE, 0), 0);
	EXPECT_EQ(option_int(self->fd, SOL_TSEC, TSEC_SESSION_CACHE), 0);
	ASSERT_EQ(set_int(self->fd, TSEC_SESSION_CACHE, 1), 0);
	EXPECT_ERR(set_int(self->fd, TSEC_SESSION_CACHE, 2), EINVAL);
}

/* TLS has none, and its sockets take the option like that of any setting. */
/* Streams have no use for one. */
TEST_F(tsecopt, connection_id)
{
	int len = 8;

	EXPECT_ERR(set_int(self->fd, TSEC_CONNECTION_ID, len), ENOPROTOOPT);
	EXPECT_ERR(getsockopt(self->fd, SOL_TSEC, TSEC_CONNECTION_ID, &len,
			      &(socklen_t){ sizeof(len) }), ENOPROTOOPT);
}

TEST_F(tsecopt, pem)
{
	static const int names[] = { TSEC_CERT, TSEC_PRIVKEY, TSEC_TRUST };
	size_t i;

	memset(text, 'x', sizeof(text));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, names[i], text, 0),
			   EINVAL);
		EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, names[i], text,
				      TSEC_PEM_MAX + 1), EINVAL);
		EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, names[i], NULL, 9),
			   EFAULT);
		ASSERT_EQ(setsockopt(self->fd, SOL_TSEC, names[i], text,
				     TSEC_PEM_MAX), 0);
		ASSERT_EQ(setsockopt(self->fd, SOL_TSEC, names[i], text, 10),
			  0);
		/* What goes in does not come out. */
		unset(self->fd, names[i]);
	}
}

TEST_F(tsecopt, psk)
{
	char room[sizeof(struct tsec_psk) + TSEC_PSK_IDENTITY_MAX +
		  TSEC_PSK_KEY_MAX + 8] = { 0 };
	struct tsec_psk *psk = (struct tsec_psk *)room;
	size_t head = sizeof(*psk);

	psk->identity_len = 2;
	psk->key_len = 16;
	ASSERT_EQ(setsockopt(self->fd, SOL_TSEC, TSEC_PSK, psk, head + 18), 0);
	unset(self->fd, TSEC_PSK);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PSK, psk, head + 17),
		   EINVAL);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PSK, psk, head + 19),
		   EINVAL);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PSK, psk, 2), EINVAL);
	psk->key_len = 15;
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PSK, psk, head + 17),
		   EINVAL);
	psk->key_len = 16;
	psk->identity_len = 0;
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PSK, psk, head + 16),
		   EINVAL);
	psk->identity_len = TSEC_PSK_IDENTITY_MAX;
	psk->key_len = TSEC_PSK_KEY_MAX;
	EXPECT_EQ(setsockopt(self->fd, SOL_TSEC, TSEC_PSK, psk, head +
			     TSEC_PSK_IDENTITY_MAX + TSEC_PSK_KEY_MAX), 0);
	psk->key_len++;
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PSK, psk, head + 1 +
			      TSEC_PSK_IDENTITY_MAX + TSEC_PSK_KEY_MAX),
		   EINVAL);
}

TEST_F(tsecopt, weakening_refused)
{
	uint16_t weak[] = { TSEC_CIPHER_AES_128_GCM };
	uint16_t both[] = { TSEC_CIPHER_AES_128_GCM, TSEC_CIPHER_AES_256_GCM };

	ASSERT_EQ(set_str(self->fd, TSEC_PROFILE, self->strict), 0);
	EXPECT_ERR(set_int(self->fd, TSEC_VERSION_MIN, TSEC_VERSION_TLS_1_2),
		   EPERM);
	EXPECT_ERR(set_int(self->fd, TSEC_VERSION_MAX, TSEC_VERSION_TLS_1_2),
		   EPROTONOSUPPORT);
	EXPECT_ERR(set_int(self->fd, TSEC_VERIFY, TSEC_VERIFY_NONE), EPERM);
	EXPECT_ERR(set_int(self->fd, TSEC_VERIFY, TSEC_VERIFY_REQUEST), EPERM);
	EXPECT_ERR(set_int(self->fd, TSEC_SESSION_CACHE, 1), EPERM);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_TRUST, "x", 1), EPERM);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, weak,
			      sizeof(weak)), EPROTONOSUPPORT);
	/* What is as strong, or has something left, is taken. */
	EXPECT_EQ(setsockopt(self->fd, SOL_TSEC, TSEC_CIPHERS, both,
			     sizeof(both)), 0);
	EXPECT_EQ(set_int(self->fd, TSEC_VERIFY, TSEC_VERIFY_REQUIRE), 0);
	EXPECT_EQ(set_int(self->fd, TSEC_SESSION_CACHE, 0), 0);
}

/* The order does not matter: first the option, then the profile. */
TEST_F(tsecopt, weakening_refused_by_the_profile)
{
	ASSERT_EQ(set_int(self->fd, TSEC_VERSION_MIN, TSEC_VERSION_TLS_1_2),
		  0);
	EXPECT_ERR(set_str(self->fd, TSEC_PROFILE, self->strict), EPERM);
	EXPECT_STREQ(get_str(self->fd, TSEC_PROFILE), "default");
}

/* The profile got stricter meanwhile: the handshake looks again. */
TEST_F(tsecopt, weakening_refused_at_connect)
{
	struct tsec_profile_info info = { .have = 0 };
	struct link *link = &self->pair.link;

	ASSERT_EQ(set_str(self->fd, TSEC_PROFILE, link->client), 0);
	ASSERT_EQ(set_int(self->fd, TSEC_VERSION_MIN, TSEC_VERSION_TLS_1_2),
		  0);
	tsec_set_str(&info, PROFILE_NAME, name, link->client);
	tsec_set(&info, PROFILE_VERSION_MIN, version_min,
		 TSEC_VERSION_TLS_1_3);
	ASSERT_EQ(tsec_profile_set(link->nl, &info), 0);
	link_keys(link);
	EXPECT_ERR(tsec_connect(self->fd, &self->pair.addr), EPERM);
}

TEST_F(tsecopt, too_late)
{
	static const int names[] = { TSEC_PROFILE, TSEC_PEER_NAME, TSEC_ALPN,
		TSEC_VERSION_MIN, TSEC_VERSION_MAX, TSEC_CIPHERS, TSEC_CERT,
		TSEC_PRIVKEY, TSEC_TRUST, TSEC_PSK, TSEC_VERIFY,
		TSEC_SESSION_CACHE, TSEC_CONNECTION_ID };
	int fds[] = { self->pair.a, self->pair.b, self->pair.listener };
	size_t i, j;
	int zero = 0;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		for (j = 0; j < ARRAY_SIZE(fds); j++)
			EXPECT_ERR(setsockopt(fds[j], SOL_TSEC, names[i],
					      &zero, sizeof(zero)), EISCONN);
	talk_both(self->pair.a, self->pair.b);
}

TEST_F(tsecopt, unknown)
{
	static const int names[] = { 0, 13, 14, 15, 22, 23, 24, 1000, -1 };
	socklen_t len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_ERR(set_int(self->fd, names[i], 0), ENOPROTOOPT);
		len = sizeof(text);
		EXPECT_ERR(getsockopt(self->fd, SOL_TSEC, names[i], text,
				      &len), ENOPROTOOPT);
		len = sizeof(text);
		EXPECT_ERR(getsockopt(self->pair.a, SOL_TSEC, names[i], text,
				      &len), ENOPROTOOPT);
	}
}

TEST_F(tsecopt, only_to_read)
{
	static const int names[] = { TSEC_INFO, TSEC_PEER_ID, TSEC_PEER_CERT,
				     TSEC_ERROR, TSEC_EXPORT };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		EXPECT_ERR(set_int(self->fd, names[i], 0), ENOPROTOOPT);
}

TEST_F(tsecopt, info_room)
{
	struct tsec_info info;
	socklen_t len = 4;

	memset(&info, 0xee, sizeof(info));
	ASSERT_EQ(getsockopt(self->pair.a, SOL_TSEC, TSEC_INFO, &info, &len),
		  0);
	EXPECT_EQ(len, 4);
	EXPECT_EQ(info.version, 0xeeee);
	len = 0;
	EXPECT_EQ(getsockopt(self->pair.a, SOL_TSEC, TSEC_INFO, &info, &len),
		  0);
	len = sizeof(text);
	ASSERT_EQ(getsockopt(self->pair.a, SOL_TSEC, TSEC_INFO, text, &len),
		  0);
	EXPECT_EQ(len, sizeof(info));
	len = -1;
	EXPECT_ERR(getsockopt(self->pair.a, SOL_TSEC, TSEC_INFO, text, &len),
		   EINVAL);
	len = sizeof(info);
	EXPECT_ERR(getsockopt(self->pair.a, SOL_TSEC, TSEC_INFO, NULL, &len),
		   EFAULT);
	EXPECT_ERR(getsockopt(self->fd, SOL_TSEC, TSEC_INFO, text, &len),
		   ENOTCONN);
}

TEST_F(tsecopt, nobody_was_verified)
{
	socklen_t len = sizeof(text);

	EXPECT_STREQ(get_str(self->pair.a, TSEC_PEER_ID), "");
	ASSERT_EQ(getsockopt(self->pair.a, SOL_TSEC, TSEC_PEER_CERT, text,
			     &len), 0);
	EXPECT_EQ(len, 0);
	EXPECT_STREQ(get_str(self->pair.a, TSEC_ERROR), "");
	EXPECT_STREQ(get_str(self->fd, TSEC_ERROR), "");
}

TEST_F(tsecopt, export)
{
	char room[64] = { 0 };
	struct tsec_export *request = (struct tsec_export *)room;
	socklen_t len = sizeof(room);

	request->label_len = 4;
	memcpy(request->data, "test", 4);
	/* Manual keys come without an exporter. */
	EXPECT_ERR(getsockopt(self->pair.a, SOL_TSEC, TSEC_EXPORT, room, &len),
		   EOPNOTSUPP);
	EXPECT_ERR(getsockopt(self->fd, SOL_TSEC, TSEC_EXPORT, room, &len),
		   ENOTCONN);
	request->label_len = 0;
	EXPECT_ERR(getsockopt(self->pair.a, SOL_TSEC, TSEC_EXPORT, room, &len),
		   EINVAL);
	request->label_len = 4;
	request->context_len = 60;
	EXPECT_ERR(getsockopt(self->pair.a, SOL_TSEC, TSEC_EXPORT, room, &len),
		   EINVAL);
	len = 3;
	EXPECT_ERR(getsockopt(self->pair.a, SOL_TSEC, TSEC_EXPORT, room, &len),
		   EINVAL);
	len = TSEC_EXPORT_MAX + 1;
	EXPECT_ERR(getsockopt(self->pair.a, SOL_TSEC, TSEC_EXPORT, text, &len),
		   EINVAL);
}

TEST_F(tsecopt, key_update)
{
	EXPECT_ERR(set_int(self->fd, TSEC_KEY_UPDATE, 0), ENOTCONN);
	EXPECT_ERR(set_int(self->pair.listener, TSEC_KEY_UPDATE, 0), ENOTCONN);
	unset(self->pair.a, TSEC_KEY_UPDATE);
	if (variant->kind.version == TSEC_VERSION_TLS_1_2)
		EXPECT_ERR(set_int(self->pair.a, TSEC_KEY_UPDATE, 0),
			   EOPNOTSUPP);
	else
		EXPECT_EQ(set_int(self->pair.a, TSEC_KEY_UPDATE, 0), 0);
}
