// SPDX-License-Identifier: GPL-2.0
/*
 * nss: one end of a DTLS 1.3 session by NSS, told by its command line what to
 * do.
 *
 *	nss client|server DATABASE PORT [OPTION]... ACTION...
 *
 * It talks over the loopback address.  A server has one client after the other.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <nspr.h>
#include <nss.h>
#include <pk11pub.h>
#include <poll.h>
#include <private/pprio.h>
#include <ssl.h>
#include <sslexp.h>
#include <sslproto.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ROOM		= 4096,
	PATIENCE_S	= 20,
	POLL_MS		= 50,
	SERVERS_MAX	= 1000,		/* clients of one server */
	MATERIAL_MAX	= 64,
};

static struct {
	bool server;
	int port;
	int times;			/* connections, with the same actions */
	uint16_t cipher;		/* 0: any */
	uint16_t version_min, version_max;
	const char *psk;		/* IDENTITY:KEY, in hex */
	SSLHashType psk_hash;
	SSLNamedGroup group;		/* 0: any */
	bool cookie;			/* HelloRetryRequest for everybody */
	bool ask_cert;			/* of clients */
	const char *cert;		/* nickname of the own one */
} options = {
	.times = 1,
	.version_min = SSL_LIBRARY_VERSION_TLS_1_3,
	.version_max = SSL_LIBRARY_VERSION_TLS_1_3,
	.psk_hash = ssl_hash_sha256,
};

static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static void die(const char *what)
{
	PRErrorCode code = PR_GetError();

	fprintf(stderr, "nss: %s: %s\n", what,
		code ? PR_ErrorToName(code) : "wrong");
	exit(2);
}

static void check(SECStatus status, const char *what)
{
	if (status != SECSuccess)
		die(what);
}

static bool failed(const char *what)
{
	say("FAILED %s %s", what, PR_ErrorToName(PR_GetError()));
	return false;
}

/* Sockets **************************************************************** */

static int udp_socket(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(options.port),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
				 sizeof(one)) ||
	    (options.server ? bind : connect)(fd, (void *)&address,
					      sizeof(address))) {
		perror("nss: socket");
		exit(2);
	}
	return fd;
}

/* Waits for somebody who is not the last one, whose farewell may be late. */
static void udp_accept(int fd)
{
	enum { HANDSHAKE = 22 };
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	unsigned char first;

	while (recvfrom(fd, &first, 1, MSG_PEEK, (void *)&from, &len) != 1 ||
	       first != HANDSHAKE)
		recv(fd, &first, 1, 0);
	if (connect(fd, (void *)&from, len)) {
		perror("nss: connect");
		exit(2);
	}
}

/*
 * Waits a little for something to come, and lets timers run.  A server that has
 * one client after the other may not be there yet.
 */
static bool wait_a_little(PRFileDesc *fd, PRIntervalTime began)
{
	struct pollfd io = { .fd = PR_FileDesc2NativeHandle(fd),
			     .events = POLLIN };
	PRErrorCode code = PR_GetError();

	if (code != PR_WOULD_BLOCK_ERROR && code != PR_CONNECT_REFUSED_ERROR)
		return false;
	if (PR_IntervalToSeconds(PR_IntervalNow() - began) >= PATIENCE_S) {
		PR_SetError(PR_IO_TIMEOUT_ERROR, 0);
		return false;
	}
	poll(&io, 1, POLL_MS);
	return true;
}

/* Settings *************************************************************** */

static SSLHelloRetryRequestAction retry(PRBool first, const PRUint8 *token,
					unsigned int len, PRUint8 *new_token,
					unsigned int *new_len,
					unsigned int max, void *arg)
{
	(void)token;
	(void)arg;
	if (!first)
		return len == 1 ? ssl_hello_retry_accept :
				  ssl_hello_retry_fail;
	if (!max)
		return ssl_hello_retry_fail;
	*new_token = 1;
	*new_len = 1;
	return ssl_hello_retry_request;
}

static void set_ciphers(PRFileDesc *fd)
{
	const PRUint16 *all = SSL_GetImplementedCiphers();

	for (unsigned int i = 0; i < SSL_GetNumImplementedCiphers(); i++)
		if (options.cipher && all[i] >> 8 == 0x13)
			check(SSL_CipherPrefSet(fd, all[i],
						all[i] == options.cipher),
			      "cipher");
}

static unsigned int hex_read(const char *hex, uint8_t *bytes, unsigned int max)
{
	unsigned int n = 0;

	while (n < max && sscanf(hex + 2 * n, "%2hhx", &bytes[n]) == 1)
		n++;
	return n;
}

