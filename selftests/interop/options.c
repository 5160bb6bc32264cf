// SPDX-License-Identifier: GPL-2.0
/* Options of the command line, and the socket options they become. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

static const char usage[] =
	"Usage: peer { client | server } [OPTION]... HOST PORT [ACTION]...\n"
	"       peer { pattern | check } MEGABYTES\n"
	"  --profile NAME --name PEER --alpn LIST --verify none|request|require\n"
	"  --min 1.2|1.3 --max 1.2|1.3 --cipher NAME[,NAME]... --cache on|off\n"
	"  --cert FILE --key FILE --trust FILE   given to the socket as bytes\n"
	"  --psk IDENTITY:HEX --connection-id BYTES\n"
	"  --count N       connections, one after the other (1)\n"
	"  --fork          server: a child for each connection\n"
	"  --backlog N     server: of listen(2) (64)\n"
	"  --defer         client: connect(2) without waiting, then poll(2)\n"
	"  --from PORT     client: its own port\n"
	"  --datagrams     sockets of type SOCK_DGRAM\n"
	"  --protocol NAME tls, dtls, srtp, esp or wireguard, not the default\n"
	"  --update N      bulk: renew the key after every N writes\n"
	"  --request       bulk, --update: ask the peer to do so, too\n"
	"  --write BYTES   bulk: how much each write has (65536)\n"
	"  --timeout SECS  of silence, after which reads fail (60)\n"
	"Actions, in order:\n"
	"  send TEXT | recv | datagram | until LINE | end | shutdown | reset | quit | wait | commands\n"
	"  rounds SECONDS | bulk MB | check MB | both MB | echo | sendfile FILE | recvfile FILE\n"
	"  update 0|1 | info | error | cert FILE\n"
	"  export LABEL CONTEXT LENGTH\n"
	"  rtp N           N packets of RTP and of RTCP, and the answer to each\n"
	"  mirror N        the same, of a peer that sends each back as it is\n"
	"  answer          each such packet with another source, up to the end\n";

enum {
	OPT_PROFILE = 1, OPT_NAME, OPT_ALPN, OPT_VERIFY, OPT_MIN, OPT_MAX,
	OPT_CIPHER, OPT_CACHE, OPT_CERT, OPT_KEY, OPT_TRUST, OPT_PSK,
	OPT_COUNT, OPT_FORK, OPT_BACKLOG, OPT_DEFER, OPT_UPDATE, OPT_REQUEST,
	OPT_WRITE, OPT_TIMEOUT, OPT_DATAGRAMS, OPT_PROTOCOL, OPT_FROM,
	OPT_CID,
};

static const struct option longs[] = {
	{ "profile",	required_argument,	NULL,	OPT_PROFILE },
	{ "name",	required_argument,	NULL,	OPT_NAME },
	{ "alpn",	required_argument,	NULL,	OPT_ALPN },
	{ "verify",	required_argument,	NULL,	OPT_VERIFY },
	{ "min",	required_argument,	NULL,	OPT_MIN },
	{ "max",	required_argument,	NULL,	OPT_MAX },
	{ "cipher",	required_argument,	NULL,	OPT_CIPHER },
	{ "cache",	required_argument,	NULL,	OPT_CACHE },
	{ "cert",	required_argument,	NULL,	OPT_CERT },
	{ "key",	required_argument,	NULL,	OPT_KEY },
	{ "trust",	required_argument,	NULL,	OPT_TRUST },
	{ "psk",	required_argument,	NULL,	OPT_PSK },
	{ "count",	required_argument,	NULL,	OPT_COUNT },
	{ "connection-id", required_argument, NULL,	OPT_CID },
	{ "fork",	no_argument,		NULL,	OPT_FORK },
	{ "backlog",	required_argument,	NULL,	OPT_BACKLOG },
	{ "defer",	no_argument,		NULL,	OPT_DEFER },
	{ "datagrams",	no_argument,		NULL,	OPT_DATAGRAMS },
	{ "protocol",	required_argument,	NULL,	OPT_PROTOCOL },
	{ "from",	required_argument,	NULL,	OPT_FROM },
	{ "update",	required_argument,	NULL,	OPT_UPDATE },
	{ "request",	no_argument,		NULL,	OPT_REQUEST },
	{ "write",	required_argument,	NULL,	OPT_WRITE },
	{ "timeout",	required_argument,	NULL,	OPT_TIMEOUT },
	{ }
};

static const char *const verify_names[] = {
	"default", "none", "request", "require", NULL
};

const char *const cipher_names[TSEC_CIPHER_MAX + 2] = {
	[TSEC_CIPHER_UNSPEC]			= "none",
	[TSEC_CIPHER_AES_128_GCM]		= "aes-128-gcm",
	[TSEC_CIPHER_AES_256_GCM]		= "aes-256-gcm",
	[TSEC_CIPHER_CHACHA20_POLY1305]		= "chacha20-poly1305",
	[TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80]	= "aes-128-cm-hmac-sha1-80",
	[TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32]	= "aes-128-cm-hmac-sha1-32",
	[TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80]	= "aes-256-cm-hmac-sha1-80",
	[TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32]	= "aes-256-cm-hmac-sha1-32",
};

static const char *const protocol_names[] = {
	"default", "tls", "dtls", "srtp", "esp", "wireguard", NULL
};

static void bad_usage(const char *what)
{
	fprintf(stderr, "peer: what is \"%s\"?\n%s", what, usage);
	exit(2);
}

static int index_of(const char *const *names, const char *word, size_t len)
{
	for (int i = 0; names[i]; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], word, len))
			return i;
	bad_usage(word);
	return -1;
}

static int version_of(const char *word)
{
	if (strcmp(word, "1.2") && strcmp(word, "1.3"))
		bad_usage(word);
	return word[2] == '2' ? TSEC_VERSION_TLS_1_2 : TSEC_VERSION_TLS_1_3;
}

/* Where the options that are kept as they are go. */
static const struct {
	int option;
	size_t offset;
} texts[] = {
	{ OPT_PROFILE,	offsetof(struct options, profile) },
	{ OPT_NAME,	offsetof(struct options, name) },
	{ OPT_ALPN,	offsetof(struct options, alpn) },
	{ OPT_CIPHER,	offsetof(struct options, ciphers) },
	{ OPT_CERT,	offsetof(struct options, cert) },
	{ OPT_KEY,	offsetof(struct options, key) },
	{ OPT_TRUST,	offsetof(struct options, trust) },
	{ OPT_PSK,	offsetof(struct options, psk) },
}, numbers[] = {
	{ OPT_COUNT,	offsetof(struct options, count) },
	{ OPT_CID,	offsetof(struct options, cid) },
	{ OPT_BACKLOG,	offsetof(struct options, backlog) },
	{ OPT_UPDATE,	offsetof(struct options, update_every) },
	{ OPT_WRITE,	offsetof(struct options, write_size) },
	{ OPT_TIMEOUT,	offsetof(struct options, timeout) },
	{ OPT_FROM,	offsetof(struct options, from) },
};

