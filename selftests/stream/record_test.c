// SPDX-License-Identifier: GPL-2.0
/*
 * What a peer may send besides data, good and bad: alerts, handshake
 * messages, records that are wrong.  For each failure: what the program sees,
 * what the counters say, and what the peer is told.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "raw.h"
#include "util.h"

FIXTURE(record) {
	struct link link;
	struct raw *raw;
	int fd;			/* a server */
	bool tls13;
};
KIND_VARIANT(record);
KINDS_ADD(record);

FIXTURE_SETUP(record)
{
	signal(SIGPIPE, SIG_IGN);
	link_make(&self->link, &variant->kind);
	self->raw = raw_new();
	self->fd = raw_pair(self->raw, &self->link, TSEC_ROLE_SERVER);
	self->tls13 = variant->kind.version == TSEC_VERSION_TLS_1_3;
}

FIXTURE_TEARDOWN(record)
{
	close(self->fd);
	raw_free(self->raw);
	link_end(&self->link);
}

static char buf[20000];

/* The session has failed for good, for this reason. */
static void failed_with(int fd, int err, const char *why)
{
	struct tsec_info info;

	EXPECT_ERR(recv(fd, buf, 10, 0), err);
	EXPECT_ERR(recv(fd, buf, 10, 0), err);
	EXPECT_ERR(send(fd, buf, 10, 0), err);
	EXPECT_ERR(recv(fd, buf, 10, MSG_PEEK), err);
	if (!strstr(error_of(fd), why))
		EXPECT_STREQ(error_of(fd), why);
	info_of(fd, &info);
	EXPECT_EQ(info.state, TSEC_STATE_FAILED);
}

/* The same through recv(), with the counter of this kind of failure. */
static void fails(int fd, int err, const char *why, const char *counter,
		  uint64_t before)
{
	uint64_t aborted = stat_of("SessionsAborted");

	failed_with(fd, err, why);
	EXPECT_EQ(stat_of(counter), before + 1);
	EXPECT_EQ(stat_of("SessionsAborted"), aborted + 1);
}

TEST_F(record, data_of_all_sizes)
{
	static const int sizes[] = { 1, 2, 100, 4096, RECORD_MAX };
	static uint8_t data[RECORD_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill_pattern(data, sizes[i], i);
		raw_send(self->raw, RAW_DATA, data, sizes[i]);
		ASSERT_EQ(recv(self->fd, buf, sizeof(buf), 0), sizes[i]);
		check_pattern(buf, sizes[i], i);
		send_all(self->fd, data, sizes[i]);
		ASSERT_EQ(raw_recv(self->raw), RAW_DATA);
		ASSERT_EQ(self->raw->len, sizes[i]);
		check_pattern(self->raw->data, sizes[i], i);
	}
}

