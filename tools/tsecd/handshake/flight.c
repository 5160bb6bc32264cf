// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "flight.h"

static bool keep(struct flight_datagram *datagram, const void *data, size_t len)
{
	datagram->data = malloc(len);
	datagram->len = len;
	if (datagram->data)
		memcpy(datagram->data, data, len);
	return datagram->data;
}

void flight_add(struct flight *flight, const void *data, size_t len)
{
	if (flight->answered)
		flight_free(flight);
	if (flight->n < FLIGHT_DATAGRAMS &&
	    keep(&flight->datagrams[flight->n], data, len))
		flight->n++;
	else
		flight->incomplete = true;
}

void flight_end(struct flight *flight)
{
	flight->answered = true;
}

bool flight_is_whole(const struct flight *flight)
{
	return flight->n && !flight->incomplete;
}

void flight_free(struct flight *flight)
{
	for (unsigned int i = 0; i < flight->n; i++)
		free(flight->datagrams[i].data);
	memset(flight, 0, sizeof(*flight));
}
