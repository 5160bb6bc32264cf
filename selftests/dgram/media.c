// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "media.h"
#include "util.h"

static srtp_err_status_t prepared;

/* libsrtp tests all its ciphers, which takes long: once, not in each test. */
static void __attribute__((constructor)) prepare(void)
{
	prepared = srtp_init();
}

static void suite_set(srtp_policy_t *policy, uint16_t cipher)
{
	switch (cipher) {
	case TSEC_CIPHER_AES_128_GCM:
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_256_GCM:
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80:
		srtp_crypto_policy_set_rtp_default(&policy->rtp);
		srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy->rtp);
		srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
		break;
	case TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
		break;
	}
}

/* libsrtp wants the master salt right behind the master key. */
srtp_t media_context(const struct kind *kind, const struct key *key,
		     srtp_ssrc_type_t type)
{
	size_t key_len = tsec_cipher_key_len(kind->cipher);
	uint8_t master[TSEC_KEY_MAX + TSEC_IV_MAX];
	srtp_policy_t policy = {
		.ssrc		= { .type = type },
		.key		= master,
		.window_size	= 1024,
	};
	srtp_t srtp;

	memcpy(master, key->key, key_len);
	memcpy(master + key_len, key->iv,
	       tsec_cipher_iv_len(kind->cipher, kind->version));
	suite_set(&policy, kind->cipher);
	ASSERT_EQ(prepared, srtp_err_status_ok);
	ASSERT_EQ(srtp_create(&srtp, &policy), srtp_err_status_ok);
	return srtp;
}
