// SPDX-License-Identifier: GPL-2.0
/* libsrtp in the program, over plain UDP. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <srtp2/srtp.h>

#include "datagram.h"
#include "rtp.h"

struct context {
	struct rtp_batch *batch;
	srtp_t srtp;
};

static unsigned char key[SRTP_MAX_KEY_LEN];	/* both ends have it */
static srtp_policy_t policy = { .key = key, .window_size = 1024 };
static size_t size;

static void check(srtp_err_status_t status, const char *what)
{
	if (status != srtp_err_status_ok)
		errx(EXIT_FAILURE, "libsrtp: cannot %s: %d", what, status);
}

static void libsrtp_open(const struct bench_options *options)
{
	size = options->size;
	check(srtp_init(), "start");
	random_fill(key, sizeof(key));
	if (!strcmp(options->cipher, "aes-128-gcm"))
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
	else if (!strcmp(options->cipher, "aes-128-cm-hmac-sha1-80"))
		srtp_crypto_policy_set_rtp_default(&policy.rtp);
	else
		errx(EXIT_FAILURE, "libsrtp: which cipher is %s?",
		     options->cipher);
	policy.rtcp = policy.rtp;
}

static int libsrtp_start(struct end *end)
{
	struct context *context = calloc(1, sizeof(*context));

	if (!context)
		die("no memory");
	policy.ssrc.type = end->side == CLIENT ? ssrc_any_outbound :
						 ssrc_any_inbound;
	check(srtp_create(&context->srtp, &policy), "make a session");
	context->batch = rtp_new();
	end->state = context;
	return 0;
}

static void each(struct context *context,
		 srtp_err_status_t (*work)(srtp_t, void *, int *),
		 const char *what)
{
	struct rtp_batch *batch = context->batch;

	for (int i = 0; i < batch->count; i++) {
		int len = batch->lens[i];

		check(work(context->srtp, batch->packets[i], &len), what);
		batch->lens[i] = len;
	}
}

/* The content is the program's own. */
static ssize_t libsrtp_send(struct end *end, const void *buf, size_t len)
{
	struct context *context = end->state;

	(void)buf;
	rtp_make(context->batch, size);
	each(context, srtp_protect, "protect");
	return rtp_send(end->fd, context->batch) ? -1 : (ssize_t)len;
}

static ssize_t libsrtp_recv(struct end *end, void *buf, size_t len)
{
	struct context *context = end->state;

	(void)buf;
	(void)len;
	if (rtp_recv(end->fd, context->batch))
		return -1;
	each(context, srtp_unprotect, "open what has come");
	return rtp_bytes(context->batch);
}

const struct transport datagram_libsrtp = {
	.name	= "libsrtp",
	.batch	= DATAGRAM_BATCH,
	.open	= libsrtp_open,
	.socket	= socket_udp,
	.start	= libsrtp_start,
	.send	= libsrtp_send,
	.recv	= libsrtp_recv,
};
