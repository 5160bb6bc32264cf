// SPDX-License-Identifier: GPL-2.0
#include <sys/socket.h>

#include "drops.h"
#include "util.h"
#include "wire.h"

/* Why a datagram, or a record in it, is dropped. */
static const char *const reasons[] = {
	"BadRecords", "PacketsMalformed", "PacketsUnprotected", "PacketsNoKey",
	"PacketsReplayed", "PacketsLate", "PacketsTooLong", "PacketsNoRoom",
	"PacketsNoMemory", "PacketsFiltered", "PacketsEnded", "TicketsDropped",
};

uint64_t dropped(void)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		sum += stat_of(reasons[i]);
	return sum;
}

static uint32_t random_state;

void random_seed(uint32_t seed)
{
	random_state = seed;
}

uint32_t random_below(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % n;
}

int plain_socket(sa_family_t family, union tsec_addr *addr)
{
	int fd = wire_socket(family, addr);

	option_set_int(fd, SOL_SOCKET, SO_RCVBUF, 1000000);
	return fd;
}