static bool take_text_or_number(int c, struct options *o)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].option != c)
			continue;
		*(const char **)((char *)o + texts[i].offset) = optarg;
		return true;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i].option != c)
			continue;
		*(int *)((char *)o + numbers[i].offset) = atoi(optarg);
		return true;
	}
	return false;
}

static void take(int c, struct options *o)
{
	if (take_text_or_number(c, o))
		return;
	switch (c) {
	case OPT_VERIFY:
		o->verify = index_of(verify_names, optarg, strlen(optarg));
		break;
	case OPT_PROTOCOL:
		o->protocol = index_of(protocol_names, optarg, strlen(optarg));
		break;
	case OPT_MIN:
		o->min = version_of(optarg);
		break;
	case OPT_MAX:
		o->max = version_of(optarg);
		break;
	case OPT_CACHE:
		o->cache = !strcmp(optarg, "on");
		break;
	case OPT_FORK:
		o->fork = true;
		break;
	case OPT_DEFER:
		o->defer = true;
		break;
	case OPT_DATAGRAMS:
		o->datagrams = true;
		break;
	case OPT_REQUEST:
		o->update_value = 1;
		break;
	default:
		bad_usage("");
	}
}

/* The role comes first.  Returns how many words of argv are used up. */
int options_parse(int argc, char **argv, struct options *o)
{
	int c;

	*o = (struct options){
		.cache = -1, .cid = -1, .count = 1, .backlog = 64,
		.timeout = 60, .write_size = LINE_MAX_LEN,
	};
	if (argc < 2)
		bad_usage("nothing");
	o->server = !strcmp(argv[1], "server");
	if (!o->server && strcmp(argv[1], "client"))
		bad_usage(argv[1]);
	while ((c = getopt_long(argc - 1, argv + 1, "+", longs, NULL)) >= 0)
		take(c, o);
	if (o->write_size < 1 || o->write_size > LINE_MAX_LEN)
		bad_usage("--write");
	if (argc - 1 - optind < 2)
		bad_usage("an address without a port");
	o->host = argv[1 + optind];
	o->port = argv[2 + optind];
	return optind + 3;
}

