// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of keys: how much each may protect, and for how long.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "key.h"

static u64 tighter(u64 a, u64 b)
{
	return a && b ? min(a, b) : a ?: b;
}

/* A soft limit that the hard one leaves no time for comes at 3/4 of it. */
static u64 soft_below(u64 soft, u64 hard)
{
	if (!hard || (soft && soft < hard))
		return soft;
	return hard - max(hard / 4, 1ULL);
}

/*
 * ESP ends with its numbers of 32 bits (RFC 4303 section 3.3.3): RFC 4106 and
 * RFC 7634 ask for no less, as no IV comes twice before that.
 *
 * With extended numbers AES-GCM has to have an end as well, for its blocks are
 * told from random ones with an advantage of about q^2 / 2^128 after q of them.
 * 2^36 packets of 2^12 blocks, the longest there are, keep it below the 2^-32
 * that SP 800-38D section 8 allows for an IV to come twice; packets of 1500
 * bytes keep it below 2^-42.
 */
static u64 hard_records(const struct tsec_cipher_desc *desc, u16 version)
{
	switch (version) {
	case TSEC_VERSION_ESP:
		return BIT_ULL(32);
	case TSEC_VERSION_ESP_ESN:
		return max(desc->hard_records, BIT_ULL(36));
	default:
		return desc->hard_records;
	}
}

/**
 * tsec_limits_default() - the limits that a cipher has in a protocol
 * @limits: set
 * @version: protocol version, as on the wire
 * @cipher: enum tsec_cipher; all limits are off if it is unknown
 *
 * Context: Any.
 */
void tsec_limits_default(struct tsec_limits *limits, u16 version, u16 cipher)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(cipher);
	u64 soft;

	memset(limits, 0, sizeof(*limits));
	if (!desc)
		return;
	limits->hard_records = hard_records(desc, version);
	/* Where the limit is another one, so is the time to renew. */
	soft = limits->hard_records > desc->hard_records ? 0 :
	       desc->soft_records;
	limits->soft_records = soft_below(soft, limits->hard_records);
}

/**
 * tsec_limits_merge() - tighten limits
 * @limits: the limits, tightened
 * @with: others, of which the tighter ones are taken over
 *
 * Limits never get wider.  Each hard limit but the idle one gets a soft limit
 * before it, so that a key has the time to renew itself; a hard limit of 1
 * leaves none.
 *
 * Context: Any.
 */
void tsec_limits_merge(struct tsec_limits *limits,
		       const struct tsec_limits *with)
{
	struct tsec_limits *l = limits;

	l->hard_records = tighter(l->hard_records, with->hard_records);
	l->hard_bytes = tighter(l->hard_bytes, with->hard_bytes);
	l->hard_seconds = tighter(l->hard_seconds, with->hard_seconds);
	l->idle_seconds = tighter(l->idle_seconds, with->idle_seconds);

	l->soft_records = soft_below(tighter(l->soft_records,
					     with->soft_records),
				     l->hard_records);
	l->soft_bytes = soft_below(tighter(l->soft_bytes, with->soft_bytes),
				   l->hard_bytes);
	l->soft_seconds = soft_below(tighter(l->soft_seconds,
					     with->soft_seconds),
				     l->hard_seconds);
}

static bool ordered(u64 soft, u64 hard)
{
	return !hard || soft <= hard;
}

/**
 * tsec_limits_valid() - do limits make sense?
 * @limits: the limits
 *
 * Context: Any.
 * Return: true unless a soft limit lies beyond its hard one.
 */
bool tsec_limits_valid(const struct tsec_limits *limits)
{
	return ordered(limits->soft_records, limits->hard_records) &&
	       ordered(limits->soft_bytes, limits->hard_bytes) &&
	       ordered(limits->soft_seconds, limits->hard_seconds);
}

static bool reached(u64 value, u64 limit)
{
	return limit && value >= limit;
}

/* Whoever ran the handshake used the numbers before the first one. */
static u64 used_records(const struct tsec_key *key, u64 records)
{
	u64 sum;

	return check_add_overflow(key->seq, records, &sum) ? U64_MAX : sum;
}

/**
 * tsec_key_check() - may this key be used once more?
 * @key: the key
 * @records: records since it came; those before its first sequence number
 *	count as well
 * @bytes: payload bytes under it
 * @now: ktime_get_boottime_seconds()
 * @last_used: when it was last used, on the same clock
 *
 * Context: Any; the caller guards @key.
 * Return: the verdict; once HARD, it stays HARD.
 */
enum tsec_key_verdict tsec_key_check(const struct tsec_key *key, u64 records,
				     u64 bytes, time64_t now,
				     time64_t last_used)
{
	const struct tsec_limits *limits = &key->limits;
	u64 used = used_records(key, records);
	u64 age = tsec_elapsed(key->born, now);

	if (used == U64_MAX || reached(used, limits->hard_records) ||
	    reached(bytes, limits->hard_bytes) ||
	    reached(age, limits->hard_seconds) ||
	    reached(tsec_elapsed(last_used, now), limits->idle_seconds))
		return TSEC_KEY_HARD;
	if (reached(used, limits->soft_records) ||
	    reached(bytes, limits->soft_bytes) ||
	    reached(age, limits->soft_seconds))
		return TSEC_KEY_SOFT;
	return TSEC_KEY_OK;
}

/**
 * tsec_watch_begin() - set the marks that the data path looks at
 * @watch: set
 * @limits: the limits of the key that has just come
 * @bytes: payload of the session up to now
 *
 * Context: Any; the caller guards @watch.
 */
void tsec_watch_begin(struct tsec_watch *watch,
		      const struct tsec_limits *limits, u64 bytes)
{
	u64 records = limits->hard_records ?: U64_MAX;

	if (limits->soft_records)
		records = min(records, limits->soft_records);
	watch->timed = limits->soft_bytes || limits->hard_bytes ||
		       limits->soft_seconds || limits->hard_seconds ||
		       limits->idle_seconds;
	watch->used = ktime_get_boottime_seconds();
	watch->bytes_before = bytes;
	WRITE_ONCE(watch->records, records);
}

/**
 * tsec_watch_check() - may a key be used once more, now?
 * @watch: what is known of its use
 * @key: the key
 * @records: records since it came
 * @bytes: payload of the session up to now
 *
 * Context: Any.
 * Return: the verdict.
 */
enum tsec_key_verdict tsec_watch_check(struct tsec_watch *watch,
				       const struct tsec_key *key, u64 records,
				       u64 bytes)
{
	time64_t now = ktime_get_boottime_seconds();
	enum tsec_key_verdict verdict;

	verdict = tsec_key_check(key, records, bytes - watch->bytes_before,
				 now, READ_ONCE(watch->used));
	if (verdict != TSEC_KEY_HARD)
		WRITE_ONCE(watch->used, now);
	return verdict;
}

/**
 * tsec_key_budget() - how many records may still be sealed
 * @key: the key
 * @records: records since it came
 *
 * Context: Any; the caller guards @key.
 * Return: records up to the soft limit, where the key renews itself; up to
 * the hard limit if it cannot do that or has no soft limit.
 */
u64 tsec_key_budget(const struct tsec_key *key, u64 records)
{
	u64 used = used_records(key, records);
	u64 limit = key->limits.hard_records ?: U64_MAX;

	if (tsec_key_renewable(key) && key->limits.soft_records)
		limit = min(limit, key->limits.soft_records);
	return used < limit ? limit - used : 0;
}