TEST_F(record, empty_data)
{
	int i, n;

	for (i = 0; i < 10; i++)
		raw_send(self->raw, RAW_DATA, NULL, 0);
	raw_send(self->raw, RAW_DATA, "data", 4);
	raw_send(self->raw, RAW_DATA, NULL, 0);
	ASSERT_EQ(recv(self->fd, buf, 10, 0), 4);
	EXPECT_ERR(recv(self->fd, buf, 10, MSG_DONTWAIT), EAGAIN);
	ASSERT_EQ(ioctl(self->fd, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 0);
}

TEST_F(record, empty_data_waitall)
{
	raw_send(self->raw, RAW_DATA, "one", 3);
	raw_send(self->raw, RAW_DATA, NULL, 0);
	raw_send(self->raw, RAW_DATA, "two", 3);
	ASSERT_EQ(recv(self->fd, buf, 6, MSG_WAITALL), 6);
	EXPECT_MEMEQ(buf, "onetwo", 6);
}

TEST_F(record, empty_data_then_close)
{
	raw_send(self->raw, RAW_DATA, NULL, 0);
	raw_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
	EXPECT_EQ(recv(self->fd, buf, 10, 0), 0);
}

TEST_F(record, padding)
{
	uint8_t out[5000];
	size_t len;

	if (!self->tls13)
		NOT_HERE("TLS 1.2 has no padding");
	len = raw_seal(self->raw, out, RAW_DATA, "data", 4, 4000);
	raw_write(self->raw, out, len);
	ASSERT_EQ(recv(self->fd, buf, sizeof(buf), 0), 4);
	EXPECT_MEMEQ(buf, "data", 4);
	raw_write(self->raw, out, raw_seal(self->raw, out, RAW_DATA, "x", 1,
					   1));
	ASSERT_EQ(recv(self->fd, buf, sizeof(buf), 0), 1);
}

TEST_F(record, padding_only)
{
	uint8_t out[200];
	size_t len;

	if (!self->tls13)
		NOT_HERE("TLS 1.2 has no padding");
	/* A record without a type: type 0 and zeros. */
	len = raw_seal(self->raw, out, 0, NULL, 0, 100);
	raw_write(self->raw, out, len);
	EXPECT_EQ(recv(self->fd, buf, 10, 0), -1);
	EXPECT_TRUE(errno == EBADMSG || errno == EPROTO);
}

TEST_F(record, corrupted)
{
	uint64_t before = stat_of("BadRecords");
	uint8_t out[100];
	size_t len = raw_seal(self->raw, out, RAW_DATA, "data", 4, 0);

	out[len - 1] ^= 1;
	raw_write(self->raw, out, len);
	fails(self->fd, EBADMSG, "failed authentication", "BadRecords",
	      before);
	raw_expect_alert(self->raw, RAW_FATAL, ALERT_BAD_RECORD_MAC);
}

/* Whole records before the bad one are good. */
TEST_F(record, corrupted_after_good)
{
	uint8_t out[100];
	size_t len;

	raw_send(self->raw, RAW_DATA, "good", 4);
	len = raw_seal(self->raw, out, RAW_DATA, "data", 4, 0);
	out[len - 3] ^= 0x80;
	raw_write(self->raw, out, len);
	ASSERT_EQ(recv(self->fd, buf, 10, 0), 4);
	EXPECT_MEMEQ(buf, "good", 4);
	failed_with(self->fd, EBADMSG, "failed authentication");
}

TEST_F(record, corrupted_waitall)
{
	uint8_t out[100];
	size_t len;

	raw_send(self->raw, RAW_DATA, "good", 4);
	len = raw_seal(self->raw, out, RAW_DATA, "data", 4, 0);
	out[len - 3] ^= 0x80;
	raw_write(self->raw, out, len);
	ASSERT_EQ(recv(self->fd, buf, 100, MSG_WAITALL), 4);
	EXPECT_ERR(recv(self->fd, buf, 100, MSG_WAITALL), EBADMSG);
}

TEST_F(record, replayed)
{
	uint8_t out[100];
	size_t len = raw_seal(self->raw, out, RAW_DATA, "data", 4, 0);

	raw_write(self->raw, out, len);
	raw_write(self->raw, out, len);
	ASSERT_EQ(recv(self->fd, buf, 4, 0), 4);
	failed_with(self->fd, EBADMSG, "failed authentication");
}

TEST_F(record, lost)
{
	uint8_t out[100];

	raw_seal(self->raw, out, RAW_DATA, "lost", 4, 0);
	raw_send(self->raw, RAW_DATA, "data", 4);
	failed_with(self->fd, EBADMSG, "failed authentication");
}

static void bad_header(struct raw *raw, int fd, int at, int value)
{
	uint8_t out[100];
	size_t len = raw_seal(raw, out, RAW_DATA, "data", 4, 0);

	out[at] = value;
	raw_write(raw, out, len);
	EXPECT_EQ(recv(fd, buf, 10, 0), -1);
	EXPECT_TRUE(errno == EBADMSG || errno == EPROTO);
	EXPECT_EQ(recv(fd, buf, 10, 0), -1);
	EXPECT_EQ(send(fd, buf, 10, 0), -1);
	EXPECT_NE(error_of(fd)[0], '\0');
}

TEST_F(record, wrong_version)
{
	bad_header(self->raw, self->fd, 1, 2);
}

TEST_F(record, wrong_minor_version)
{
	bad_header(self->raw, self->fd, 2, 9);
}

TEST_F(record, wrong_outer_type)
{
	uint8_t out[100];
	size_t len = raw_seal(self->raw, out, RAW_DATA, "data", 4, 0);

	if (!self->tls13) {
		self->raw->tx.seq--;
		bad_header(self->raw, self->fd, 0, 99);
		return;
	}
	/* kTLS knows that it must be 23 and does not look. */
	out[0] = RAW_HANDSHAKE;
	raw_write(self->raw, out, len);
	if (recv(self->fd, buf, 10, 0) == 4)
		EXPECT_MEMEQ(buf, "data", 4);
	else
		EXPECT_TRUE(errno == EBADMSG || errno == EPROTO);
}

TEST_F(record, header_says_too_long)
{
	bad_header(self->raw, self->fd, 3, 0xff);
}

TEST_F(record, header_says_too_short)
{
	/* With as much behind it as kTLS wants before it looks. */
	static const uint8_t out[40] = { RAW_DATA, 3, 3, 0, 3, 1, 2, 3 };

	raw_write(self->raw, out, sizeof(out));
	EXPECT_EQ(recv(self->fd, buf, 10, 0), -1);
	EXPECT_TRUE(errno == EBADMSG || errno == EPROTO);
	EXPECT_NE(error_of(self->fd)[0], '\0');
}

TEST_F(record, oversized)
{
	static uint8_t data[RECORD_MAX + 300];
	size_t len = RECORD_MAX + (self->tls13 ? 257 : 300);

	raw_send(self->raw, RAW_DATA, data, len);
	EXPECT_EQ(recv(self->fd, buf, sizeof(buf), 0), -1);
	EXPECT_TRUE(errno == EBADMSG || errno == EPROTO);
	EXPECT_EQ(recv(self->fd, buf, sizeof(buf), 0), -1);
}

/* Not TLS at all. */
TEST_F(record, plain_text)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";

	raw_write(self->raw, request, sizeof(request) - 1);
	EXPECT_EQ(recv(self->fd, buf, 10, 0), -1);
	EXPECT_TRUE(errno == EBADMSG || errno == EPROTO);
	EXPECT_EQ(recv(self->fd, buf, 10, 0), -1);
}

