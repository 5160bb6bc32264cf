// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing and opening of linear buffers, in softirq and process context.
 *
 * Nothing is allocated for a record: each CPU has one request and one place
 * for nonce and additional data, used with bottom halves disabled.  Nonce and
 * additional data are copied there because a stack may be vmapped, which the
 * crypto API cannot take.
 *
 * That needs an AEAD that is done when its call returns.  The vector code of
 * some architectures comes in a wrapper that calls itself asynchronous, but
 * only is where the vector unit cannot be used: tsec_aead_usable() keeps the
 * callers from there.  To refuse everything asynchronous instead would choose
 * the portable code, many times slower.
 */
#include <crypto/aead.h>
#include <crypto/internal/simd.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <asm/simd.h>

#include "aead.h"

/* Hardware works on its own time, and memory would be needed for records. */
#define UNFIT	(CRYPTO_ALG_KERN_DRIVER_ONLY | CRYPTO_ALG_ALLOCATES_MEMORY)

struct tsec_aead {
	struct crypto_aead *tfm;
};

/**
 * struct scratch - what one CPU needs to seal or open a record
 * @sg: @aad, of which only the length changes, then the record
 * @joined: a record that has its additional data right before it
 * @use: the one of these two that is to be used
 * @nonce: copy of the nonce
 * @aad: copy of the additional data
 * @req: the request, with room behind it for the AEAD's own state
 */
struct scratch {
	struct scatterlist sg[2];
	struct scatterlist joined;
	struct scatterlist *use;
	u8 nonce[TSEC_AEAD_NONCE_LEN];
	u8 aad[TSEC_AEAD_AAD_MAX];
	struct aead_request req;
};

static DEFINE_PER_CPU(struct scratch *, scratches);
static DEFINE_MUTEX(grow_lock);		/* protects room */
static unsigned int room;		/* state that fits in each scratch */

static struct scratch *scratch_new(unsigned int size, int node)
{
	struct scratch *scratch;

	scratch = kzalloc_node(sizeof(*scratch) + size, GFP_KERNEL, node);
	if (!scratch)
		return NULL;
	sg_init_table(scratch->sg, ARRAY_SIZE(scratch->sg));
	sg_set_buf(&scratch->sg[0], scratch->aad, sizeof(scratch->aad));
	sg_init_table(&scratch->joined, 1);
	return scratch;
}

static int scratches_make(struct scratch **made, unsigned int size)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		made[cpu] = scratch_new(size, cpu_to_node(cpu));
		if (!made[cpu])
			return -ENOMEM;
	}
	return 0;
}

static void scratches_swap(struct scratch **made)
{
	int cpu;

	for_each_possible_cpu(cpu)
		made[cpu] = xchg(per_cpu_ptr(&scratches, cpu), made[cpu]);
	/* Bottom halves are off while one is used: that is a reader's side. */
	synchronize_rcu();
}

static int scratches_replace(unsigned int size)
{
	struct scratch **made;
	int cpu, err;

	made = kcalloc(nr_cpu_ids, sizeof(*made), GFP_KERNEL);
	if (!made)
		return -ENOMEM;
	err = scratches_make(made, size);
	if (!err)
		scratches_swap(made);
	/* What was not put to use, or is not in use any more. */
	for_each_possible_cpu(cpu)
		kfree_sensitive(made[cpu]);
	kfree(made);
	return err;
}

static int scratches_grow(unsigned int size)
{
	int err = 0;

	mutex_lock(&grow_lock);
	if (size > room)
		err = scratches_replace(size);
	if (!err)
		room = max(room, size);
	mutex_unlock(&grow_lock);
	return err;
}

/**
 * tsec_aead_init() - make ready for keys
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int tsec_aead_init(void)
{
	return scratches_grow(sizeof(struct aead_request));
}

/**
 * tsec_aead_exit() - undo tsec_aead_init()
 *
 * Context: Process context; there are no keys any more.
 */
void tsec_aead_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree_sensitive(xchg(per_cpu_ptr(&scratches, cpu), NULL));
	room = 0;
}

static int seal_wait(struct aead_request *req, bool *at_once)
{
	DECLARE_CRYPTO_WAIT(wait);
	int err;

	aead_request_set_callback(req, 0, crypto_req_done, &wait);
	local_bh_disable();
	err = crypto_aead_encrypt(req);
	local_bh_enable();
	*at_once = err != -EINPROGRESS && err != -EBUSY;
	return crypto_wait_req(err, &wait);
}

/* Seal nothing, and see whether it is done when the call returns. */
static int probe(struct crypto_aead *tfm, bool *at_once)
{
	struct aead_request *req;
	struct scatterlist sg;
	u8 *buf;
	int err = -ENOMEM;

	buf = kzalloc(TSEC_AEAD_NONCE_LEN + TSEC_AEAD_TAG_LEN, GFP_KERNEL);
	if (!buf)
		return err;
	req = aead_request_alloc(tfm, GFP_KERNEL);
	if (!req)
		goto free_buf;
	sg_init_one(&sg, buf + TSEC_AEAD_NONCE_LEN, TSEC_AEAD_TAG_LEN);
	aead_request_set_ad(req, 0);
	aead_request_set_crypt(req, &sg, &sg, 0, buf);
	err = seal_wait(req, at_once);
	aead_request_free(req);
free_buf:
	kfree(buf);
	return err;
}

