/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libtsec: the netlink client of tsec sockets, shared by tsec(8) and tsecd(8).
 *
 * A handle belongs to one thread at a time and to the network namespace that
 * the thread was in when it opened the handle.  Functions that return int
 * return 0 (or what is said) on success and a negative errno on failure;
 * tsec_nl_error() then tells the reason in words, which is the kernel's own
 * sentence when it sent one.
 *
 * Every object of the control plane is one plain struct.  Its first member,
 * "have", has a bit for each attribute that is present: in what was received,
 * those that the kernel sent; in what is to be sent, those that the caller
 * filled in.  Example:
 *
 *	struct tsec_key_info key = {
 *		.have = TSEC_HAS(KEY_SESSION) | TSEC_HAS(KEY_DIRECTION) | ...,
 *		.session = id,
 *		.direction = TSEC_DIR_TX,
 *		...
 *		.secret = { secret, sizeof(secret) },
 *	};
 *	err = tsec_key_new(nl, &key);
 *
 * Strings are inside the structs.  Blobs are pointers: into the caller's
 * memory in a request, into the handle's in a reply, where they are valid
 * until the next call on that handle, which overwrites them with zeros first.
 */
#ifndef LIBTSEC_TSEC_H
#define LIBTSEC_TSEC_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/tsec.h>

/* The bit of an attribute in "have": TSEC_HAS(KEY_SESSION). */
#define TSEC_HAS(attr)		(1ULL << (TSEC_A_##attr))

/* Is the attribute there?  tsec_has(&info, SESSION_PEER_ID) */
#define tsec_has(info, attr)	(((info)->have & TSEC_HAS(attr)) != 0)

/**
 * tsec_set() - give an attribute its value
 * @info: pointer to the struct
 * @attr: the attribute's name without TSEC_A_
 * @member: the struct member that holds it
 * @value: the value
 */
#define tsec_set(info, attr, member, value) \
	((info)->member = (value), (void)((info)->have |= TSEC_HAS(attr)))

/**
 * tsec_set_str() - give a string attribute its value
 * @info: pointer to the struct
 * @attr: the attribute's name without TSEC_A_
 * @member: the struct member (an array) that holds it
 * @text: the value; what does not fit is cut off, between UTF-8 characters
 *
 * The result is whether all of it fitted.
 */
#define tsec_set_str(info, attr, member, text) \
	((info)->have |= TSEC_HAS(attr), \
	 tsec_copy((info)->member, sizeof((info)->member), (text)))

#define TSEC_CIPHERS_MAX	8	/* room in a list, more than exist */

struct tsec_blob {
	const void *data;
	size_t len;
};

union tsec_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* TSEC_A_DAEMON_* */
struct tsec_daemon_info {
	uint64_t have;
	uint32_t port;			/* netlink port id, 0: no daemon */
	uint64_t since;			/* seconds */
	uint32_t pending;		/* handshakes not yet claimed */
	uint32_t running;		/* handshakes claimed */
	uint32_t family;		/* the number of AF_TSEC */
	char version[64];
};

/* TSEC_A_PROFILE_*; limits as in struct tsec_key_info */
struct tsec_profile_info {
	uint64_t have;
	char name[TSEC_PROFILE_NAME_MAX + 1];
	char cert[TSEC_PATH_MAX + 1];
	char privkey[TSEC_PATH_MAX + 1];
	char trust[TSEC_PATH_MAX + 1];
	char crl[TSEC_PATH_MAX + 1];
	char psk[TSEC_PATH_MAX + 1];
	char psk_identity[TSEC_PSK_IDENTITY_MAX + 1];
	char alpn[TSEC_ALPN_MAX + 1];
	uint16_t version_min;
	uint16_t version_max;
	uint16_t ciphers[TSEC_CIPHERS_MAX];	/* in order of preference */
	unsigned int n_ciphers;
	uint8_t verify;
	uint8_t session_cache;		/* 1 on, 2 off */
	uint8_t connection_id;		/* bytes, 0: none */
	uint8_t manual;
	uint64_t soft_records;
	uint64_t hard_records;
	uint64_t soft_bytes;
	uint64_t hard_bytes;
	uint64_t soft_seconds;
	uint64_t hard_seconds;
	uint64_t idle_seconds;
	union tsec_addr tunnel_local;	/* a family of 0: none */
	union tsec_addr tunnel_remote;
	uint8_t pubkey[TSEC_PUBKEY_LEN]; /* zeros: none */
};

/*
 * TSEC_A_HANDSHAKE_*: the reply of tsec_handshake_accept(), an event
 * (session, protocol, role), and the argument of tsec_handshake_done().
 */
