// SPDX-License-Identifier: GPL-2.0
/*
 * Keystreams of AES and ChaCha20, in softirq and process context.
 *
 * A keystream is the counter mode of AES, "ctr(aes)", whose IV is the first
 * block of the counter, or "chacha20", whose IV is the counter and the nonce.
 * The first block of a keystream of AES is the encryption of the IV, so that
 * this is also how single blocks are encrypted to mask numbers.
 *
 * Nothing is allocated for a use: each key has one request for each CPU, used
 * with bottom halves disabled.  As in aead.c, the algorithm has to be done
 * when its call returns, where tsec_aead_usable().
 */
#include <crypto/skcipher.h>
#include <linux/err.h>
#include <linux/percpu.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "keystream.h"

/* Hardware works on its own time, and memory would be needed for requests. */
#define UNFIT	(CRYPTO_ALG_KERN_DRIVER_ONLY | CRYPTO_ALG_ALLOCATES_MEMORY)

/**
 * struct scratch - what one CPU needs for a use
 * @sg: the data
 * @iv: copy of the IV, which the algorithm counts on
 * @req: the request, with room behind it for the algorithm's own state
 */
struct scratch {
	struct scatterlist sg;
	u8 iv[TSEC_KEYSTREAM_IV_LEN];
	struct skcipher_request req;
};

struct tsec_keystream {
	struct crypto_skcipher *tfm;
	struct scratch __percpu *scratch;
};

static int encrypt_wait(struct skcipher_request *req, bool *at_once)
{
	DECLARE_CRYPTO_WAIT(wait);
	int err;

	skcipher_request_set_callback(req, 0, crypto_req_done, &wait);
	local_bh_disable();
	err = crypto_skcipher_encrypt(req);
	local_bh_enable();
	*at_once = err != -EINPROGRESS && err != -EBUSY;
	return crypto_wait_req(err, &wait);
}

/* Encrypt one block, and see whether it is done when the call returns. */
static int probe(struct crypto_skcipher *tfm, bool *at_once)
{
	struct skcipher_request *req;
	struct scatterlist sg;
	u8 *buf;
	int err = -ENOMEM;

	buf = kzalloc(2 * TSEC_KEYSTREAM_IV_LEN, GFP_KERNEL);
	if (!buf)
		return err;
	req = skcipher_request_alloc(tfm, GFP_KERNEL);
	if (!req)
		goto free_buf;
	sg_init_one(&sg, buf, TSEC_KEYSTREAM_IV_LEN);
	skcipher_request_set_crypt(req, &sg, &sg, TSEC_KEYSTREAM_IV_LEN,
				   buf + TSEC_KEYSTREAM_IV_LEN);
	err = encrypt_wait(req, at_once);
	skcipher_request_free(req);
free_buf:
	kfree_sensitive(buf);
	return err;
}

static struct crypto_skcipher *tfm_new(const char *alg, u32 unfit,
				       const u8 *key, u8 key_len)
{
	struct crypto_skcipher *tfm = crypto_alloc_skcipher(alg, 0, unfit);
	int err;

	if (IS_ERR(tfm))
		return tfm;
	err = -EINVAL;
	if (crypto_skcipher_ivsize(tfm) == TSEC_KEYSTREAM_IV_LEN)
		err = crypto_skcipher_setkey(tfm, key, key_len);
	if (!err)
		return tfm;
	crypto_free_skcipher(tfm);
	return ERR_PTR(err);
}

/* What is asynchronous in earnest makes way for the rest. */
static struct crypto_skcipher *tfm_find(const char *alg, const u8 *key,
					u8 key_len)
{
	struct crypto_skcipher *tfm = tfm_new(alg, UNFIT, key, key_len);
	bool at_once = true;
	int err;

	if (IS_ERR(tfm))
		return tfm;
	err = probe(tfm, &at_once);
	if (!err && at_once)
		return tfm;
	crypto_free_skcipher(tfm);
	if (err)
		return ERR_PTR(err);
	return tfm_new(alg, UNFIT | CRYPTO_ALG_ASYNC, key, key_len);
}

static struct scratch __percpu *scratch_new(struct crypto_skcipher *tfm)
{
	size_t size = sizeof(struct scratch) + crypto_skcipher_reqsize(tfm);

	return __alloc_percpu_gfp(size, __alignof__(struct scratch),
				  GFP_KERNEL_ACCOUNT);
}

/**
 * tsec_keystream_new() - make a key ready for use
 * @alg: "ctr(aes)" or "chacha20"
 * @key: the key
 * @key_len: bytes of @key
 *
 * Context: Process context, may sleep.
 * Return: the key, or an ERR_PTR: -ENOENT if the kernel has no such
 * algorithm, -EINVAL if the key or the algorithm does not fit, -ENOMEM.
 */
struct tsec_keystream *tsec_keystream_new(const char *alg, const u8 *key,
					  u8 key_len)
{
	struct tsec_keystream *stream;
	int err = -ENOMEM;

	stream = kmalloc(sizeof(*stream), GFP_KERNEL_ACCOUNT);
	if (!stream)
		return ERR_PTR(err);
	stream->tfm = tfm_find(alg, key, key_len);
	if (IS_ERR(stream->tfm)) {
		err = PTR_ERR(stream->tfm);
		goto free_stream;
	}
	stream->scratch = scratch_new(stream->tfm);
	if (stream->scratch)
		return stream;
	crypto_free_skcipher(stream->tfm);
free_stream:
	kfree(stream);
	return ERR_PTR(err);
}

/**
 * tsec_keystream_free() - end a key; nothing of it is left
 * @stream: the key, or NULL; nobody uses it any more
 *
 * Context: Process context.
 */
void tsec_keystream_free(struct tsec_keystream *stream)
{
	if (!stream)
		return;
	free_percpu(stream->scratch);
	crypto_free_skcipher(stream->tfm);
	kfree(stream);
}

/**
 * tsec_keystream_xor() - encrypt or decrypt in place
 * @stream: the key
 * @iv: TSEC_KEYSTREAM_IV_LEN bytes: where the keystream begins
 * @data: linear memory, not on the stack
 * @len: bytes of @data
 *
 * Context: Any but hard interrupts, where tsec_aead_usable().
 * Return: 0; a negative errno means that the crypto API failed.
 */
int tsec_keystream_xor(struct tsec_keystream *stream, const u8 *iv, u8 *data,
		       u32 len)
{
	struct scratch *scratch;
	int err;

	if (!len)
		return 0;
	local_bh_disable();
	scratch = this_cpu_ptr(stream->scratch);
	memcpy(scratch->iv, iv, sizeof(scratch->iv));
	sg_init_one(&scratch->sg, data, len);
	skcipher_request_set_tfm(&scratch->req, stream->tfm);
	skcipher_request_set_callback(&scratch->req, 0, NULL, NULL);
	skcipher_request_set_crypt(&scratch->req, &scratch->sg, &scratch->sg,
				   len, scratch->iv);
	err = crypto_skcipher_encrypt(&scratch->req);
	local_bh_enable();
	return err;
}