/* Its nonce is used up by no record: the key is a throwaway. */
static int probe_keyed(struct crypto_aead *tfm, u8 key_len, bool *at_once)
{
	u8 *key;
	int err;

	key = kzalloc(key_len, GFP_KERNEL);
	if (!key)
		return -ENOMEM;
	err = crypto_aead_setkey(tfm, key, key_len);
	kfree(key);
	if (!err)
		err = crypto_aead_setauthsize(tfm, TSEC_AEAD_TAG_LEN);
	return err ?: probe(tfm, at_once);
}

static bool is_async(struct crypto_aead *tfm)
{
	return crypto_aead_tfm(tfm)->__crt_alg->cra_flags & CRYPTO_ALG_ASYNC;
}

/* What is asynchronous in earnest, as pcrypt is, makes way for the rest. */
static struct crypto_aead *tfm_new(const char *alg, u8 key_len)
{
	struct crypto_aead *tfm = crypto_alloc_aead(alg, 0, UNFIT);
	bool at_once = true;
	int err;

	if (IS_ERR(tfm) || !is_async(tfm))
		return tfm;
	err = probe_keyed(tfm, key_len, &at_once);
	if (!err && at_once)
		return tfm;
	crypto_free_aead(tfm);
	if (err)
		return ERR_PTR(err);
	return crypto_alloc_aead(alg, 0, UNFIT | CRYPTO_ALG_ASYNC);
}

static int tfm_setup(struct crypto_aead *tfm, const u8 *key, u8 key_len)
{
	int err;

	if (crypto_aead_ivsize(tfm) != TSEC_AEAD_NONCE_LEN)
		return -EINVAL;
	err = crypto_aead_setkey(tfm, key, key_len);
	if (!err)
		err = crypto_aead_setauthsize(tfm, TSEC_AEAD_TAG_LEN);
	return err ?: scratches_grow(crypto_aead_reqsize(tfm));
}

/**
 * tsec_aead_new() - make a key ready for use
 * @alg: the AEAD's name in the crypto API; its nonce has TSEC_AEAD_NONCE_LEN
 *	bytes, its tag TSEC_AEAD_TAG_LEN
 * @key: the key
 * @key_len: bytes of @key
 *
 * Context: Process context, may sleep.
 * Return: the key, or an ERR_PTR: -ENOENT if the kernel has no such AEAD,
 * -EINVAL if the key or the AEAD does not fit, -ENOMEM.
 */
struct tsec_aead *tsec_aead_new(const char *alg, const u8 *key, u8 key_len)
{
	struct tsec_aead *aead;
	int err;

	aead = kmalloc(sizeof(*aead), GFP_KERNEL_ACCOUNT);
	if (!aead)
		return ERR_PTR(-ENOMEM);
	aead->tfm = tfm_new(alg, key_len);
	if (IS_ERR(aead->tfm)) {
		err = PTR_ERR(aead->tfm);
		goto free_aead;
	}
	err = tfm_setup(aead->tfm, key, key_len);
	if (err)
		goto free_tfm;
	return aead;

free_tfm:
	crypto_free_aead(aead->tfm);
free_aead:
	kfree(aead);
	return ERR_PTR(err);
}

/**
 * tsec_aead_free() - end a key; nothing of it is left
 * @aead: the key, or NULL; nobody uses it any more
 *
 * Context: Process context.
 */
void tsec_aead_free(struct tsec_aead *aead)
{
	if (!aead)
		return;
	crypto_free_aead(aead->tfm);
	kfree(aead);
}

/**
 * tsec_aead_usable() - may records be sealed and opened here?
 *
 * Always in process context.  A softirq may have interrupted someone who was
 * using the vector unit; it then leaves the record to process context.
 *
 * Context: Any but hard interrupts.
 * Return: true if tsec_aead_seal() and tsec_aead_open() may be called.
 */
bool tsec_aead_usable(void)
{
	return crypto_simd_usable();
}

/* The calling CPU's request, but for data and length; bottom halves are off. */
static struct scratch *scratch_take(struct tsec_aead *aead, const u8 *nonce,
				    u32 aad_len)
{
	struct scratch *scratch = this_cpu_read(scratches);

	memcpy(scratch->nonce, nonce, TSEC_AEAD_NONCE_LEN);
	aead_request_set_tfm(&scratch->req, aead->tfm);
	aead_request_set_callback(&scratch->req, 0, NULL, NULL);
	aead_request_set_ad(&scratch->req, aad_len);
	return scratch;
}

