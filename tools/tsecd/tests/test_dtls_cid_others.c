// SPDX-License-Identifier: GPL-2.0
/*
 * Connection IDs in handshakes of DTLS 1.2 with others, played by the library:
 * who keeps to what was agreed on, who does not, and who says nonsense.
 */
#include <errno.h>
#include <gnutls/dtls.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "../handshake/dtls_cid.h"
#include "../handshake/tls.h"
#include "network.h"
#include "tap.h"

enum {
	CONNECTION_ID = 54,
	RRC = 61,
};

/* What our end asks for. */
static const struct tsec_blob own_cid = { "abcdefgh", 8 };

/* What the library sends and gets as this extension, whoever uses it. */
struct foreign {
	gnutls_session_t session;
	gnutls_certificate_credentials_t cred;
	const char *value; /* that it sends */
	size_t len;
	bool answered;
	/* For one that keeps to what it has agreed on. */
	struct tls tls;
	struct dtls_cid cid;
};

static int foreign_send(gnutls_session_t session, gnutls_buffer_t buffer)
{
	const struct foreign *foreign = gnutls_session_get_ptr(session);

	return gnutls_buffer_append_data(buffer, foreign->value, foreign->len);
}

static int foreign_recv(gnutls_session_t session, const unsigned char *data,
			size_t len)
{
	struct foreign *foreign = gnutls_session_get_ptr(session);
	struct dtls_cid *cid = &foreign->cid;

	foreign->answered = true;
	if (!cid->tls || !len || len > sizeof(cid->peer.data))
		return 0;
	cid->peer.len = len - 1;
	memcpy(cid->peer.data, data + 1, len - 1);
	cid->agreed = true;
	return 0;
}

static ssize_t foreign_push(gnutls_transport_ptr_t ptr, const void *data,
			    size_t len)
{
	struct foreign *foreign = ptr;
	uint8_t room[DATAGRAM_MAX];
	size_t size = len;

	data = dtls_cid_seal(&foreign->cid, data, &size, room, sizeof(room));
	send(foreign->tls.handshake->fd, data, size, 0);
	return len;
}

static ssize_t foreign_pull(gnutls_transport_ptr_t ptr, void *data, size_t size)
{
	struct foreign *foreign = ptr;
	ssize_t len = recv(foreign->tls.handshake->fd, data, size, 0);

	if (len < 0)
		return -1;
	return dtls_cid_open(&foreign->cid, data, len, size);
}

static int foreign_wait(gnutls_transport_ptr_t ptr, unsigned int ms)
{
	const struct foreign *foreign = ptr;
	struct pollfd poll_fd = { .fd = foreign->tls.handshake->fd,
				  .events = POLLIN };

	(void)ms;
	return poll(&poll_fd, 1, 0);
}

static void foreign_keeps(struct foreign *foreign, struct peer *as)
{
	as->handshake.fd = as->info.fd;
	foreign->tls.handshake = &as->handshake;
	foreign->tls.session = foreign->session;
	foreign->cid.tls = &foreign->tls;
	foreign->cid.own.len = foreign->len - 1;
	memcpy(foreign->cid.own.data, foreign->value + 1, foreign->len - 1);
	gnutls_transport_set_ptr(foreign->session, foreign);
	gnutls_transport_set_push_function(foreign->session, foreign_push);
	gnutls_transport_set_pull_function(foreign->session, foreign_pull);
	gnutls_transport_set_pull_timeout_function(foreign->session,
						   foreign_wait);
}