struct tsec_handshake_info {
	uint64_t have;
	uint32_t session;
	int32_t fd;			/* the handshake channel */
	uint8_t protocol;
	uint8_t role;
	uint32_t timeout;		/* milliseconds left */
	union tsec_addr local;
	union tsec_addr remote;
	char peer_name[TSEC_PEER_NAME_MAX + 1];
	struct tsec_profile_info settings;
	struct tsec_blob cert;		/* PEM, not terminated */
	struct tsec_blob privkey;	/* PEM, not terminated; secret */
	struct tsec_blob trust;		/* PEM, not terminated */
	struct tsec_blob psk_identity;
	struct tsec_blob psk_key;	/* secret */
	uint32_t status;		/* 0 or a positive errno */
	char error[TSEC_ERROR_MAX + 1];
	uint16_t version;
	uint16_t cipher;
	char alpn[TSEC_ALPN_MAX + 1];
	char peer_id[TSEC_PEER_ID_MAX + 1];
	struct tsec_blob peer_cert;	/* DER, leaf first */
	struct tsec_blob exporter;	/* secret */
	uint8_t resumed;		/* a flag: sent when its bit is set */
	struct tsec_blob farewell;	/* a datagram, for the peer */
	struct tsec_blob cid;		/* to ask the peer for */
	uint8_t rrc;			/* a flag: sent when its bit is set */
	uint32_t listener;		/* the same for clients of one socket */
	uint32_t age;			/* open already: seconds of its key */
};

/* TSEC_A_KEY_*; the secrets are sent, never received */
struct tsec_key_info {
	uint64_t have;
	uint32_t session;
	char profile[TSEC_PROFILE_NAME_MAX + 1];
	uint8_t direction;
	uint16_t version;
	uint16_t cipher;
	struct tsec_blob key;
	struct tsec_blob iv;
	struct tsec_blob secret;
	uint64_t seq;
	uint64_t soft_records;
	uint64_t hard_records;
	uint64_t soft_bytes;
	uint64_t hard_bytes;
	uint64_t soft_seconds;
	uint64_t hard_seconds;
	uint64_t idle_seconds;
	uint32_t epoch;
	uint64_t records;
	uint64_t bytes;
	uint64_t age;			/* seconds */
	uint8_t renewable;
	uint8_t used;
	uint8_t request;
	uint8_t reason;			/* enum tsec_key_reason */
	struct tsec_blob cid;
	uint32_t id;
	uint8_t confirm;
	uint16_t message_seq;
};

/* TSEC_A_SESSION_* */
struct tsec_session_info {
	uint64_t have;
	uint32_t id;
	uint8_t protocol;
	uint8_t role;
	uint8_t state;
	union tsec_addr local;
	union tsec_addr remote;
	char profile[TSEC_PROFILE_NAME_MAX + 1];
	char peer_name[TSEC_PEER_NAME_MAX + 1];
	char peer_id[TSEC_PEER_ID_MAX + 1];
	char alpn[TSEC_ALPN_MAX + 1];
	uint16_t version;
	uint16_t cipher;
	uint32_t flags;			/* TSEC_INFO_* */
	uint64_t age;			/* milliseconds */
	uint32_t handshake_us;
	uint32_t uid;
	uint64_t inode;
	uint32_t status;		/* 0 or a positive errno */
	char error[TSEC_ERROR_MAX + 1];
	struct tsec_key_info tx;
	struct tsec_key_info rx;
	uint64_t tx_bytes;
	uint64_t rx_bytes;
};

/* TSEC_A_STATS_* */
struct tsec_stat {
	uint64_t have;
	char name[64];
	uint64_t value;
};

/**
 * struct tsec_event - one notification
 * @cmd: enum tsec_cmd: which of the notifications, and so which member is
 *	valid: TSEC_CMD_HANDSHAKE_READY, TSEC_CMD_DAEMON_NTF,
 *	TSEC_CMD_KEY_NTF, TSEC_CMD_SESSION_NEW_NTF, TSEC_CMD_SESSION_DEL_NTF,
 *	TSEC_CMD_SESSION_MOVE_NTF
 *	or TSEC_CMD_PROFILE_NTF
 */
struct tsec_event {
	uint8_t cmd;
	union {
		struct tsec_handshake_info handshake;
		struct tsec_daemon_info daemon;
		struct tsec_key_info key;
		struct tsec_session_info session;
		struct tsec_profile_info profile;
	};
};

struct tsec_nl;

/* Callbacks: 0 goes on, a negative errno ends the call, which returns it. */
typedef int tsec_event_fn(const struct tsec_event *event, void *arg);
typedef int tsec_key_fn(const struct tsec_key_info *key, void *arg);
typedef int tsec_session_fn(const struct tsec_session_info *session, void *arg);
typedef int tsec_profile_fn(const struct tsec_profile_info *profile, void *arg);
typedef int tsec_stat_fn(const struct tsec_stat *stat, void *arg);