/* Additional data that stands elsewhere. */
static struct scratch *scratch_fill(struct tsec_aead *aead, const u8 *nonce,
				    const u8 *aad, u8 aad_len, u8 *data,
				    u32 len)
{
	struct scratch *scratch = scratch_take(aead, nonce, aad_len);

	memcpy(scratch->aad, aad, aad_len);
	scratch->sg[0].length = aad_len;
	scratch->use = scratch->sg;
	sg_set_buf(&scratch->sg[1], data, len);
	return scratch;
}

/* Additional data that stands before what is sealed. */
static struct scratch *scratch_join(struct tsec_aead *aead, const u8 *nonce,
				    u32 aad_len, u8 *data, u32 len)
{
	struct scratch *scratch = scratch_take(aead, nonce, aad_len);

	sg_set_buf(&scratch->joined, data - aad_len, aad_len + len);
	scratch->use = &scratch->joined;
	return scratch;
}

static int encrypt(struct scratch *scratch, u32 len)
{
	aead_request_set_crypt(&scratch->req, scratch->use, scratch->use, len,
			       scratch->nonce);
	return crypto_aead_encrypt(&scratch->req);
}

static int decrypt(struct scratch *scratch, u32 len)
{
	aead_request_set_crypt(&scratch->req, scratch->use, scratch->use, len,
			       scratch->nonce);
	return crypto_aead_decrypt(&scratch->req);
}

/**
 * tsec_aead_seal() - encrypt and authenticate in place
 * @aead: the key
 * @nonce: TSEC_AEAD_NONCE_LEN bytes, never used before with this key
 * @aad: additional data, may be on the stack
 * @aad_len: bytes of @aad, from 1 to TSEC_AEAD_AAD_MAX
 * @data: the plaintext in linear memory, TSEC_AEAD_TAG_LEN bytes of room
 *	behind it for the tag
 * @len: bytes of plaintext
 *
 * Context: Any but hard interrupts, where tsec_aead_usable().
 * Return: 0; another negative errno means that the crypto API failed.
 */
int tsec_aead_seal(struct tsec_aead *aead, const u8 *nonce, const u8 *aad,
		   u8 aad_len, u8 *data, u32 len)
{
	int err;

	local_bh_disable();
	err = encrypt(scratch_fill(aead, nonce, aad, aad_len, data,
				   len + TSEC_AEAD_TAG_LEN), len);
	local_bh_enable();
	return err;
}

/**
 * tsec_aead_seal_behind() - the same behind its additional data
 * @aead: the key
 * @nonce: TSEC_AEAD_NONCE_LEN bytes, never used before with this key
 * @aad_len: bytes before @data that are additional data, at least 1
 * @data: as for tsec_aead_seal()
 * @len: bytes of plaintext
 *
 * Context: Any but hard interrupts, where tsec_aead_usable().
 * Return: 0; another negative errno means that the crypto API failed.
 */
int tsec_aead_seal_behind(struct tsec_aead *aead, const u8 *nonce,
			  u32 aad_len, u8 *data, u32 len)
{
	int err;

	local_bh_disable();
	err = encrypt(scratch_join(aead, nonce, aad_len, data,
				   len + TSEC_AEAD_TAG_LEN), len);
	local_bh_enable();
	return err;
}

/**
 * tsec_aead_open() - check and decrypt in place
 * @aead: the key
 * @nonce: TSEC_AEAD_NONCE_LEN bytes
 * @aad: additional data, may be on the stack
 * @aad_len: bytes of @aad, from 1 to TSEC_AEAD_AAD_MAX
 * @data: the ciphertext in linear memory, the tag behind it
 * @len: bytes of ciphertext without the tag
 *
 * Context: Any but hard interrupts, where tsec_aead_usable().
 * Return: 0; -EBADMSG if it is not authentic, and then @data means nothing.
 */
int tsec_aead_open(struct tsec_aead *aead, const u8 *nonce, const u8 *aad,
		   u8 aad_len, u8 *data, u32 len)
{
	int err;

	len += TSEC_AEAD_TAG_LEN;
	local_bh_disable();
	err = decrypt(scratch_fill(aead, nonce, aad, aad_len, data, len), len);
	local_bh_enable();
	return err;
}

/**
 * tsec_aead_open_behind() - the same behind its additional data
 * @aead: the key
 * @nonce: TSEC_AEAD_NONCE_LEN bytes
 * @aad_len: bytes before @data that are additional data, at least 1
 * @data: as for tsec_aead_open()
 * @len: bytes of ciphertext without the tag
 *
 * Context: Any but hard interrupts, where tsec_aead_usable().
 * Return: 0; -EBADMSG if it is not authentic, and then @data means nothing.
 */
int tsec_aead_open_behind(struct tsec_aead *aead, const u8 *nonce,
			  u32 aad_len, u8 *data, u32 len)
{
	int err;

	len += TSEC_AEAD_TAG_LEN;
	local_bh_disable();
	err = decrypt(scratch_join(aead, nonce, aad_len, data, len), len);
	local_bh_enable();
	return err;
}