static void foreign_begin(struct foreign *foreign, struct peer *as,
			  uint16_t extension, const char *value, size_t len)
{
	bool server = as->info.role == TSEC_ROLE_SERVER;
	gnutls_datum_t cert = { (void *)as->info.cert.data,
				as->info.cert.len };
	gnutls_datum_t key = { (void *)as->info.privkey.data,
			       as->info.privkey.len };

	*foreign = (struct foreign){ .value = value, .len = len };
	gnutls_init(&foreign->session,
		    (server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_DATAGRAM |
			    GNUTLS_NONBLOCK);
	gnutls_session_set_ptr(foreign->session, foreign);
	gnutls_priority_set_direct(foreign->session,
				   "NORMAL:-VERS-ALL:+VERS-DTLS1.2", NULL);
	gnutls_certificate_allocate_credentials(&foreign->cred);
	if (server)
		gnutls_certificate_set_x509_key_mem(foreign->cred, &cert, &key,
						    GNUTLS_X509_FMT_PEM);
	gnutls_credentials_set(foreign->session, GNUTLS_CRD_CERTIFICATE,
			       foreign->cred);
	gnutls_session_ext_register(foreign->session, "x", extension,
				    GNUTLS_EXT_MANDATORY, foreign_recv,
				    foreign_send, NULL, NULL, NULL, 0);
	gnutls_transport_set_int(foreign->session, as->info.fd);
}

static void foreign_end(struct foreign *foreign)
{
	gnutls_deinit(foreign->session);
	gnutls_certificate_free_credentials(foreign->cred);
}

/* One of the library's own clients with our server; 0 if it is content. */
static int client_run(struct network *net, struct foreign *foreign)
{
	int ret = GNUTLS_E_AGAIN;

	for (int i = 0; i < 50 && (ret == GNUTLS_E_AGAIN || !net->server.over);
	     i++) {
		if (ret == GNUTLS_E_AGAIN)
			ret = gnutls_handshake(foreign->session);
		network_carry(net, CLIENT);
		network_server_step(net);
		network_carry(net, SERVER);
	}
	return ret;
}

struct offer {
	uint16_t extension;
	const char *value;
	size_t len;
	bool keeps; /* to what has been agreed on */
};

static int client_offers(struct network *net, struct foreign *foreign,
			 const struct offer *offer)
{
	network_begin(net);
	net->server.info.cid = own_cid;
	foreign_begin(foreign, &net->client, offer->extension, offer->value,
		      offer->len);
	if (offer->keeps)
		foreign_keeps(foreign, &net->client);
	return client_run(net, foreign);
}

static void client_end(struct network *net, struct foreign *foreign)
{
	foreign_end(foreign);
	network_end(net);
}

static void test_foreign_client(void)
{
	static const struct offer shy = { CONNECTION_ID, "\4abcd", 5, true },
		empty = { CONNECTION_ID, "\0", 1, true },
		forgets = { CONNECTION_ID, "\4abcd", 5, false },
		too_long = { CONNECTION_ID, "\25abcdefghijklmnopqrstu", 22,
			     false };
	const struct tsec_blob abcd = { "abcd", 4 };
	struct foreign foreign;
	struct network net;

	ok(!client_offers(&net, &foreign, &shy) && !net.server.result &&
		   peer_has_cid(&net.server, TSEC_DIR_RX, &own_cid) &&
		   peer_has_cid(&net.server, TSEC_DIR_TX, &abcd) &&
		   !net.server.outcome.done.rrc,
	   "a client that does not answer checks: IDs, and nobody may move");
	client_end(&net, &foreign);
	ok(!client_offers(&net, &foreign, &empty) && !net.server.result &&
		   peer_has_cid(&net.server, TSEC_DIR_RX, &own_cid) &&
		   peer_has_cid(&net.server, TSEC_DIR_TX, NULL),
	   "one that wants none itself: only its own records have one");
	client_end(&net, &foreign);
	client_offers(&net, &foreign, &forgets);
	ok(foreign.answered && !net.server.over,
	   "one that agrees, and leaves the ID away, is not heard");
	client_end(&net, &foreign);
	ok(!client_offers(&net, &foreign, &too_long) && !net.server.result &&
		   !foreign.answered &&
		   peer_has_cid(&net.server, TSEC_DIR_RX, NULL),
	   "one that wants more than the kernel can send: no ID");
	client_end(&net, &foreign);
}

static void test_malformed(void)
{
	static const struct offer offers[] = {
		{ CONNECTION_ID, "\3ab", 3, false },
		{ CONNECTION_ID, "\1ab", 3, false },
		{ RRC, "\1", 1, false },
	};
	struct foreign foreign;
	struct network net;

	for (int i = 0; i < 3; i++) {
		client_offers(&net, &foreign, &offers[i]);
		ok(net.server.result == -EPROTO &&
			   gnutls_alert_get(foreign.session) ==
				   GNUTLS_A_DECODE_ERROR,
		   "%s", net.server.handshake.reason.text);
		client_end(&net, &foreign);
	}
}

/* One of the library's own servers with our client. */
static void server_run(struct network *net, struct foreign *foreign)
{
	gnutls_dtls_prestate_st state = { .record_seq = 1,
					  .hsk_read_seq = 1 };
	int ret = GNUTLS_E_AGAIN;

	gnutls_dtls_prestate_set(foreign->session, &state);
	for (int i = 0; i < 50 && !net->client.over; i++) {
		peer_step(&net->client);
		network_carry(net, CLIENT);
		if (net->proven && ret == GNUTLS_E_AGAIN)
			ret = gnutls_handshake(foreign->session);
		network_carry(net, SERVER);
	}
}

static void test_foreign_server(void)
{
	struct foreign foreign;
	struct network net;

	network_begin(&net);
	net.client.info.cid = own_cid;
	foreign_begin(&foreign, &net.server, CONNECTION_ID,
		      "\25abcdefghijklmnopqrstu", 22);
	server_run(&net, &foreign);
	ok(net.client.result == -EPROTONOSUPPORT && foreign.answered,
	   "a server that wants more than the kernel can send: %s",
	   net.client.handshake.reason.text);
	foreign_end(&foreign);
	network_end(&net);

	network_begin(&net);
	net.client.info.cid = own_cid;
	foreign_begin(&foreign, &net.server, CONNECTION_ID, "", 0);
	server_run(&net, &foreign);
	ok(!net.client.result && net.client.over && foreign.answered,
	   "a server that knows the extension and does not answer it");
	foreign_end(&foreign);
	network_end(&net);
}

int main(void)
{
	network_setup();
	test_foreign_client();
	test_malformed();
	test_foreign_server();
	network_cleanup();
	return done_testing();
}
