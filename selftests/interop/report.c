// SPDX-License-Identifier: GPL-2.0
/* What the program tells, a line for each thing. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("peer: ", stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

const char *errno_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "?";
}

static const char *string_of(int fd, int option, char *text, size_t size)
{
	socklen_t len = size - 1;

	memset(text, 0, size);
	if (getsockopt(fd, SOL_TSEC, option, text, &len))
		return "";
	return text;
}

/* FAILED connect EKEYREJECTED certificate is for ... */
void report_failure(int fd, const char *what, int error)
{
	char text[TSEC_ERROR_MAX + 2];

	say("FAILED %s %s %s", what, errno_name(error),
	    string_of(fd, TSEC_ERROR, text, sizeof(text)));
}

void report_string(int fd, const char *what, int option)
{
	char text[TSEC_PEER_ID_MAX + 2];

	say("%s %s", what, string_of(fd, option, text, sizeof(text)));
}

static const char *cipher_name(int cipher)
{
	return cipher <= TSEC_CIPHER_MAX ? cipher_names[cipher] : "?";
}

static const char *version_name(int version)
{
	switch (version) {
	case TSEC_VERSION_TLS_1_2:	return "1.2";
	case TSEC_VERSION_TLS_1_3:	return "1.3";
	case TSEC_VERSION_DTLS_1_2:	return "DTLS-1.2";
	case TSEC_VERSION_DTLS_1_3:	return "DTLS-1.3";
	case TSEC_VERSION_ESP:		return "esp";
	case TSEC_VERSION_ESP_ESN:	return "esp-esn";
	case TSEC_VERSION_SRTP:		return "SRTP";
	case TSEC_VERSION_WIREGUARD:	return "WireGuard";
	default:			return "none";
	}
}

static void report_info(int fd)
{
	struct tsec_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_TSEC, TSEC_INFO, &info, &len)) {
		report_failure(fd, "info", errno);
		return;
	}
	say("INFO id=%u version=%s cipher=%s role=%s state=%d resumed=%d "
	    "closed=%d tx-epoch=%u rx-epoch=%u tx-bytes=%llu rx-bytes=%llu",
	    info.id, version_name(info.version), cipher_name(info.cipher),
	    info.role == TSEC_ROLE_CLIENT ? "client" : "server", info.state,
	    !!(info.flags & TSEC_INFO_RESUMED),
	    !!(info.flags & TSEC_INFO_PEER_CLOSED), info.tx.epoch,
	    info.rx.epoch, (unsigned long long)info.tx.bytes,
	    (unsigned long long)info.rx.bytes);
}

void report_session(int fd)
{
	report_info(fd);
	report_string(fd, "PEER_ID", TSEC_PEER_ID);
	report_string(fd, "PEER_NAME", TSEC_PEER_NAME);
	report_string(fd, "ALPN", TSEC_ALPN);
}

/* EXPORT and the keying material in hexadecimal, as "openssl" shows it. */
void report_export(int fd, const char *label, const char *context, int n)
{
	union {
		struct tsec_export request;
		uint8_t bytes[TSEC_EXPORT_MAX];
	} u = { 0 };
	socklen_t len = n;

	u.request.label_len = strlen(label);
	u.request.context_len = strlen(context);
	memcpy(u.request.data, label, u.request.label_len);
	memcpy(u.request.data + u.request.label_len, context,
	       u.request.context_len);
	if (getsockopt(fd, SOL_TSEC, TSEC_EXPORT, &u, &len)) {
		report_failure(fd, "export", errno);
		return;
	}
	printf("EXPORT ");
	for (socklen_t i = 0; i < len; i++)
		printf("%02X", u.bytes[i]);
	say("%s", "");
}

void report_peer_cert(int fd, const char *file)
{
	static char der[TSEC_PEER_CERT_MAX];
	socklen_t len = sizeof(der);
	int out;

	if (getsockopt(fd, SOL_TSEC, TSEC_PEER_CERT, der, &len)) {
		report_failure(fd, "cert", errno);
		return;
	}
	out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0 || write(out, der, len) != (ssize_t)len)
		die("%s: %s", file, strerror(errno));
	close(out);
	say("CERT %u", len);
}