TEST_F(record, unknown_type)
{
	uint64_t before = stat_of("ProtocolErrors");

	raw_send(self->raw, 25, "data", 4);
	fails(self->fd, EPROTO, "unknown type", "ProtocolErrors", before);
	raw_expect_alert(self->raw, RAW_FATAL, ALERT_UNEXPECTED_MESSAGE);
}

TEST_F(record, change_cipher_spec)
{
	raw_send(self->raw, RAW_CCS, "\1", 1);
	failed_with(self->fd, EPROTO, "change_cipher_spec");
	raw_expect_alert(self->raw, RAW_FATAL, ALERT_UNEXPECTED_MESSAGE);
}

TEST_F(record, empty_alert)
{
	raw_send(self->raw, RAW_ALERT, NULL, 0);
	failed_with(self->fd, EPROTO, "empty control record");
	raw_expect_alert(self->raw, RAW_FATAL, ALERT_UNEXPECTED_MESSAGE);
}

TEST_F(record, long_alert)
{
	raw_send(self->raw, RAW_ALERT, "\1\0\1\0", 4);
	failed_with(self->fd, EPROTO, "exactly one alert");
	raw_expect_alert(self->raw, RAW_FATAL, ALERT_DECODE_ERROR);
}

TEST_F(record, half_an_alert)
{
	raw_send(self->raw, RAW_ALERT, "\1", 1);
	failed_with(self->fd, EPROTO, "exactly one alert");
}

TEST_F(record, alert_of_unknown_level)
{
	raw_send(self->raw, RAW_ALERT, "\7\50", 2);
	if (self->tls13)	/* the level has no meaning there */
		failed_with(self->fd, EPROTONOSUPPORT, "handshake_failure");
	else
		failed_with(self->fd, EPROTO, "unknown level");
}

