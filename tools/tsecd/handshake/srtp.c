// SPDX-License-Identifier: GPL-2.0
/*
 * DTLS-SRTP (RFC 5764): a handshake of DTLS agrees on how SRTP protects its
 * packets (use_srtp), and its exporter gives the master keys.
 *
 * The DTLS association itself carries no data.  It stays as long as the
 * session, for the peer may end the session by it.
 *
 * The library knows the profiles of RFC 5764 by name.  It takes the others by
 * their number as well; their keys come of its exporter, as all do here.
 */
#include <errno.h>
#include <gnutls/dtls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dtls.h"
#include "srtp.h"
#include "tls.h"

#define USE_SRTP 14 /* number of the extension */
#define LABEL "EXTRACTOR-dtls_srtp"

struct srtp {
	uint16_t ciphers[TSEC_CIPHERS_MAX]; /* that a handshake can agree on */
	unsigned int n_ciphers;
	bool asked; /* the client has sent use_srtp */
	uint8_t farewell[TSEC_FAREWELL_MAX];
};

/* Protection profiles (RFC 5764 section 4.1.2, RFC 7714 section 14.2). */
static const struct protection {
	uint16_t cipher;
	uint16_t number;
} protections[] = {
	{ TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80, 0x0001 },
	{ TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32, 0x0002 },
	{ TSEC_CIPHER_AES_128_GCM, 0x0007 },
	{ TSEC_CIPHER_AES_256_GCM, 0x0008 },
};

/* What protects the handshake is no matter of the profile's ciphers. */
static const uint16_t dtls_ciphers[] = {
	TSEC_CIPHER_AES_256_GCM,
	TSEC_CIPHER_AES_128_GCM,
	TSEC_CIPHER_CHACHA20_POLY1305,
};

static struct srtp *srtp_of(const struct handshake *handshake)
{
	struct tls *tls = handshake->state;

	return tls->media;
}

/* 0 if there is none. */
static uint16_t number_of(uint16_t cipher)
{
	for (size_t i = 0; i < sizeof(protections) / sizeof(*protections); i++)
		if (protections[i].cipher == cipher)
			return protections[i].number;
	return 0;
}

static uint16_t cipher_of(uint16_t number)
{
	for (size_t i = 0; i < sizeof(protections) / sizeof(*protections); i++)
		if (protections[i].number == number)
			return protections[i].cipher;
	return TSEC_CIPHER_UNSPEC;
}

/* What is agreed on ******************************************************* */

static int offer(struct tls *tls, uint16_t cipher)
{
	if (gnutls_srtp_set_profile(tls->session,
				    (gnutls_srtp_profile_t)number_of(cipher)) >=
	    0)
		return 0;
	return reason_set(&tls->handshake->reason, ENOMEM, "out of memory");
}

/* @data: the client's protection profiles, behind their length, and its MKI */
static bool is_offered(const uint8_t *data, size_t len, uint16_t number)
{
	size_t list = len >= 2 ? data[0] << 8 | data[1] : 0;

	if (list + 2 < len)
		len = list + 2;
	for (size_t at = 2; at + 1 < len; at += 2)
		if ((data[at] << 8 | data[at + 1]) == number)
			return true;
	return false;
}

static int take_offer(void *ctx, unsigned int id, const unsigned char *data,
		      unsigned int len)
{
	struct tls *tls = ctx;
	struct srtp *srtp = tls->media;

	if (id != USE_SRTP)
		return 0;
	srtp->asked = true;
	for (unsigned int i = 0; i < srtp->n_ciphers; i++)
		if (is_offered(data, len, number_of(srtp->ciphers[i])))
			return offer(tls, srtp->ciphers[i]);
	tls->alert = GNUTLS_A_HANDSHAKE_FAILURE;
	return reason_set(&tls->handshake->reason, EPROTONOSUPPORT,
			  "no cipher of SRTP is common with the client");
}

static int refuse_plain(struct tls *tls)
{
	tls->alert = GNUTLS_A_HANDSHAKE_FAILURE;
	return reason_set(&tls->handshake->reason, EPROTONOSUPPORT,
			  "the %s speaks DTLS without SRTP (RFC 5764)",
			  tls_is_client(tls) ? "server" : "client");
}

