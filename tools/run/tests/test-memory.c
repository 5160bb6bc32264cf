// SPDX-License-Identifier: GPL-2.0
/* The memory of names. */
#include <arpa/inet.h>
#include <pthread.h>

#include "preload.h"
#include "tap.h"

static struct address make(const char *text)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct address address = { { 0 } };
	uint16_t port;

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		address_of((void *)&in, sizeof(in), &address, &port);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		address_of((void *)&in6, sizeof(in6), &address, &port);
	return address;
}

static void add(const char *text, const char *name)
{
	struct address address = make(text);

	memory_add(&address, name);
}

static void found(const char *text, const char *want, const char *what)
{
	struct address address = make(text);
	char name[256];

	memory_find(&address, name);
	is_str(name, want, what);
}

static void test_addresses(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(443) };
	struct address a = make("127.0.0.2"), b = make("::1");
	struct address c = make("::ffff:127.1.1.1"), d = make("0.0.0.0");
	struct address e = make("192.0.2.1"), f = make("::");
	uint16_t port = 0;

	ok(address_is_loopback(&a) && address_is_loopback(&b) &&
	   address_is_loopback(&c) && address_is_loopback(&d) &&
	   address_is_loopback(&f), "loopback");
	ok(!address_is_loopback(&e), "not loopback");
	ok(address_is_any(&d) && address_is_any(&f) && !address_is_any(&a),
	   "the wildcard");
	ok(address_of((void *)&in, sizeof(in), &a, &port) && port == 443,
	   "a port");
	ok(!address_of((void *)&in, sizeof(in) - 1, &a, &port), "cut short");
	in.sin_family = AF_UNIX;
	ok(!address_of((void *)&in, sizeof(in), &a, &port), "another family");
	ok(!address_of(NULL, 0, &a, &port), "none");
}

static void test_names(void)
{
	char name[300];

	found("192.0.2.1", "192.0.2.1", "an unknown IPv4 address is itself");
	found("2001:db8::1", "2001:db8::1", "and so is an IPv6 one");
	add("192.0.2.1", "one.example");
	add("2001:db8::1", "six.example");
	found("192.0.2.1", "one.example", "a known address");
	found("::ffff:192.0.2.1", "one.example", "the same, mapped");
	found("2001:db8::1", "six.example", "an IPv6 address");
	add("192.0.2.1", "two.example");
	found("192.0.2.1", "two.example", "the last name counts");
	add("192.0.2.1", "one.example");
	found("192.0.2.1", "one.example", "and is the last again if repeated");
	add("192.0.2.2", "");
	found("192.0.2.2", "192.0.2.2", "an empty name is not kept");
	memset(name, 'a', sizeof(name));
	name[256] = '\0';
	add("192.0.2.2", name);
	found("192.0.2.2", "192.0.2.2", "nor one that is too long");
	name[255] = '\0';
	add("192.0.2.2", name);
	found("192.0.2.2", name, "the longest is");
}

static void *other(void *arg)
{
	(void)arg;
	add("192.0.2.3", "theirs.example");
	return NULL;
}

static void test_threads(void)
{
	pthread_t thread;

	add("192.0.2.3", "mine.example");
	pthread_create(&thread, NULL, other, NULL);
	pthread_join(thread, NULL);
	found("192.0.2.3", "mine.example", "a thread's own name comes first");
	add("192.0.2.4", "x");
}

/* Many more than there is room for, from several threads at once. */
static void *flood(void *arg)
{
	struct address address = make("198.51.100.0");
	char name[256], expected[32];
	long bad = 0;

	address.bytes[13] = (uintptr_t)arg;
	for (unsigned int i = 0; i < 5000; i++) {
		address.bytes[14] = i >> 8;
		address.bytes[15] = i;
		snprintf(expected, sizeof(expected), "%u.%u.example",
			 (unsigned int)(uintptr_t)arg, i);
		memory_add(&address, expected);
		memory_find(&address, name);
		/* Another thread may have taken the entry: then no name. */
		bad += strcmp(name, expected) && strspn(name, "0123456789.") !=
		       strlen(name);
	}
	return (void *)bad;
}

static void test_flood(void)
{
	pthread_t threads[4];
	long bad = 0;
	void *result;

	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, flood, (void *)i);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		bad += (long)result;
	}
	is_int(bad, 0, "no name is ever another address's");
	found("192.0.2.1", "192.0.2.1", "what is oldest is forgotten");
}

int main(void)
{
	test_addresses();
	test_names();
	test_threads();
	test_flood();
	return done_testing();
}
