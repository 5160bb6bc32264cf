// SPDX-License-Identifier: GPL-2.0
/*
 * Hellos: another implementation's, the own ones, and what is wrong with
 * others.  Under the address sanitizer, each message stands in memory of just
 * its size.
 */
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tsec.h>

#include "../handshake/dtls13_hello.h"
#include "../handshake/dtls13_record.h"
#include "hex.h"
#include "tap.h"

/*
 * The first two messages of NSS 3.87 (tstclnt, selfserv), which speaks draft
 * 43, whose version has been changed here to that of RFC 9147.
 */
static const char nss_client[] =
	"fefd780f539cea9668982a03c279fe91624759c933519f76a1d68b3ae755f8b9"
	"d2990000000213010100007a00170000ff01000100000a00140012001d001700"
	"18001901000101010201030104003300260024001d0020f0404791c62e76d63b"
	"7adf08fae263ed1affa2abc78909d21523a89ea7055630002b000302fefc000d"
	"0018001604030503060302030804080508060401050106010201002d00020101"
	"001c00024001";
static const char nss_server[] =
	"fefd22bf1e9777cf3d4d1e74db8779cd0ba1ce310258759fdab97255d013d08f"
	"b89e00130100002e00330024001d00203129fa4eff8fba00bd03a6f15ab4d618"
	"555429df81437d579812cfaa55c1e51c002b0002fefc";

static void *exact(const void *data, size_t len)
{
	void *copy = malloc(len ? len : 1);

	return copy && len ? memcpy(copy, data, len) : copy;
}

static int client_read(const void *data, size_t len,
		       struct dtls13_client_hello *hello)
{
	void *copy = exact(data, len);
	int alert = dtls13_client_hello_read(copy, len, hello);

	free(copy);
	return alert;
}

static int server_read(const void *data, size_t len,
		       struct dtls13_server_hello *hello)
{
	void *copy = exact(data, len);
	int alert = dtls13_server_hello_read(copy, len, hello);

	free(copy);
	return alert;
}

static void test_nss(void)
{
	struct dtls13_client_hello client;
	struct dtls13_server_hello server;
	struct wire_reader share;
	uint8_t data[512];
	size_t len = unhex(nss_client, data, sizeof(data));

	ok(!dtls13_client_hello_read(data, len, &client) && client.offers_13 &&
		   !client.compresses && !client.old_cookie &&
		   wire_has_u16(client.suites, 0x1301) &&
		   wire_has_u16(client.groups, DTLS13_X25519) &&
		   wire_has_u16(client.schemes, 0x0804) && client.psk_dhe,
	   "NSS's ClientHello");
	ok(dtls13_client_hello_share(&client, DTLS13_X25519, &share) &&
		   share.left == 32 && share.at[0] == 0xf0 &&
		   !dtls13_client_hello_share(&client, DTLS13_SECP256R1,
					      &share),
	   "... its share of X25519, and no other");
	len = unhex(nss_server, data, sizeof(data));
	ok(!dtls13_server_hello_read(data, len, &server) && !server.retry &&
		   server.suite == 0x1301 && server.group == DTLS13_X25519 &&
		   server.share.left == 32 && !server.psk,
	   "NSS's ServerHello");
}

/* The own ones, both ways ************************************************ */

static const uint8_t random_bytes[DTLS13_RANDOM_LEN] = { 1, 2, 3 };
static const uint16_t ciphers[] = { TSEC_CIPHER_AES_256_GCM,
				    TSEC_CIPHER_CHACHA20_POLY1305 };
static struct dtls13_share share;
static const struct dtls13_cid cid = { "server", 6 };

static size_t client_write(uint8_t *data, size_t size, bool with_psk)
{
	struct wire_writer writer = wire_writer(data, size);
	struct dtls13_offer offer = {
		.random = random_bytes,
		.ciphers = ciphers,
		.n_ciphers = 2,
		.share = &share,
		.cookie = wire_reader("cookie", 6),
		.server_name = "a.example",
		.alpn = "one,two",
		.cid = &cid,
		.tickets = true,
		.psk = wire_reader("someone", with_psk ? 7 : 0),
		.psk_age = 0x01020304,
		.binder_len = 32,
	};

	dtls13_client_hello_write(&offer, &writer);
	return writer.full ? 0 : writer.len;
}