static const struct {
	int alert;
	int err;
	const char *name;
} alerts[] = {
	{ ALERT_UNEXPECTED_MESSAGE, EPROTO, "unexpected_message" },
	{ ALERT_BAD_RECORD_MAC, EBADMSG, "bad_record_mac" },
	{ ALERT_RECORD_OVERFLOW, EPROTO, "record_overflow" },
	{ ALERT_HANDSHAKE_FAILURE, EPROTONOSUPPORT, "handshake_failure" },
	{ ALERT_CERTIFICATE_REVOKED, EKEYREVOKED, "certificate_revoked" },
	{ ALERT_CERTIFICATE_EXPIRED, EKEYEXPIRED, "certificate_expired" },
	{ ALERT_UNKNOWN_CA, EKEYREJECTED, "unknown_ca" },
	{ ALERT_DECODE_ERROR, EPROTO, "decode_error" },
	{ ALERT_UNKNOWN_PSK_IDENTITY, ENOKEY, "unknown_psk_identity" },
	{ 233, EPROTO, "unknown alert" },
};

TEST_F(record, fatal_alerts)
{
	uint64_t before = stat_of("AlertsReceived");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(alerts); i++) {
		raw_alert(self->raw, RAW_FATAL, alerts[i].alert);
		failed_with(self->fd, alerts[i].err, alerts[i].name);
		EXPECT_EQ(stat_of("AlertsReceived"), before + i + 1);
		close(self->fd);
		close(self->raw->fd);
		self->fd = raw_pair(self->raw, &self->link, TSEC_ROLE_SERVER);
	}
}

TEST_F(record, fatal_alert_after_data)
{
	raw_send(self->raw, RAW_DATA, "data", 4);
	raw_alert(self->raw, RAW_FATAL, ALERT_UNKNOWN_CA);
	ASSERT_EQ(recv(self->fd, buf, 10, MSG_WAITALL), 4);
	failed_with(self->fd, EKEYREJECTED, "unknown_ca");
}

TEST_F(record, warning_alert)
{
	uint64_t before = stat_of("AlertsReceived");
	int alert = self->tls13 ? ALERT_USER_CANCELED :
				  ALERT_NO_RENEGOTIATION;

	raw_alert(self->raw, RAW_WARNING, alert);
	raw_send(self->raw, RAW_DATA, "data", 4);
	ASSERT_EQ(recv(self->fd, buf, 10, 0), 4);
	EXPECT_EQ(stat_of("AlertsReceived"), before + 1);
	EXPECT_STREQ(error_of(self->fd), "");
}

TEST_F(record, user_canceled_then_close)
{
	raw_alert(self->raw, RAW_WARNING, ALERT_USER_CANCELED);
	raw_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
	EXPECT_EQ(recv(self->fd, buf, 10, 0), 0);
}

TEST_F(record, flood_of_warnings)
{
	int i;

	for (i = 0; i < 20; i++)
		raw_alert(self->raw, RAW_WARNING, ALERT_USER_CANCELED);
	failed_with(self->fd, EPROTO, "too many warnings");
}

TEST_F(record, waitall_over_control_records)
{
	int i;

	for (i = 0; i < 5; i++) {
		raw_send(self->raw, RAW_DATA, "ab", 2);
		raw_alert(self->raw, RAW_WARNING, ALERT_USER_CANCELED);
	}
	ASSERT_EQ(recv(self->fd, buf, 10, MSG_WAITALL), 10);
	EXPECT_MEMEQ(buf, "ababababab", 10);
}

TEST_F(record, handshake_junk)
{
	raw_send(self->raw, RAW_HANDSHAKE, "\x63\0\0\1x", 5);
	failed_with(self->fd, EPROTO, "unexpected handshake message");
	raw_expect_alert(self->raw, RAW_FATAL, ALERT_UNEXPECTED_MESSAGE);
}

/* Only servers give tickets. */
TEST_F(record, ticket_to_a_server)
{
	raw_send(self->raw, RAW_HANDSHAKE, "\4\0\0\2\0\0", 6);
	failed_with(self->fd, EPROTO, "unexpected handshake message");
}

static void as_client(struct raw *raw, struct link *link, int *fd)
{
	close(*fd);
	close(raw->fd);
	*fd = raw_pair(raw, link, TSEC_ROLE_CLIENT);
}

