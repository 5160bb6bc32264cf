// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>

#include "network13.h"

#define TURNS_MAX 20000

/* The kernel's part ******************************************************* */

/* The kernel's choice: rather one that goes with the first PSK. */
static const struct dtls13_suite *
retry_suite(const struct tsec_profile_info *settings,
	    const struct dtls13_client_hello *hello, bool for_psk)
{
	struct wire_reader binders = hello->psk_binders;
	size_t len = wire_get_vector(&binders, 1).left;

	for (unsigned int i = 0; i < settings->n_ciphers; i++) {
		const struct dtls13_suite *suite =
			dtls13_suite_of(settings->ciphers[i]);

		if (wire_has_u16(hello->suites, suite->id) &&
		    (!for_psk || suite->hash_len == len))
			return suite;
	}
	return NULL;
}

void network13_retry(struct network *net, uint16_t suite,
		     struct wire_reader cookie)
{
	uint8_t body[8192], room[sizeof(body) + AT_BODY];
	uint8_t fragment[DTLS13_MESSAGE_HEADER + sizeof(body)];
	struct wire_writer message = wire_writer(body, sizeof(body));
	struct wire_writer writer = wire_writer(fragment, sizeof(fragment));
	struct wire_writer datagram = wire_writer(room, sizeof(room));

	dtls13_retry_write(suite, net->retry_group, cookie, &message);
	wire_put(&writer, DTLS13_SERVER_HELLO, 1);
	wire_put(&writer, message.len, 3);
	wire_put(&writer, 0, 2 + 3);
	wire_put(&writer, message.len, 3);
	wire_put_data(&writer, body, message.len);
	dtls13_record_plain(0, DTLS13_HANDSHAKE, fragment, writer.len,
			    &datagram);
	send(net->fd[CLIENT], room, datagram.len, 0);
}

/* Its proof is not checked here. */
static void retry_send(struct network *net, const uint8_t *data,
		       const struct dtls13_client_hello *hello, size_t len)
{
	const struct tsec_profile_info *settings = &net->server.info.settings;
	const struct dtls13_suite *suite = retry_suite(settings, hello, true);
	struct dtls13_transcript transcript = { .len = 0 };
	uint8_t cookie[20 + DTLS13_HASH_MAX] = { 0 };
	struct wire_writer writer = wire_writer(cookie, sizeof(cookie));

	if (!suite)
		suite = retry_suite(settings, hello, false);
	if (!suite)
		return;
	writer.len = 16;
	wire_put(&writer, suite->id, 2);
	wire_put(&writer, net->retry_group, 2);
	dtls13_transcript_add(&transcript, DTLS13_CLIENT_HELLO, data + AT_BODY,
			      len - AT_BODY);
	dtls13_transcript_hash(&transcript, suite, cookie + writer.len);
	dtls13_transcript_free(&transcript);
	writer.len += suite->hash_len;
	network13_retry(net, suite->id, wire_reader(cookie, writer.len));
}

static bool prove(struct network *net, uint8_t *data, size_t len)
{
	struct dtls13_client_hello hello;

	if (net->trusting)
		return net->proven = true;
	if (len < AT_BODY || data[0] != DTLS13_HANDSHAKE ||
	    data[DTLS13_PLAIN_HEADER] != DTLS13_CLIENT_HELLO ||
	    dtls13_client_hello_read(data + AT_BODY, len - AT_BODY, &hello))
		return net->proven;
	if (hello.cookie.left)
		return net->proven = true;
	retry_send(net, data, &hello, len);
	return false;
}

/* The kernel gives the server's message a header, and passes it up there. */
static void ticket(struct network *net, const uint8_t *data, size_t len)
{
	const struct outcome *outcome = &net->server.outcome;
	uint8_t room[DATAGRAM_MAX];
	struct wire_writer writer = wire_writer(room, sizeof(room));

	wire_put_data(&writer, data, 4);
	wire_put(&writer, outcome->key[TSEC_DIR_TX].message_seq, 2);
	wire_put(&writer, 0, 3);
	wire_put(&writer, len - 4, 3);
	wire_put_data(&writer, data + 4, len - 4);
	if (!net->no_tickets)
		send(net->fd[CLIENT], room, writer.len, 0);
	net->tickets++;
}

/* Both ends ************************************************************** */

static bool keys_fit(const struct peer *from, const struct peer *to)
{
	const struct tsec_key_info *tx = &from->outcome.key[TSEC_DIR_TX];
	const struct tsec_key_info *rx = &to->outcome.key[TSEC_DIR_RX];
	const struct tsec_key_info *other = &to->outcome.key[TSEC_DIR_TX];

	return blob_is(&tx->secret, &rx->secret) &&
	       !blob_is(&tx->secret, &other->secret) &&
	       tx->cipher == rx->cipher && tx->cid.len == rx->cid.len &&
	       (!tx->cid.len || blob_is(&tx->cid, &rx->cid)) &&
	       !tx->seq && !rx->seq && tx->version == TSEC_VERSION_DTLS_1_3 &&
	       tx->secret.len == tsec_cipher_secret_len(tx->cipher) &&
	       blob_is(&from->outcome.done.exporter,
		       &to->outcome.done.exporter);
}

static const struct network_version version13 = {
	.turns = TURNS_MAX,
	.prove = prove,
	.ticket = ticket,
	.keys_fit = keys_fit,
};

void network13_begin(struct network *net)
{
	network_begin_version(net, &version13);
	net->client.info.settings.version_min = TSEC_VERSION_TLS_1_3;
	net->server.info.settings.version_min = TSEC_VERSION_TLS_1_3;
}

void network13_run_on(struct network *net)
{
	network_run(net);
	network_carry(net, SERVER);
	network_client_step(net);
}

void network13_run_server(struct network *net)
{
	for (int i = 0; i < TURNS_MAX; i++) {
		network_client_step(net);
		network_carry(net, CLIENT);
		if (network_server_step(net))
			return;
		network_carry(net, SERVER);
	}
}

bool network13_is_resumed(const struct network *net)
{
	return net->client.outcome.done.resumed &&
	       net->server.outcome.done.resumed;
}
