// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: the daemon's handshake of DTLS 1.3, in both roles.
 *
 * The first byte of the input says who this end is: see enum choice.  Then come
 * steps: an opcode, a length in two bytes and so many bytes, which the peer
 * sends.  Nothing of what this end sends arrives anywhere.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon_fuzz.h"
#include "fuzz.h"
#include "handshake/dtls13.h"
#include "tests/clock.h"
#include "tests/peer.h"

enum choice {
	CHOICE_SERVER = 1,
	CHOICE_PSK = 2, /* and no certificate */
	CHOICE_BOTH = 4, /* clients show certificates, too */
	CHOICE_CID = 8,
	CHOICE_ALPN = 16,
	CHOICE_SAVED = 32, /* a client has a ticket */
	CHOICE_WILD = 64, /* a server's certificate is not verified */
	CHOICE_SHA384 = 128, /* no other hash is allowed */
};

enum step {
	STEP_MESSAGE, /* type, body: whole, and in its turn */
	STEP_RECORD, /* type, content: under the newest keys */
	STEP_DATAGRAM, /* as it is */
	STEP_WAIT, /* until the timer of this end */
	STEP_LATE, /* what comes when the handshake is over */
	STEP_MAX,
	STEP_DATA_KEYS = 0x80, /* a record under the keys of data */
};

/* One end, and the datagram that has come for it. */
struct end {
	struct peer peer;
	uint8_t choice;
	uint8_t datagram[8192];
	size_t len;
	bool pending;
};

static struct end end;

/* Sockets and sessions *************************************************** */

ssize_t recv(int fd, void *data, size_t size, int flags)
{
	size_t len = end.len < size ? end.len : size;

	(void)fd;
	if (!end.pending) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(data, end.datagram, len);
	end.pending = flags & MSG_PEEK;
	return len;
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
	(void)fd;
	(void)flags;
	must(len && len <= DTLS13_DATAGRAM, "length of a datagram");
	touch(data, len);
	return len;
}

bool sessions_take(const uint8_t name[SESSION_NAME_SIZE],
		   struct saved_session *saved)
{
	static const uint8_t psk[DTLS13_HASH_MAX];
	static const uint8_t certificate[] = { 0, 0, 0, 0 };
	uint8_t room[128];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	struct dtls13_saved content = {
		.suite = dtls13_suite_of(TSEC_CIPHER_AES_256_GCM),
		.psk = wire_reader(psk, sizeof(psk)),
		.ticket = wire_reader("ticket", 6),
		.certificate = wire_reader(certificate, sizeof(certificate)),
	};

	(void)name;
	memset(saved, 0, sizeof(*saved));
	if (!(end.choice & CHOICE_SAVED))
		return false;
	dtls13_saved_write(&content, &writer);
	saved->data.data = malloc(writer.len);
	must(saved->data.data, "memory of the fuzzer");
	memcpy(saved->data.data, room, writer.len);
	saved->data.size = writer.len;
	strcpy(saved->peer_id, "a.example");
	return true;
}

void sessions_put(const uint8_t name[SESSION_NAME_SIZE],
		  const struct saved_session *saved)
{
	touch(name, SESSION_NAME_SIZE);
	touch(saved->data.data, saved->data.size);
}

unsigned int sessions_count(const uint8_t name[SESSION_NAME_SIZE])
{
	(void)name;
	return 0;
}

void sessions_drop(const uint8_t name[SESSION_NAME_SIZE])
{
	(void)name;
}

void saved_session_free(struct saved_session *saved)
{
	free(saved->data.data);
	memset(saved, 0, sizeof(*saved));
}

/* This end *************************************************************** */

static const struct dtls13 *state(void)
{
	const struct tls *tls = end.peer.handshake.state;

	return tls ? tls->carrier : NULL;
}

static void certificates_give(struct tsec_handshake_info *info, bool own)
{
	if (own) {
		peer_blob(&info->cert, fuzz_certificate);
		peer_blob(&info->privkey, fuzz_private_key);
	}
	peer_blob(&info->trust, fuzz_certificate);
}

static void settings_make(struct tsec_handshake_info *info, uint8_t choice)
{
	bool server = choice & CHOICE_SERVER;

	info->protocol = TSEC_PROTO_DTLS;
	info->settings.version_min = TSEC_VERSION_TLS_1_3;
	strcpy(info->peer_name, "a.example");
	if (choice & CHOICE_PSK)
		peer_psk(&end.peer, "someone", "0123456789abcdef");
	else
		certificates_give(info, server || (choice & CHOICE_BOTH));
	if (server && (choice & CHOICE_BOTH))
		info->settings.verify = TSEC_VERIFY_REQUEST;
	if (choice & CHOICE_WILD)
		info->settings.verify = TSEC_VERIFY_NONE;
	if (choice & CHOICE_CID)
		peer_blob(&info->cid, "cid");
	if (choice & CHOICE_ALPN)
		strcpy(info->settings.alpn, "one,two");
	if (choice & CHOICE_SHA384)
		info->settings.n_ciphers = 1;
}

static void begin(uint8_t choice)
{
	memset(&end, 0, sizeof(end));
	peer_init(&end.peer,
		  choice & CHOICE_SERVER ? TSEC_ROLE_SERVER : TSEC_ROLE_CLIENT,
		  -1);
	end.choice = choice;
	settings_make(&end.peer.info, choice);
}