static void test_own_client(void)
{
	uint8_t data[DTLS13_HELLO_MAX];
	struct wire_reader identity, binder;
	struct dtls13_client_hello hello;
	size_t len = client_write(data, sizeof(data), true);

	ok(len && !dtls13_client_hello_read(data, len, &hello) &&
		   !memcmp(hello.random, random_bytes, sizeof(random_bytes)) &&
		   hello.suites.left == 4 && hello.offers_13,
	   "a ClientHello is read as it was written");
	ok(hello.cookie.left == 6 && !memcmp(hello.cookie.at, "cookie", 6) &&
		   hello.server_name.left == 9 &&
		   !memcmp(hello.server_name.at, "a.example", 9) &&
		   hello.alpn.left == 8 &&
		   !memcmp(hello.alpn.at, "\3one\3two", 8),
	   "... its cookie, names and protocols");
	ok(dtls13_has(&hello.extensions, DTLS13_CONNECTION_ID) &&
		   hello.cid.left == 6 && !memcmp(hello.cid.at, "server", 6) &&
		   hello.rrc, "... its connection ID and checks");
	ok(dtls13_client_hello_psk(&hello, &identity, &binder) &&
		   identity.left == 7 && binder.left == 32 &&
		   hello.binders_at == len - 2 - 1 - 32 &&
		   !dtls13_client_hello_psk(&hello, &identity, &binder),
	   "... its PSK");
	ok(!client_write(data, len - 1, true),
	   "... and not written where there is no room");
}

static void test_own_server(void)
{
	uint8_t data[DTLS13_HELLO_MAX];
	struct wire_writer writer = wire_writer(data, sizeof(data));
	struct dtls13_server_hello hello;
	struct dtls13_answer answer = {
		.random = random_bytes,
		.suite = 0x1302,
		.share = &share,
	};

	dtls13_server_hello_write(&answer, &writer);
	ok(!dtls13_server_hello_read(data, writer.len, &hello) &&
		   !hello.retry && hello.suite == 0x1302 && hello.psk &&
		   !hello.psk_index && hello.group == share.group &&
		   hello.share.left == share.public_len && !hello.has_cid &&
		   !hello.rrc,
	   "a ServerHello is read as it was written");
	answer.cid = &cid;
	answer.rrc = true;
	answer.psk_index = -1;
	writer = wire_writer(data, sizeof(data));
	dtls13_server_hello_write(&answer, &writer);
	ok(!dtls13_server_hello_read(data, writer.len, &hello) && !hello.psk &&
		   hello.has_cid && hello.cid.left == 6 &&
		   !memcmp(hello.cid.at, "server", 6) && hello.rrc,
	   "... with a connection ID");
	writer = wire_writer(data, sizeof(data));
	dtls13_retry_write(0x1301, DTLS13_SECP256R1, wire_reader("abc", 3),
			   &writer);
	ok(!dtls13_server_hello_read(data, writer.len, &hello) &&
		   hello.retry && hello.suite == 0x1301 &&
		   hello.group == DTLS13_SECP256R1 && hello.cookie.left == 3,
	   "a HelloRetryRequest");
}

/* What is wrong ********************************************************** */

/* Of the hello with no extensions, those that are given. */
static int client_alert(const char *extensions)
{
	uint8_t data[1024];
	struct wire_writer writer = wire_writer(data, sizeof(data));
	struct dtls13_client_hello hello;
	uint8_t bytes[512];
	size_t len = unhex(extensions, bytes, sizeof(bytes));

	wire_put(&writer, DTLS12_VERSION, 2);
	wire_put_data(&writer, random_bytes, sizeof(random_bytes));
	wire_put(&writer, 0, 2);
	wire_put(&writer, 2, 2);
	wire_put(&writer, 0x1301, 2);
	wire_put(&writer, 0x0100, 2);
	wire_put(&writer, len, 2);
	wire_put_data(&writer, bytes, len);
	return client_read(data, writer.len, &hello);
}

/* As long as the extension may have it. */
static const char *longest_cid(void)
{
	static char text[2 * (2 + 2 + 1 + 255) + 1];

	sprintf(text, "00360100ff%0510d", 0);
	return text;
}

