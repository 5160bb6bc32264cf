/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of libtsec-run.so share.
 *
 * The library is inside other people's programs: it allocates no memory,
 * takes no lock, leaves errno as it found it when all went well, and never
 * lets a connection that was to be secured go on unsecured.
 */
#ifndef TSEC_RUN_PRELOAD_H
#define TSEC_RUN_PRELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "ports.h"

/* The environment that tsec-run sets and children inherit. */
#define ENV_PROFILE	"TSEC_RUN_PROFILE"
#define ENV_PORTS	"TSEC_RUN_PORTS"
#define ENV_NO_PORTS	"TSEC_RUN_NO_PORTS"
#define ENV_NAME	"TSEC_RUN_NAME"
#define ENV_LISTEN	"TSEC_RUN_LISTEN"
#define ENV_LOOPBACK	"TSEC_RUN_LOOPBACK"
#define ENV_DATAGRAMS	"TSEC_RUN_DATAGRAMS"
#define ENV_DEBUG	"TSEC_RUN_DEBUG"
#define ENV_FAMILY	"TSEC_RUN_FAMILY"

#define DNS_PORT	53

struct config {
	bool listen;		/* secure what the program listens on */
	bool loopback;		/* secure what stays in this machine */
	bool datagrams;		/* secure UDP, too */
	bool debug;
	int family;		/* the number of AF_TSEC */
	char profile[64];	/* empty: the default one */
	char name[256];		/* of every peer; empty: as looked up */
	struct ports ports;	/* which are secured */
};

extern struct config config;

/* Read the environment (config.c); only the first call does anything. */
void config_read(void);

/* Say something to the user, with --debug (debug.c). */
__attribute__((format(printf, 1, 2)))
void say(const char *format, ...);

/* Names of peers (memory.c) ********************************************** */

/* The bytes of an address that is compared: IPv4 as ::ffff:a.b.c.d. */
struct address {
	uint8_t bytes[16];
};

/* False for an address of another family, or one that is cut short. */
bool address_of(const struct sockaddr *sa, socklen_t len,
		struct address *address, uint16_t *port);
bool address_is_loopback(const struct address *address);
bool address_is_any(const struct address *address);

/* Remember that @name led to @address. */
void memory_add(const struct address *address, const char *name);

/*
 * The name that led to an address: what this thread looked up last, or else
 * what anybody did.  Without one it is the address itself, as text.
 */
void memory_find(const struct address *address, char name[256]);

/* Sockets of the family (family.c) *************************************** */

/* A new one of that type, close-on-exec; -1 and errno. */
int family_socket(int domain, int type);
/* Is it one? */
bool family_is(int fd);
/* Set its profile, and the peer's name unless NULL; 0 or -1 and errno. */
int family_configure(int fd, const char *profile, const char *name);
/* Why it failed, in words; empty if it cannot say. */
void family_error(int fd, char text[256]);

/* Replacing (replace.c, epoll.c) ***************************************** */

/**
 * replace_socket() - put a secure socket in the place of a TCP or UDP socket
 * @fd: a socket that is not connected
 * @type: its type
 * @name: of the peer; NULL for a socket that is to listen
 *
 * Options, flags, the address it is bound to and the epoll instances that
 * watch it are carried over.
 *
 * Return: 0, or a negative errno; then @fd must not be used in the clear.
 */
int replace_socket(int fd, int type, const char *name);

/* Note that a descriptor is an epoll instance. */
void epoll_note(int epfd);

struct watch {
	int epfd;
	uint32_t events;
	uint64_t data;
};

#define WATCHES_MAX	8

/* Who watches @fd; how many there are, at most WATCHES_MAX. */
unsigned int epoll_watches(int fd, struct watch watches[WATCHES_MAX]);
void epoll_restore(int fd, const struct watch *watches, unsigned int n);

#endif /* TSEC_RUN_PRELOAD_H */