static void set_psk(PRFileDesc *fd)
{
	const char *colon = options.psk ? strchr(options.psk, ':') : NULL;
	uint8_t key[MATERIAL_MAX];
	SECItem item = { siBuffer, key, 0 };
	PK11SymKey *psk;

	if (!options.psk)
		return;
	item.len = hex_read(colon + 1, key, sizeof(key));
	psk = PK11_ImportSymKey(PK11_GetInternalSlot(), CKM_HKDF_KEY_GEN,
				PK11_OriginUnwrap, CKA_DERIVE, &item, NULL);
	if (!psk)
		die("PSK");
	check(SSL_AddExternalPsk(fd, psk, (const PRUint8 *)options.psk,
				 colon - options.psk, options.psk_hash),
	      "PSK");
	PK11_FreeSymKey(psk);
}

static void set_own_cert(PRFileDesc *fd)
{
	CERTCertificate *cert;
	SECKEYPrivateKey *key;

	if (!options.server || !options.cert)
		return;
	cert = PK11_FindCertFromNickname(options.cert, NULL);
	key = cert ? PK11_FindKeyByAnyCert(cert, NULL) : NULL;
	if (!key)
		die("certificate");
	check(SSL_ConfigServerCert(fd, cert, key, NULL, 0), "certificate");
	CERT_DestroyCertificate(cert);
	SECKEY_DestroyPrivateKey(key);
}

static void set_options(PRFileDesc *fd)
{
	SSLVersionRange range = { options.version_min, options.version_max };

	check(SSL_OptionSet(fd, SSL_SECURITY, PR_TRUE), "security");
	check(SSL_OptionSet(fd, SSL_ENABLE_SESSION_TICKETS, PR_TRUE),
	      "tickets");
	check(SSL_VersionRangeSet(fd, &range), "versions");
	if (options.ask_cert) {
		check(SSL_OptionSet(fd, SSL_REQUEST_CERTIFICATE, PR_TRUE),
		      "client certificates");
		check(SSL_OptionSet(fd, SSL_REQUIRE_CERTIFICATE,
				    SSL_REQUIRE_ALWAYS),
		      "client certificates");
	}
	if (options.group)
		check(SSL_NamedGroupConfig(fd, &options.group, 1), "group");
	if (options.cookie)
		check(SSL_HelloRetryRequestCallback(fd, retry, NULL),
		      "cookie");
	if (!options.server)
		check(SSL_SetURL(fd, "localhost"), "name");
	/* The default one shows whichever of the database fits. */
	if (!options.server && options.cert)
		check(SSL_GetClientAuthDataHook(fd, NSS_GetClientAuthData,
						(void *)options.cert),
		      "certificate");
	set_ciphers(fd);
	set_psk(fd);
	set_own_cert(fd);
}

static PRFileDesc *open_dtls(int udp)
{
	PRFileDesc *fd = DTLS_ImportFD(NULL, PR_ImportUDPSocket(udp));
	PRSocketOptionData data = { .option = PR_SockOpt_Nonblocking };

	if (!fd)
		die("DTLS_ImportFD");
	data.value.non_blocking = PR_TRUE;
	if (PR_SetSocketOption(fd, &data) != PR_SUCCESS)
		die("O_NONBLOCK");
	set_options(fd);
	check(SSL_ResetHandshake(fd, options.server), "handshake");
	return fd;
}

/* What to do ************************************************************* */

static void say_data(const char *data, int len)
{
	if (len)
		say("DATA %.*s", (int)strcspn(data, "\n"), data);
	else
		say("END");
}

static bool handshake(PRFileDesc *fd)
{
	PRIntervalTime began = PR_IntervalNow();

	while (SSL_ForceHandshake(fd) != SECSuccess)
		if (!wait_a_little(fd, began))
			return failed("handshake");
	say("CONNECTED");
	return true;
}

static bool do_send(PRFileDesc *fd, const char *text)
{
	int len = strlen(text);

	return PR_Write(fd, text, len) == len || failed("send");
}

static bool do_recv(PRFileDesc *fd)
{
	PRIntervalTime began = PR_IntervalNow();
	char data[ROOM];
	int len;

	while ((len = PR_Recv(fd, data, sizeof(data) - 1, 0, 0)) < 0)
		if (!wait_a_little(fd, began))
			return failed("recv");
	data[len] = '\0';
	say_data(data, len);
	return true;
}

/* Until it writes with keys of this epoch: its KeyUpdate is acknowledged. */
static bool do_epoch(PRFileDesc *fd, const char *number)
{
	PRIntervalTime began = PR_IntervalNow();
	PRUint16 read = 0, write = 0;
	char data[ROOM];
	int len;

	for (;;) {
		SSL_GetCurrentEpoch(fd, &read, &write);
		if (write >= atoi(number))
			return true;
		len = PR_Recv(fd, data, sizeof(data) - 1, 0, 0);
		if (!len || (len < 0 && !wait_a_little(fd, began)))
			return failed("epoch");
		if (len > 0) {
			data[len] = '\0';
			say_data(data, len);
		}
	}
}

static bool do_update(PRFileDesc *fd, const char *request)
{
	return SSL_KeyUpdate(fd, atoi(request)) == SECSuccess ||
	       failed("update");
}