static void test_extensions(void)
{
	static const struct {
		const char *what, *extensions;
		int alert;
	} rows[] = {
		{ "none", "", 0 },
		{ "an unknown one", "abcd0001ff", 0 },
		{ "a number cut off", "002b00", GNUTLS_A_DECODE_ERROR },
		{ "one that is longer than all", "002b0004020304",
		  GNUTLS_A_DECODE_ERROR },
		{ "the same twice", "002b0003020303002b0003020303",
		  GNUTLS_A_ILLEGAL_PARAMETER },
		{ "no versions", "002b000100", GNUTLS_A_DECODE_ERROR },
		{ "half a version", "002b00020103", GNUTLS_A_DECODE_ERROR },
		{ "more than the versions", "002b000402030400",
		  GNUTLS_A_DECODE_ERROR },
		{ "no groups", "000a00020000", GNUTLS_A_DECODE_ERROR },
		{ "half a group", "000a0003000117", GNUTLS_A_DECODE_ERROR },
		{ "an empty cookie", "002c00020000", GNUTLS_A_DECODE_ERROR },
		{ "a protocol without a name", "0010000300" "0100",
		  GNUTLS_A_DECODE_ERROR },
		{ "a name without a name", "000000050003000000",
		  GNUTLS_A_DECODE_ERROR },
		{ "two host names", "0000000a0008000001610000" "0162",
		  GNUTLS_A_ILLEGAL_PARAMETER },
		{ "a share of no group that is known",
		  "000a000400020017003300070005001d000161",
		  GNUTLS_A_ILLEGAL_PARAMETER },
		{ "two shares of a group",
		  "000a00040002001d0033000c000a001d000161001d000161",
		  GNUTLS_A_ILLEGAL_PARAMETER },
		{ "two shares of one that nobody knows",
		  "000a00040002abcd0033000c000aabcd000161abcd000161", 0 },
		{ "an empty share", "000a00040002001d003300060004001d0000",
		  GNUTLS_A_DECODE_ERROR },
		{ "an empty connection ID", "0036000100", 0 },
		{ "a connection ID of 255 bytes", NULL, 0 },
		{ "no connection ID", "00360000", GNUTLS_A_DECODE_ERROR },
		{ "a connection ID that is cut off", "0036000202ff",
		  GNUTLS_A_DECODE_ERROR },
		{ "more than a connection ID", "0036000301ff00",
		  GNUTLS_A_DECODE_ERROR },
		{ "two connection IDs", "00360001000036000100",
		  GNUTLS_A_ILLEGAL_PARAMETER },
		{ "checks", "003d0000", 0 },
		{ "checks with more to say", "003d000100",
		  GNUTLS_A_DECODE_ERROR },
		{ "a PSK without its modes",
		  "0029002b0007000161000000000020" "0000000000000000"
		  "000000000000000000000000000000000000000000000000",
		  GNUTLS_A_DECODE_ERROR },
		{ "a PSK that is not the last one", "00290000002d00020101",
		  GNUTLS_A_ILLEGAL_PARAMETER },
		{ "a PSK without modes", "00290000",
		  GNUTLS_A_MISSING_EXTENSION },
		{ "no PSK in the list", "002d0002010100290004" "00000000",
		  GNUTLS_A_DECODE_ERROR },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int alert = client_alert(rows[i].extensions ?
					 rows[i].extensions : longest_cid());

		/* What lacks something may be refused for either reason. */
		ok(alert == rows[i].alert ||
			   (rows[i].alert && alert ==
				    GNUTLS_A_MISSING_EXTENSION),
		   "extensions: %s: alert %d", rows[i].what, alert);
	}
}

static void test_cut_off(void)
{
	uint8_t data[DTLS13_HELLO_MAX];
	size_t len = client_write(data, sizeof(data), true), at_end = 0;
	struct dtls13_client_hello client;
	struct dtls13_server_hello server;
	unsigned int bad = 0;

	for (size_t i = 0; i < len; i++)
		bad += client_read(data, i, &client) != 0;
	/* One length is that of a hello from before there were extensions. */
	ok(bad == len - 1, "a ClientHello is refused if it is cut off");
	ok(client_read(data, len + 1, &client) ||
		   (data[len] = 0, client_read(data, len + 1, &client)),
	   "... or has more behind it");
	len = unhex(nss_server, data, sizeof(data));
	for (size_t i = 0; i < len; i++)
		at_end += server_read(data, i, &server) != 0;
	ok(at_end == len, "a ServerHello likewise");
}