/*
 * A server chooses before the library does, which then finds the one profile
 * in the client's list that is meant.
 */
static int choose(struct tls *tls, const gnutls_datum_t *message)
{
	struct srtp *srtp = tls->media;
	int err;

	if (srtp->asked)
		return 0;
	err = gnutls_ext_raw_parse(tls, take_offer, message,
				   GNUTLS_EXT_RAW_FLAG_DTLS_CLIENT_HELLO);
	if (err >= 0 && !srtp->asked)
		err = refuse_plain(tls);
	return err < 0 ? GNUTLS_E_UNWANTED_ALGORITHM : 0;
}

/* Clients offer none, so no server may have one (RFC 5764 section 4.1.3). */
static int check_mki(struct tls *tls)
{
	gnutls_datum_t mki;

	if (gnutls_srtp_get_mki(tls->session, &mki) < 0 || !mki.size)
		return 0;
	tls->alert = GNUTLS_A_ILLEGAL_PARAMETER;
	if (tls_is_client(tls))
		return reason_set(&tls->handshake->reason, EPROTO,
				  "the server has a master key identifier that "
				  "it was not asked for");
	if (mki.size > TSEC_CID_MAX)
		return reason_set(&tls->handshake->reason, EPROTONOSUPPORT,
				  "the client wants a master key identifier of "
				  "%u bytes, more than %d",
				  mki.size, TSEC_CID_MAX);
	return 0;
}

/* Which cipher it has come to; an errno if to none. */
static int agreed(struct tls *tls)
{
	gnutls_srtp_profile_t number;
	int err;

	if (gnutls_srtp_get_selected_profile(tls->session, &number) < 0)
		return refuse_plain(tls);
	err = check_mki(tls);
	return err ? err : cipher_of(number);
}

/* The handshake *********************************************************** */

static int choose_ciphers(struct tls *tls,
			  const struct tsec_profile_info *settings)
{
	struct srtp *srtp = tls->media;
	int err = 0;

	for (unsigned int i = 0; i < settings->n_ciphers; i++)
		if (number_of(settings->ciphers[i]))
			srtp->ciphers[srtp->n_ciphers++] = settings->ciphers[i];
	if (!srtp->n_ciphers)
		return reason_set(&tls->handshake->reason, EPROTONOSUPPORT,
				  "the profile leaves no cipher of SRTP that a "
				  "handshake can agree on");
	for (unsigned int i = 0;
	     !err && tls_is_client(tls) && i < srtp->n_ciphers; i++)
		err = offer(tls, srtp->ciphers[i]);
	return err;
}

/*
 * The library's extension takes no part in the resumption of a session, so
 * that the two ends would not agree on anything.
 */
static int open_dtls(struct handshake *handshake,
		     const struct tsec_handshake_info *info)
{
	struct tsec_handshake_info dtls = *info;

	memcpy(dtls.settings.ciphers, dtls_ciphers, sizeof(dtls_ciphers));
	dtls.settings.n_ciphers = sizeof(dtls_ciphers) / sizeof(uint16_t);
	dtls.settings.session_cache = 2;
	return dtls_open(handshake, &dtls);
}

static int srtp_open(struct handshake *handshake,
		     const struct tsec_handshake_info *info)
{
	int err = open_dtls(handshake, info);
	struct tls *tls = handshake->state;

	if (err)
		return err;
	tls->media = calloc(1, sizeof(struct srtp));
	if (!tls->media)
		return reason_set(&handshake->reason, ENOMEM, "out of memory");
	if (!tls_is_client(tls))
		tls->hello = choose;
	return choose_ciphers(tls, &info->settings);
}

static int srtp_step(struct handshake *handshake)
{
	int want = dtls_step(handshake);

	if (want != HANDSHAKE_OVER)
		return want;
	want = agreed(handshake->state);
	return want < 0 ? want : HANDSHAKE_OVER;
}

/* Outcome ***************************************************************** */