/* Handles (netlink.c) ***************************************************** */

/**
 * tsec_nl_open() - open a handle to the control plane
 * @nlp: where to put it; NULL after a failure
 *
 * Loads the module if it is not there and the kernel can find it.
 *
 * Return: 0, -ENOENT when the kernel has no tsec, -EPROTO when its interface
 * is another version, or what socket() and its like returned.
 */
int tsec_nl_open(struct tsec_nl **nlp);

/* Close a handle, wiping its buffers.  NULL is allowed. */
void tsec_nl_close(struct tsec_nl *nl);

/**
 * tsec_nl_fd() - the descriptor to poll for events
 * @nl: a handle that has joined a group
 *
 * For poll(2) or an event loop only; close-on-exec.  Read it with
 * tsec_nl_receive(), which never waits.
 */
int tsec_nl_fd(const struct tsec_nl *nl);

/* What the last failed call on @nl complained about; never NULL. */
const char *tsec_nl_error(const struct tsec_nl *nl);

/* Overwrite what the handle still holds of the last reply with zeros. */
void tsec_nl_wipe(struct tsec_nl *nl);

/**
 * tsec_nl_join() - receive a group's notifications on this handle
 * @nl: a handle, from then on for receiving only: requests fail with -EBUSY
 * @group: TSEC_MCGRP_EVENTS or TSEC_MCGRP_HANDSHAKE (CAP_NET_ADMIN)
 */
int tsec_nl_join(struct tsec_nl *nl, const char *group);

/**
 * tsec_nl_receive() - take the notifications that have come
 * @nl: a handle that has joined a group
 * @fn: called for each of them
 * @arg: passed to @fn
 *
 * Never waits.
 *
 * Return: how many there were (may be 0), -ENOBUFS when some were lost since
 * (ask for the present state, then go on), or another negative errno.
 */
int tsec_nl_receive(struct tsec_nl *nl, tsec_event_fn *fn, void *arg);

/* Requests (request.c) **************************************************** */

/**
 * tsec_daemon_register() - become the daemon of the network namespace
 * @nl: the handle that stands for the daemon: closing it ends that
 * @version: what the daemon calls itself
 *
 * Return: 0, -EBUSY when there is one, -EPERM without CAP_NET_ADMIN.
 */
int tsec_daemon_register(struct tsec_nl *nl, const char *version);
int tsec_daemon_get(struct tsec_nl *nl, struct tsec_daemon_info *info);

/**
 * tsec_handshake_accept() - claim a pending handshake
 * @nl: the registered handle's or any other of the same process
 * @session: whose handshake, or 0 for the oldest
 * @info: what the handshake needs; @info->fd is the caller's to close
 *
 * The blobs of @info point into the handle: use or copy them, then call
 * tsec_nl_wipe().
 *
 * Return: 0, -ENOENT when there is none (left).
 */
int tsec_handshake_accept(struct tsec_nl *nl, uint32_t session,
			  struct tsec_handshake_info *info);

/**
 * tsec_handshake_done() - tell what came of a handshake
 * @nl: a handle of the daemon
 * @info: session and status, and after success version, cipher and what else
 *	is known: alpn, peer_name, peer_id, peer_cert, exporter, resumed,
 *	farewell
 *
 * Return: 0, -ENOENT when the session has gone meanwhile.
 */
int tsec_handshake_done(struct tsec_nl *nl,
			const struct tsec_handshake_info *info);

/**
 * tsec_handshake_finish() - hand over keys and the outcome of a handshake
 * @nl: a handle of the daemon
 * @keys: of each direction, as for tsec_key_new()
 * @info: as for tsec_handshake_done(), with a status of 0
 *
 * All of it goes to the kernel at once.  When it refuses a key, the handshake
 * is not over: it can be told to have failed.
 *
 * Return: 0, -ENOENT when the session has gone meanwhile, or the first
 * refusal.
 */
int tsec_handshake_finish(struct tsec_nl *nl,
			  const struct tsec_key_info keys[__TSEC_DIR_MAX],
			  const struct tsec_handshake_info *info);

/* Install a key; the message is wiped once sent, the caller wipes its own. */
int tsec_key_new(struct tsec_nl *nl, const struct tsec_key_info *key);
/* Delete manual keys of a profile; @direction -1: both. */
int tsec_key_del(struct tsec_nl *nl, const char *profile, int direction);
/* Renew the sending key now; @request: ask the peer to do the same. */
int tsec_key_update(struct tsec_nl *nl, uint32_t session, bool request);
/* -EINTR: the list changed meanwhile and what was seen may not be all. */
int tsec_key_dump(struct tsec_nl *nl, tsec_key_fn *fn, void *arg);