/* Nothing but the sanitizers' opinion counts. */
static void test_spoilt(void)
{
	uint8_t data[DTLS13_HELLO_MAX];
	struct dtls13_client_hello client;
	struct dtls13_server_hello server;
	size_t client_len = client_write(data, sizeof(data), true);
	unsigned int refused = 0, seed = 1;

	for (int i = 0; i < 20000; i++) {
		client_write(data, sizeof(data), true);
		for (int n = rand_r(&seed) % 4; n >= 0; n--)
			data[rand_r(&seed) % client_len] = rand_r(&seed);
		refused += client_read(data, client_len, &client) != 0;
	}
	ok(refused > 1000, "%u of 20000 spoilt ClientHellos are refused",
	   refused);
	refused = 0;
	for (int i = 0; i < 20000; i++) {
		size_t len = unhex(nss_server, data, sizeof(data));

		for (int n = rand_r(&seed) % 4; n >= 0; n--)
			data[rand_r(&seed) % len] = rand_r(&seed);
		refused += server_read(data, len, &server) != 0;
	}
	ok(refused > 1000, "%u of 20000 spoilt ServerHellos", refused);
}

/* The ServerHello of NSS with one more extension, before the others. */
static int server_alert(const char *extension)
{
	struct dtls13_server_hello hello;
	uint8_t data[512], more[64];
	size_t len = unhex(nss_server, data, sizeof(data));
	size_t more_len = unhex(extension, more, sizeof(more));
	enum { AT_EXTENSIONS = 2 + DTLS13_RANDOM_LEN + 1 + 2 + 1 };

	memmove(data + AT_EXTENSIONS + 2 + more_len, data + AT_EXTENSIONS + 2,
		len - AT_EXTENSIONS - 2);
	memcpy(data + AT_EXTENSIONS + 2, more, more_len);
	data[AT_EXTENSIONS + 1] += more_len;
	return server_read(data, len + more_len, &hello);
}

static void test_server_cid(void)
{
	ok(!server_alert("00360003026162") && !server_alert("0036000100") &&
		   !server_alert("003d0000"),
	   "a ServerHello with a connection ID, an empty one, with checks");
	ok(server_alert("00360003036162") == GNUTLS_A_DECODE_ERROR &&
		   server_alert("00360000") == GNUTLS_A_DECODE_ERROR &&
		   server_alert("0036000401616263") == GNUTLS_A_DECODE_ERROR &&
		   server_alert("003d000100") == GNUTLS_A_DECODE_ERROR,
	   "... that are malformed");
	ok(server_alert("00000000") == GNUTLS_A_UNSUPPORTED_EXTENSION,
	   "... or have no place there");
}

static void test_retry_cid(void)
{
	struct dtls13_server_hello hello;
	uint8_t data[DTLS13_HELLO_MAX];
	struct wire_writer writer = wire_writer(data, sizeof(data));
	enum { AT_EXTENSIONS = 2 + DTLS13_RANDOM_LEN + 1 + 2 + 1 };

	dtls13_retry_write(0x1301, DTLS13_SECP256R1, wire_reader("abc", 3),
			   &writer);
	wire_put(&writer, 54, 2);
	wire_put(&writer, 1, 2);
	wire_put(&writer, 0, 1);
	data[AT_EXTENSIONS + 1] += 5;
	ok(server_read(data, writer.len, &hello) ==
		   GNUTLS_A_UNSUPPORTED_EXTENSION,
	   "a HelloRetryRequest with a connection ID");
}

static void test_server_refused(void)
{
	struct dtls13_server_hello hello;
	uint8_t data[512];
	size_t len = unhex(nss_server, data, sizeof(data));

	data[len - 1] = 0xfd;
	ok(server_read(data, len, &hello) == GNUTLS_A_ILLEGAL_PARAMETER,
	   "a ServerHello of another version");
	data[len - 5] = 0xfe;
	ok(server_read(data, len, &hello) == GNUTLS_A_PROTOCOL_VERSION,
	   "... without the extension for it");
}

int main(void)
{
	dtls13_share_make(&share, DTLS13_SECP256R1);
	test_nss();
	test_own_client();
	test_own_server();
	test_extensions();
	test_cut_off();
	test_spoilt();
	test_server_cid();
	test_retry_cid();
	test_server_refused();
	return done_testing();
}