TEST_F(record, ticket)
{
	uint64_t before;

	as_client(self->raw, &self->link, &self->fd);
	before = stat_of("TicketsDropped");
	raw_send(self->raw, RAW_HANDSHAKE, "\4\0\0\2\0\0", 6);
	if (!self->tls13) {
		failed_with(self->fd, EPROTO, "unexpected handshake message");
		return;
	}
	raw_send(self->raw, RAW_DATA, "data", 4);
	ASSERT_EQ(recv(self->fd, buf, 10, 0), 4);
	/* There is no daemon that would want it. */
	EXPECT_EQ(stat_of("TicketsDropped"), before + 1);
}

TEST_F(record, ticket_in_parts)
{
	if (!self->tls13)
		NOT_HERE("TLS 1.2 has no tickets after the handshake");
	as_client(self->raw, &self->link, &self->fd);
	raw_send(self->raw, RAW_HANDSHAKE, "\4\0", 2);
	raw_send(self->raw, RAW_HANDSHAKE, "\0\2\0", 3);
	raw_send(self->raw, RAW_HANDSHAKE, "\0\4\0\0\0", 5);
	raw_send(self->raw, RAW_DATA, "data", 4);
	ASSERT_EQ(recv(self->fd, buf, 10, 0), 4);
}

TEST_F(record, data_between_the_parts)
{
	if (!self->tls13)
		NOT_HERE("TLS 1.2 has no tickets after the handshake");
	as_client(self->raw, &self->link, &self->fd);
	raw_send(self->raw, RAW_HANDSHAKE, "\4\0\0\2\0", 5);
	raw_send(self->raw, RAW_DATA, "data", 4);
	/* Seen at the next control record at the latest. */
	raw_send(self->raw, RAW_HANDSHAKE, "\0", 1);
	recv(self->fd, buf, 10, 0);
	failed_with(self->fd, EPROTO, "between the parts");
}

TEST_F(record, key_update_of_tls12)
{
	if (self->tls13)
		NOT_HERE("TLS 1.3 has key updates");
	raw_send(self->raw, RAW_HANDSHAKE, "\x18\0\0\1\0", 5);
	failed_with(self->fd, EPROTO, "unexpected handshake message");
}

TEST_F(record, bad_key_updates)
{
	static const struct {
		const char *message;
		size_t len;
		const char *why;
	} bad[] = {
		{ "\x18\0\0\1\2", 5, "unknown request" },
		{ "\x18\0\0\2\0\0", 6, "wrong length" },
		{ "\x18\0\0\0", 4, "wrong length" },
		{ "\x18\0\0\1\0\x18\0\0\1\0", 10, "more after a key update" },
	};
	size_t i;

	if (!self->tls13)
		NOT_HERE("TLS 1.2 has no key updates");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		raw_send(self->raw, RAW_HANDSHAKE, bad[i].message, bad[i].len);
		failed_with(self->fd, EPROTO, bad[i].why);
		close(self->fd);
		close(self->raw->fd);
		self->fd = raw_pair(self->raw, &self->link, TSEC_ROLE_SERVER);
	}
}

TEST_F(record, renegotiation_refused)
{
	if (self->tls13)
		NOT_HERE("TLS 1.3 has no renegotiation");
	raw_send(self->raw, RAW_HANDSHAKE, "\1\0\0\2\3\3", 6);
	raw_send(self->raw, RAW_DATA, "data", 4);
	ASSERT_EQ(recv(self->fd, buf, 10, 0), 4);
	raw_expect_alert(self->raw, RAW_WARNING, ALERT_NO_RENEGOTIATION);
}

TEST_F(record, hello_request_ignored)
{
	if (self->tls13)
		NOT_HERE("TLS 1.3 has no hello_request");
	as_client(self->raw, &self->link, &self->fd);
	raw_send(self->raw, RAW_HANDSHAKE, "\0\0\0\0", 4);
	raw_send(self->raw, RAW_DATA, "data", 4);
	ASSERT_EQ(recv(self->fd, buf, 10, 0), 4);
}

/* A failure wakes whoever waits. */
TEST_F(record, failure_wakes_reader)
{
	pid_t pid = fork();

	if (!pid) {
		usleep(20000);
		raw_alert(self->raw, RAW_FATAL, ALERT_HANDSHAKE_FAILURE);
		_exit(0);
	}
	EXPECT_ERR(recv(self->fd, buf, 10, 0), EPROTONOSUPPORT);
	child_ok(pid);
}