/* RFC 5764 section 4.2: both keys, then both salts, the client's first. */
static void put_direction(struct tls *tls, struct outcome *outcome,
			  int direction, const uint8_t *material)
{
	bool server = (direction == TSEC_DIR_TX) != tls_is_client(tls);
	struct tsec_key_info *key = &outcome->key[direction];
	uint16_t cipher = outcome->done.cipher;
	size_t key_len = tsec_cipher_key_len(cipher);
	size_t salt_len = tsec_cipher_iv_len(cipher, TSEC_VERSION_SRTP);

	memcpy(outcome->secret[direction], material + server * key_len,
	       key_len);
	memcpy(outcome->iv[direction],
	       material + 2 * key_len + server * salt_len, salt_len);
	tsec_set(key, KEY_SESSION, session, tls->handshake->session);
	tsec_set(key, KEY_DIRECTION, direction, direction);
	tsec_set(key, KEY_VERSION, version, TSEC_VERSION_SRTP);
	tsec_set(key, KEY_CIPHER, cipher, cipher);
	tsec_set(key, KEY_SEQ, seq, 0);
	tsec_set(key, KEY_KEY, key,
		 ((struct tsec_blob){ outcome->secret[direction], key_len }));
	tsec_set(key, KEY_IV, iv,
		 ((struct tsec_blob){ outcome->iv[direction], salt_len }));
}

static void put_mki(struct tls *tls, struct outcome *outcome)
{
	gnutls_datum_t mki = { NULL, 0 };

	if (gnutls_srtp_get_mki(tls->session, &mki) < 0)
		return;
	outcome_put_cid(outcome, TSEC_DIR_TX, mki.data, mki.size);
	outcome_put_cid(outcome, TSEC_DIR_RX, mki.data, mki.size);
}

static int export_keys(struct tls *tls, struct outcome *outcome)
{
	uint8_t material[2 * (TSEC_KEY_MAX + TSEC_IV_MAX)];
	uint16_t cipher = agreed(tls);
	size_t len = 2 * (tsec_cipher_key_len(cipher) +
			  tsec_cipher_iv_len(cipher, TSEC_VERSION_SRTP));

	tsec_set(&outcome->done, HANDSHAKE_VERSION, version, TSEC_VERSION_SRTP);
	tsec_set(&outcome->done, HANDSHAKE_CIPHER, cipher, cipher);
	if (gnutls_prf_rfc5705(tls->session, strlen(LABEL), LABEL, 0, NULL,
			       len, (char *)material) < 0)
		return reason_set(&tls->handshake->reason, EPROTO,
				  "the TLS library gave no key");
	put_direction(tls, outcome, TSEC_DIR_TX, material);
	put_direction(tls, outcome, TSEC_DIR_RX, material);
	put_mki(tls, outcome);
	explicit_bzero(material, sizeof(material));
	return 0;
}

/* The kernel has not the keys to end the association. */
static void put_farewell(struct handshake *handshake, struct outcome *outcome)
{
	struct srtp *srtp = srtp_of(handshake);
	size_t len = dtls_farewell(handshake, srtp->farewell,
				   sizeof(srtp->farewell));

	tsec_set(&outcome->done, HANDSHAKE_FAREWELL, farewell,
		 ((struct tsec_blob){ srtp->farewell, len }));
}

static int srtp_finish(struct handshake *handshake, struct outcome *outcome)
{
	int err = export_keys(handshake->state, outcome);

	if (!err)
		err = tls_tell(handshake->state, outcome);
	if (!err)
		put_farewell(handshake, outcome);
	return err;
}

/* Afterwards ************************************************************** */

static unsigned int srtp_lingers(struct handshake *handshake)
{
	(void)handshake;
	return HANDSHAKE_STAYS;
}

/* Whoever shuts the channel's receiving side tells the kernel of the end. */
static bool srtp_message(struct handshake *handshake, const void *data,
			 size_t len)
{
	if (dtls_is_over(handshake, data, len)) {
		shutdown(handshake->fd, SHUT_RD);
		return false;
	}
	dtls_message(handshake, data, len);
	return true;
}

static void srtp_close(struct handshake *handshake)
{
	struct srtp *srtp = handshake->state ? srtp_of(handshake) : NULL;

	dtls_close(handshake);
	free(srtp);
}

const struct handshake_ops srtp_handshake_ops = {
	.protocol = TSEC_PROTO_SRTP,
	.name = "DTLS-SRTP",
	.open = srtp_open,
	.step = srtp_step,
	.timer = dtls_timer,
	.abort = tls_abort,
	.finish = srtp_finish,
	.lingers = srtp_lingers,
	.message = srtp_message,
	.close = srtp_close,
};