static void check(void)
{
	struct handshake *handshake = &end.peer.handshake;
	int result = end.peer.result;

	must(result <= 0 || result == HANDSHAKE_WANT_READ, "what is wanted");
	if (result > 0)
		must(handshake->ops->timer(handshake), "a timer that spins");
	else
		must(handshake->reason.status == -result &&
			     !result == !*handshake->reason.text,
		     "the reason of an end");
}

static void go_on(void)
{
	peer_step(&end.peer);
	check();
}

/* The peer *************************************************************** */

static void put(struct wire_writer *writer)
{
	if (writer->full || end.peer.over)
		return;
	end.len = writer->len;
	end.pending = true;
	go_on();
}

static struct wire_writer room(void)
{
	return wire_writer(end.datagram, sizeof(end.datagram));
}

static void sealed_begin(const struct dtls13 *dtls, uint16_t epoch,
			 struct wire_writer *writer)
{
	uint64_t seq = epoch == DTLS13_EPOCH_DATA ? dtls->data.seq :
						    dtls->receive.seq;

	wire_put(writer, 0x2c | (dtls->cid.len ? 0x10 : 0) | (epoch & 3), 1);
	wire_put_data(writer, dtls->cid.bytes, dtls->cid.len);
	wire_put(writer, seq & 0xffff, 2);
}

static void record(uint16_t epoch, uint8_t type, struct wire_reader header,
		   struct wire_reader content)
{
	struct wire_writer writer = room();
	size_t begun;

	if (epoch == DTLS13_EPOCH_PLAIN) {
		wire_put(&writer, type, 1);
		wire_put(&writer, DTLS12_VERSION, 2);
		wire_put(&writer, 0, 8);
	} else {
		sealed_begin(state(), epoch, &writer);
	}
	begun = wire_begin(&writer, 2);
	wire_put_data(&writer, header.at, header.left);
	wire_put_data(&writer, content.at, content.left);
	if (epoch != DTLS13_EPOCH_PLAIN) {
		wire_put(&writer, type, 1);
		for (int i = 0; i < 16; i++)
			wire_put(&writer, FUZZ_TAG, 1);
	}
	wire_end(&writer, begun, 2);
	put(&writer);
}

static uint16_t newest_epoch(void)
{
	return state() && state()->receive.suite ? DTLS13_EPOCH_HANDSHAKE :
						   DTLS13_EPOCH_PLAIN;
}

static void message(struct wire_reader bytes)
{
	uint8_t header[DTLS13_MESSAGE_HEADER];
	struct wire_writer writer = wire_writer(header, sizeof(header));

	wire_put(&writer, wire_get(&bytes, 1), 1);
	wire_put(&writer, bytes.left, 3);
	wire_put(&writer, state() ? state()->inbox.next : 0, 2);
	wire_put(&writer, 0, 3);
	wire_put(&writer, bytes.left, 3);
	record(newest_epoch(), DTLS13_HANDSHAKE,
	       wire_reader(header, sizeof(header)), bytes);
}

static void records_read(struct wire_reader bytes)
{
	struct dtls13_keys receive = state()->receive, data = state()->data;
	struct dtls13_keys *const keys[] = { &receive, &data };
	uint8_t *copy = copy_of(bytes.at, bytes.left), *at = copy;
	struct dtls13_record record;
	size_t left = bytes.left;

	while (dtls13_record_take(keys, 2, &state()->cid, &at, &left,
				  &record) != DTLS13_AT_END)
		touch(record.data, record.len);
	free(copy);
}

static void datagram(struct wire_reader bytes)
{
	struct wire_writer writer = room();

	if (state())
		records_read(bytes);
	wire_put_data(&writer, bytes.at, bytes.left);
	put(&writer);
}

static void late(struct wire_reader bytes)
{
	struct handshake *handshake = &end.peer.handshake;
	uint8_t *copy;

	if (!end.peer.over || end.peer.result ||
	    !handshake->ops->lingers(handshake))
		return;
	copy = copy_of(bytes.at, bytes.left);
	handshake->ops->message(handshake, copy, bytes.left);
	free(copy);
}

static void wait_for_timer(void)
{
	struct handshake *handshake = &end.peer.handshake;

	if (end.peer.over || !handshake->ops)
		return;
	test_clock_ms += handshake->ops->timer(handshake);
	go_on();
}

/* The input ************************************************************** */

static void step(uint8_t choice, struct wire_reader bytes)
{
	uint16_t epoch = newest_epoch();

	if ((choice & STEP_DATA_KEYS) && epoch)
		epoch = DTLS13_EPOCH_DATA;
	switch ((choice & ~STEP_DATA_KEYS) % STEP_MAX) {
	case STEP_MESSAGE:
		message(bytes);
		break;
	case STEP_RECORD:
		record(epoch, wire_get(&bytes, 1), wire_reader(NULL, 0), bytes);
		break;
	case STEP_DATAGRAM:
		datagram(bytes);
		break;
	case STEP_WAIT:
		wait_for_timer();
		break;
	case STEP_LATE:
		late(bytes);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader input = wire_reader(data, size), bytes;
	uint8_t choice;

	test_clock_ms = 1000;
	ticket_keys_renew();
	begin(wire_get(&input, 1));
	if (!(end.choice & CHOICE_SERVER))
		go_on();
	while (input.left) {
		choice = wire_get(&input, 1);
		bytes = wire_get_vector(&input, 2);
		if (input.bad)
			break;
		step(choice, bytes);
	}
	peer_free(&end.peer);
	return 0;
}
