/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An address with its port.
 */
#ifndef TSEC_ADDRESS_H
#define TSEC_ADDRESS_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>

/* @sa.sa_family is 0 while it is unknown. */
union tsec_address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/**
 * tsec_address_len() - bytes of an address
 * @address: one of AF_INET or AF_INET6
 *
 * Return: bytes.
 */
static inline int tsec_address_len(const union tsec_address *address)
{
	return address->sa.sa_family == AF_INET6 ? sizeof(address->in6) :
						   sizeof(address->in);
}

/**
 * tsec_address_copy() - give an address to a program
 * @to: room for it
 * @address: a known one
 *
 * Return: bytes of it.
 */
static inline int tsec_address_copy(void *to,
				    const union tsec_address *address)
{
	int len = tsec_address_len(address);

	memcpy(to, address, len);
	return len;
}

/**
 * tsec_address_port() - the port of an address
 * @address: one of AF_INET or AF_INET6, which have it in the same place
 *
 * Return: the port.
 */
static inline __be16 tsec_address_port(const union tsec_address *address)
{
	return address->in.sin_port;
}

#endif /* TSEC_ADDRESS_H */