/* --- the socket */

static void set(int fd, const char *what, int name, const void *value,
		size_t len)
{
	if (!setsockopt(fd, SOL_TSEC, name, value, len))
		return;
	report_failure(fd, what, errno);
	exit(1);
}

static void set_text(int fd, const char *what, int name, const char *value)
{
	if (value)
		set(fd, what, name, value, strlen(value));
}

static void set_int(int fd, const char *what, int name, int value)
{
	set(fd, what, name, &value, sizeof(value));
}

static void set_file(int fd, const char *what, int name, const char *path)
{
	static char bytes[TSEC_PEM_MAX + 1];
	ssize_t len;
	int file;

	if (!path)
		return;
	file = open(path, O_RDONLY | O_CLOEXEC);
	len = file < 0 ? -1 : read(file, bytes, sizeof(bytes));
	if (len < 0)
		die("%s: %s", path, strerror(errno));
	close(file);
	set(fd, what, name, bytes, len);
	explicit_bzero(bytes, sizeof(bytes));
}

static void set_ciphers(int fd, const char *list)
{
	uint16_t ciphers[TSEC_CIPHER_MAX];
	size_t len, n = 0;

	if (!list)
		return;
	for (; *list && n < TSEC_CIPHER_MAX; list += len + !!list[len]) {
		len = strcspn(list, ",");
		ciphers[n++] = index_of(cipher_names, list, len);
	}
	set(fd, "ciphers", TSEC_CIPHERS, ciphers, n * sizeof(*ciphers));
}

static size_t from_hex(const char *hex, uint8_t *bytes, size_t max)
{
	unsigned int byte;
	size_t n = 0;

	while (n < max && sscanf(hex + 2 * n, "%2x", &byte) == 1)
		bytes[n++] = byte;
	return n;
}

static void set_psk(int fd, const char *text)
{
	struct tsec_psk *psk;
	const char *colon;

	if (!text)
		return;
	colon = strrchr(text, ':');
	if (!colon || colon - text > TSEC_PSK_IDENTITY_MAX)
		bad_usage(text);
	psk = calloc(1, sizeof(*psk) + TSEC_PSK_IDENTITY_MAX +
		     TSEC_PSK_KEY_MAX);
	if (!psk)
		die("out of memory");
	psk->identity_len = colon - text;
	memcpy(psk->data, text, psk->identity_len);
	psk->key_len = from_hex(colon + 1, psk->data + psk->identity_len,
				TSEC_PSK_KEY_MAX);
	set(fd, "psk", TSEC_PSK, psk,
	    sizeof(*psk) + psk->identity_len + psk->key_len);
	explicit_bzero(psk->data, psk->identity_len + psk->key_len);
	free(psk);
}

/* A refusal is reported like any failure, and ends the program. */
void options_apply(int fd, const struct options *o)
{
	set_text(fd, "profile", TSEC_PROFILE, o->profile);
	set_text(fd, "name", TSEC_PEER_NAME, o->name);
	set_text(fd, "alpn", TSEC_ALPN, o->alpn);
	set_file(fd, "cert", TSEC_CERT, o->cert);
	set_file(fd, "key", TSEC_PRIVKEY, o->key);
	set_file(fd, "trust", TSEC_TRUST, o->trust);
	set_psk(fd, o->psk);
	set_ciphers(fd, o->ciphers);
	if (o->verify)
		set_int(fd, "verify", TSEC_VERIFY, o->verify);
	if (o->max)
		set_int(fd, "max", TSEC_VERSION_MAX, o->max);
	if (o->min)
		set_int(fd, "min", TSEC_VERSION_MIN, o->min);
	if (o->cache >= 0)
		set_int(fd, "cache", TSEC_SESSION_CACHE, o->cache);
	if (o->cid >= 0)
		set_int(fd, "connection-id", TSEC_CONNECTION_ID, o->cid);
}