int tsec_session_get(struct tsec_nl *nl, uint32_t id,
		     struct tsec_session_info *info);
int tsec_session_del(struct tsec_nl *nl, uint32_t id);
int tsec_session_dump(struct tsec_nl *nl, tsec_session_fn *fn, void *arg);

int tsec_profile_new(struct tsec_nl *nl, const struct tsec_profile_info *info);
int tsec_profile_set(struct tsec_nl *nl, const struct tsec_profile_info *info);
int tsec_profile_del(struct tsec_nl *nl, const char *name);
int tsec_profile_get(struct tsec_nl *nl, const char *name,
		     struct tsec_profile_info *info);
int tsec_profile_dump(struct tsec_nl *nl, tsec_profile_fn *fn, void *arg);

int tsec_stats_get(struct tsec_nl *nl, tsec_stat_fn *fn, void *arg);

/* Names (names.c) ********************************************************* */

struct tsec_name {
	unsigned int value;
	const char *name;
};

/* Tables end with a NULL name; the first name of a value is the one shown. */
extern const struct tsec_name tsec_cipher_names[];
extern const struct tsec_name tsec_version_names[];
extern const struct tsec_name tsec_profile_version_names[];
extern const struct tsec_name tsec_protocol_names[];
extern const struct tsec_name tsec_verify_names[];
extern const struct tsec_name tsec_role_names[];
extern const struct tsec_name tsec_state_names[];
extern const struct tsec_name tsec_direction_names[];
extern const struct tsec_name tsec_reason_names[];
extern const struct tsec_name tsec_flag_names[];	/* TSEC_INFO_* */
extern const struct tsec_name tsec_cache_names[];	/* on, off */
extern const struct tsec_name tsec_switch_names[];	/* on, off */

/* The name of a value; NULL when it has none here. */
const char *tsec_name_of(const struct tsec_name *table, unsigned int value);
/* The value of a name, exactly as spelt; -EINVAL when there is none. */
int tsec_value_of(const struct tsec_name *table, const char *name);

/**
 * tsec_parse_ciphers() - numbers of a list of names
 * @text: names of ciphers, separated by commas, in order of preference
 * @ciphers: where to put them
 * @max: room there
 *
 * Return: how many, -EINVAL for a name that is unknown or given twice.
 */
int tsec_parse_ciphers(const char *text, uint16_t *ciphers, unsigned int max);

/* Is what records call their key an SPI (ESP)? */
bool tsec_version_has_spi(unsigned int version);
/* Can a key of that version have that cipher? */
bool tsec_version_has_cipher(unsigned int version, unsigned int cipher);
/* Bytes of a cipher's key, and of its TLS 1.3 secret; 0 for none. */
unsigned int tsec_cipher_key_len(unsigned int cipher);
unsigned int tsec_cipher_secret_len(unsigned int cipher);
/* Bytes of the fixed part of the nonce in that version. */
unsigned int tsec_cipher_iv_len(unsigned int cipher, unsigned int version);

/* Small things (util.c) *************************************************** */

#define TSEC_ADDR_TEXT	(INET6_ADDRSTRLEN + sizeof("[%4294967295]:65535"))

/* "192.0.2.1:443", "[2001:db8::1]:443"; "*" when there is no address. */
const char *tsec_addr_text(const union tsec_addr *addr,
			   char text[TSEC_ADDR_TEXT]);

/**
 * tsec_parse_addr() - an address out of its text
 * @text: "192.0.2.1", "192.0.2.1:443", "2001:db8::1" or "[2001:db8::1]:443"
 * @addr: set; the port is 0 if there is none
 *
 * Return: 0 or -EINVAL.
 */
int tsec_parse_addr(const char *text, union tsec_addr *addr);

#define TSEC_PUBKEY_TEXT	45	/* in base64, terminated */

/* A public key of WireGuard in base64, and back; -EINVAL if it is none. */
void tsec_pubkey_text(const uint8_t pubkey[TSEC_PUBKEY_LEN],
		      char text[TSEC_PUBKEY_TEXT]);
int tsec_parse_pubkey(const char *text, uint8_t pubkey[TSEC_PUBKEY_LEN]);

/* Copy what fits of a string, between UTF-8 characters; did all of it? */
bool tsec_copy(char *to, size_t size, const char *from);

/* Hand over a peer's text for people: control characters become '?'. */
char *tsec_printable(char *text);

#endif /* LIBTSEC_TSEC_H */
