// SPDX-License-Identifier: GPL-2.0
/*
 * Which name a program looked up to get at an address.
 *
 * A fixed ring without locks, for connect() may be called from a signal
 * handler that has interrupted getaddrinfo(), or in the child of a fork.  An
 * entry's sequence number is odd while it is written; readers skip it then,
 * and so do writers, so that one that never becomes even again (a thread that
 * vanished in a fork) costs one entry and no more.
 */
#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "preload.h"

#define ENTRIES	1024

static struct entry {
	atomic_uint seq;
	atomic_uint stamp;	/* when it was looked up last, 0: never */
	_Atomic uintptr_t thread;	/* by whom */
	struct address address;
	char name[256];
} entries[ENTRIES];

static atomic_uint clock_now;	/* the last stamp given */
static atomic_uint next_entry;

/* A thread's own variable has an address that no other thread's has. */
static uintptr_t this_thread(void)
{
	static _Thread_local char mark;

	return (uintptr_t)&mark;
}

bool address_of(const struct sockaddr *sa, socklen_t len,
		struct address *address, uint16_t *port)
{
	const struct sockaddr_in6 *in6 = (const void *)sa;
	const struct sockaddr_in *in = (const void *)sa;

	if (!sa || len < sizeof(*in))
		return false;
	if (sa->sa_family == AF_INET) {
		memset(address->bytes, 0, 10);
		memset(address->bytes + 10, 0xff, 2);
		memcpy(address->bytes + 12, &in->sin_addr, 4);
		*port = ntohs(in->sin_port);
		return true;
	}
	/* The scope is optional, as it is for the kernel. */
	if (sa->sa_family != AF_INET6 ||
	    len < sizeof(*in6) - sizeof(in6->sin6_scope_id))
		return false;
	memcpy(address->bytes, &in6->sin6_addr, 16);
	*port = ntohs(in6->sin6_port);
	return true;
}

static bool is_mapped(const struct address *address)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address->bytes, prefix, sizeof(prefix));
}

bool address_is_any(const struct address *address)
{
	static const uint8_t any[16];

	if (is_mapped(address))
		return !memcmp(address->bytes + 12, any, 4);
	return !memcmp(address->bytes, any, 16);
}

/* connect() to the wildcard address leads to this machine, too. */
bool address_is_loopback(const struct address *address)
{
	if (is_mapped(address))
		return address->bytes[12] == 127 || address_is_any(address);
	return !memcmp(address->bytes, &in6addr_loopback, 16) ||
	       address_is_any(address);
}

/* A consistent copy; false for an entry that is unused or being written. */
static bool entry_read(struct entry *entry, struct address *address,
		       char name[256])
{
	unsigned int seq = atomic_load_explicit(&entry->seq,
						memory_order_acquire);

	if (!seq || seq & 1)
		return false;
	*address = entry->address;
	memcpy(name, entry->name, sizeof(entry->name));
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&entry->seq, memory_order_relaxed) == seq;
}

static void entry_touch(struct entry *entry)
{
	atomic_store(&entry->thread, this_thread());
	atomic_store(&entry->stamp, atomic_fetch_add(&clock_now, 1) + 1);
}

static bool entry_write(struct entry *entry, const struct address *address,
			const char *name)
{
	unsigned int seq = atomic_load(&entry->seq);

	if (seq & 1 || !atomic_compare_exchange_strong(&entry->seq, &seq,
						       seq + 1))
		return false;
	atomic_thread_fence(memory_order_release);
	entry->address = *address;
	memset(entry->name, 0, sizeof(entry->name));
	memcpy(entry->name, name, strnlen(name, sizeof(entry->name) - 1));
	entry_touch(entry);
	atomic_store_explicit(&entry->seq, seq + 2, memory_order_release);
	return true;
}

static struct entry *entry_same(const struct address *address, const char *name)
{
	struct address there;
	char called[256];

	for (unsigned int i = 0; i < ENTRIES; i++)
		if (entry_read(&entries[i], &there, called) &&
		    !memcmp(&there, address, sizeof(there)) &&
		    !strcmp(called, name))
			return &entries[i];
	return NULL;
}

void memory_add(const struct address *address, const char *name)
{
	struct entry *entry;

	if (!*name || strlen(name) > 255)
		return;
	entry = entry_same(address, name);
	if (entry) {
		entry_touch(entry);
		return;
	}
	for (unsigned int i = 0; i < ENTRIES; i++) {
		entry = &entries[atomic_fetch_add(&next_entry, 1) % ENTRIES];
		if (entry_write(entry, address, name))
			return;
	}
}

static void address_text(const struct address *address, char name[256])
{
	if (is_mapped(address))
		inet_ntop(AF_INET, address->bytes + 12, name, 256);
	else
		inet_ntop(AF_INET6, address->bytes, name, 256);
}

/* Is @a looked up later than @b?  The clock may wrap. */
static bool later(unsigned int a, unsigned int b)
{
	return (int)(a - b) > 0;
}

void memory_find(const struct address *address, char name[256])
{
	unsigned int stamp, best_stamp = 0;
	bool mine, best_mine = false;
	struct address there;
	bool found = false;
	char called[256];

	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (!entry_read(&entries[i], &there, called) ||
		    memcmp(&there, address, sizeof(there)))
			continue;
		stamp = atomic_load(&entries[i].stamp);
		mine = atomic_load(&entries[i].thread) == this_thread();
		if (found && (best_mine > mine ||
			      (best_mine == mine && later(best_stamp, stamp))))
			continue;
		found = true;
		best_mine = mine;
		best_stamp = stamp;
		memcpy(name, called, sizeof(called));
	}
	if (!found)
		address_text(address, name);
}
