/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a session knows of its record protocol.
 */
#ifndef TSEC_RECORD_H
#define TSEC_RECORD_H

#include <linux/types.h>

#include "packet.h"

struct tsec_key;
struct tsec_tls_rx;

enum tsec_record_limits {
	TSEC_RECORD_CONTROL_MAX	= 8,	/* longest message of the build_ ops */
};

/**
 * enum tsec_record_event_type - what a control record asks for
 * @TSEC_RECORD_CLOSE: the peer will send nothing more (authenticated end)
 * @TSEC_RECORD_ALERT: the peer reports an error or a warning; a warning
 *	needs no action
 * @TSEC_RECORD_KEY_UPDATE: the next record is under the peer's next key
 * @TSEC_RECORD_HANDSHAKE: a handshake message for the daemon
 * @TSEC_RECORD_REPLY: send an alert and carry on
 */
enum tsec_record_event_type {
	TSEC_RECORD_CLOSE,
	TSEC_RECORD_ALERT,
	TSEC_RECORD_KEY_UPDATE,
	TSEC_RECORD_HANDSHAKE,
	TSEC_RECORD_REPLY,
};

/**
 * struct tsec_record_event - one thing that a control record asks for
 * @type: enum tsec_record_event_type
 * @level: ALERT: the level on the wire
 * @alert: ALERT: the description that came; REPLY: the one to send; after
 *	an error: the one to send before the end
 * @fatal: ALERT: the session is over
 * @requested: KEY_UPDATE: the peer asks this end to renew its key as well
 * @data: HANDSHAKE: the whole message with its header, valid until the next
 *	call for the same receiver
 * @len: HANDSHAKE: bytes of @data
 * @why: after an error: what was wrong, in words for people
 */
struct tsec_record_event {
	enum tsec_record_event_type type;
	u8 level;
	u8 alert;
	bool fatal;
	bool requested;
	const u8 *data;
	size_t len;
	const char *why;
};

/**
 * struct tsec_record_input - a decrypted record on its way through control()
 * @data: what is left of its content
 * @len: bytes of @data
 * @type: the record's (inner) content type
 * @started: control() has seen it; false for a new record
 */
struct tsec_record_input {
	const u8 *data;
	size_t len;
	u8 type;
	bool started;
};

/**
 * enum tsec_encap_kind - what a record protocol carries
 * @TSEC_ENCAP_DATA: the program's data, and nothing before it
 * @TSEC_ENCAP_UDP: what a UDP header begins: transport mode (RFC 4303
 *	section 3.1.1)
 * @TSEC_ENCAP_IP: whole IP packets
 */
enum tsec_encap_kind {
	TSEC_ENCAP_DATA,
	TSEC_ENCAP_UDP,
	TSEC_ENCAP_IP,
};

/**
 * struct tsec_record_ops - a record protocol
 * @name: its name for people
 * @protocol: enum tsec_protocol
 * @version_min: lowest version this protocol knows
 * @version_max: highest version this protocol knows
 * @header_room: most bytes before the payload of a record
 * @trailer_room: most bytes after the payload of a record
 * @payload_max: most payload bytes in a record
 * @control: takes the next event out of a decrypted control record (NULL if
 *	there are none): 1 with
 *	the event, 0 at the record's end, -EPROTO with the alert to send if
 *	the peer broke the protocol, -ENOMEM
 * @data: tells the receiver that application data came in between; returns
 *	as @control
 * @build_close: writes the authenticated end, at most
 *	TSEC_RECORD_CONTROL_MAX bytes; returns its length and stores the
 *	record's content type; NULL if the protocol has none
 * @build_key_update: the same for the announcement of the next sending key
 * @renew: turns a key into the one of the next epoch; -EOPNOTSUPP if it
 *	cannot renew itself
 * @packet: seals and opens the records of a protocol over datagrams
 *	(SOCK_DGRAM); NULL for one over streams (SOCK_STREAM)
 * @packet_of: the same for one version; NULL if all have the same
 * @greet: as in @packet, of clients of all versions; NULL if @packet does
 * @piece: with @greet: is a datagram a part of a message that it could read if
 *	that came in one?  Of clients of the highest version; NULL if none is
 * @whole: makes such a message one datagram, of the first one's header and all
 *	parts
 * @key_id: with @packet: the key ID of keys that come without one, 0 for
 *	keys that are for all
 * @port: with @packet: the UDP port that all records go from and to; 0 for
 *	the port of the session's own socket
 * @encap: with @packet: what its payloads begin with
 * @handshake: daemons run its handshakes; else all keys are manual
 * @stays: a session's handshakes go on while it is open: daemons give it new
 *	keys, and what begins a handshake belongs to the session that there is
 * @pubkey: listeners need to know their public key
 * @keepalive: with @packet: seconds after which data that nothing was sent
 *	after is answered by a message without content; 0 for never
 *
 * Files in record/ know bytes and keys only: no sockets, no netlink, no
 * timers.  The kernel's own TLS seals and opens the records of TLS, so this
 * is the part that it leaves to us.  Protocols over datagrams bring their
 * record layer with them, in @packet; they have no use for @data, for @rx in
 * @control, and none for @build_key_update and @renew if their keys do not
 * renew themselves.  What @control refuses, over datagrams, is dropped.
 */
struct tsec_record_ops {
	const char *name;
	u8 protocol;
	u16 version_min;
	u16 version_max;
	u16 header_room;
	u16 trailer_room;
	u32 payload_max;
	int (*control)(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		       struct tsec_record_event *ev);
	int (*data)(struct tsec_tls_rx *rx, struct tsec_record_event *ev);
	size_t (*build_close)(u8 *buf, u8 *type);
	size_t (*build_key_update)(u8 *buf, u8 *type, bool request);
	int (*renew)(struct tsec_key *key);
	const struct tsec_packet_ops *packet;
	const struct tsec_packet_ops *(*packet_of)(u16 version);
	enum tsec_greeting_verdict (*greet)(struct tsec_greeting *greeting);
	bool (*piece)(const u8 *data, size_t len,
		      struct tsec_packet_piece *piece);
	void (*whole)(u8 *data, size_t len);
	u32 key_id;
	u16 port;
	enum tsec_encap_kind encap;
	bool handshake;
	bool stays;
	bool pubkey;
	u8 keepalive;
};

const struct tsec_record_ops *tsec_record_ops_find(u8 protocol);
const struct tsec_packet_ops *
tsec_record_peek(const struct tsec_record_ops *record, const u8 *data,
		 size_t len, u8 cid_len, struct tsec_packet_header *header);

#endif /* TSEC_RECORD_H */