static bool do_info(PRFileDesc *fd)
{
	SSLCipherSuiteInfo suite;
	PRUint16 read = 0, write = 0;
	SSLChannelInfo info;

	SSL_GetCurrentEpoch(fd, &read, &write);
	if (SSL_GetChannelInfo(fd, &info, sizeof(info)) != SECSuccess ||
	    SSL_GetCipherSuiteInfo(info.cipherSuite, &suite, sizeof(suite)) !=
		    SECSuccess)
		return failed("info");
	say("INFO version=%x cipher=%s resumed=%d psk=%d tx-epoch=%u "
	    "rx-epoch=%u",
	    info.protocolVersion, suite.cipherSuiteName, info.resumed,
	    info.pskType == ssl_psk_external, write, read);
	return true;
}

static bool do_export(PRFileDesc *fd, const char *label)
{
	unsigned char material[32];
	char hex[2 * sizeof(material) + 1];

	if (SSL_ExportKeyingMaterial(fd, label, strlen(label), PR_FALSE, NULL,
				     0, material,
				     sizeof(material)) != SECSuccess)
		return failed("export");
	for (size_t i = 0; i < sizeof(material); i++)
		sprintf(hex + 2 * i, "%02X", material[i]);
	say("EXPORT %s", hex);
	return true;
}

static bool act(PRFileDesc *fd, char ***words)
{
	const char *word = *(*words)++;

	if (!strcmp(word, "recv"))
		return do_recv(fd);
	if (!strcmp(word, "info"))
		return do_info(fd);
	if (**words && !strcmp(word, "send"))
		return do_send(fd, *(*words)++);
	if (**words && !strcmp(word, "epoch"))
		return do_epoch(fd, *(*words)++);
	if (**words && !strcmp(word, "update"))
		return do_update(fd, *(*words)++);
	if (**words && !strcmp(word, "export"))
		return do_export(fd, *(*words)++);
	die(word);
	return false;
}

static bool session(char **words)
{
	int udp = udp_socket();
	PRFileDesc *fd;
	bool good;

	if (options.server) {
		say("LISTENING");
		udp_accept(udp);
		say("ACCEPTED");
	}
	fd = open_dtls(udp);
	good = handshake(fd);
	while (good && *words)
		good = act(fd, &words);
	PR_Close(fd); /* which sends close_notify */
	say("CLOSED");
	return good;
}

/* Command line *********************************************************** */

static SSLNamedGroup group_of(const char *name)
{
	return !strcmp(name, "x25519") ? ssl_grp_ec_curve25519 :
					 ssl_grp_ec_secp256r1;
}

static uint16_t cipher_of(const char *name)
{
	if (!strcmp(name, "aes-128-gcm"))
		return TLS_AES_128_GCM_SHA256;
	if (!strcmp(name, "aes-256-gcm"))
		return TLS_AES_256_GCM_SHA384;
	return TLS_CHACHA20_POLY1305_SHA256;
}

static uint16_t version_of(const char *name)
{
	return strcmp(name, "1.2") ? SSL_LIBRARY_VERSION_TLS_1_3 :
				     SSL_LIBRARY_VERSION_TLS_1_2;
}

static void option_take(int option)
{
	switch (option) {
	case 'c':
		options.cipher = cipher_of(optarg);
		break;
	case 'g':
		options.group = group_of(optarg);
		break;
	case 'm':
		options.version_min = version_of(optarg);
		break;
	case 'M':
		options.version_max = version_of(optarg);
		break;
	case 'n':
		options.cert = optarg;
		break;
	case 'p':
		options.psk = optarg;
		break;
	case '3':
		options.psk_hash = ssl_hash_sha384;
		break;
	case 'r':
		options.cookie = true;
		break;
	case 't':
		options.times = atoi(optarg);
		break;
	case 'v':
		options.ask_cert = true;
		break;
	default:
		exit(2);
	}
}

static const struct option names[] = {
	{ "cipher", required_argument, NULL, 'c' },
	{ "group", required_argument, NULL, 'g' },
	{ "min", required_argument, NULL, 'm' },
	{ "max", required_argument, NULL, 'M' },
	{ "cert", required_argument, NULL, 'n' },
	{ "psk", required_argument, NULL, 'p' },
	{ "sha384", no_argument, NULL, '3' },
	{ "cookie", no_argument, NULL, 'r' },
	{ "times", required_argument, NULL, 't' },
	{ "verify", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

int main(int argc, char **argv)
{
	bool good = true;
	int option;

	while ((option = getopt_long(argc, argv, "+", names, NULL)) != -1)
		option_take(option);
	argv += optind;
	if (argc - optind < 3)
		die("usage: [OPTION]... client|server DATABASE PORT ACTION...");
	options.server = !strcmp(argv[0], "server");
	options.port = atoi(argv[2]);
	check(NSS_Init(argv[1]), argv[1]);
	if (options.server)
		check(SSL_ConfigServerSessionIDCache(SERVERS_MAX, 0, 0, NULL),
		      "session cache");
	say("NSS %s", NSS_GetVersion());
	for (int i = 0; i < options.times; i++)
		good &= session(argv + 3);
	return !good;
}
