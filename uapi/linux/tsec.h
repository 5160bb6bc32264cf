/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * tsec: secure transport sockets.
 *
 * This header is the reference manual of the interface between the kernel
 * module, applications (socket options) and the control plane (generic
 * netlink).  The netlink half mirrors Documentation/netlink/specs/tsec.yaml.
 *
 * An application opens socket(AF_TSEC, SOCK_STREAM, 0) or, for datagrams,
 * socket(AF_TSEC, SOCK_DGRAM, 0), uses struct sockaddr_in or sockaddr_in6,
 * and reads and writes plain data.
 *
 * Numbers are in host byte order, those that packets have in them as well (an
 * SPI, a sequence number); in socket addresses all is as it always is there.
 */
#ifndef _LINUX_TSEC_H
#define _LINUX_TSEC_H

#include <linux/socket.h>
#include <linux/types.h>

/*
 * The address family.  The kernel's table of families is fixed, so an
 * out-of-tree family takes the slot of the never-used AF_SECURITY.  The
 * module parameter "family" moves it; TSEC_A_DAEMON_FAMILY tells the number
 * in use.
 */
#ifndef AF_TSEC
#define AF_TSEC		14
#define PF_TSEC		AF_TSEC
#endif

/* The level of the socket options below. */
#ifndef SOL_TSEC
#define SOL_TSEC	314
#endif

/**
 * enum tsec_protocol - third argument of socket()
 * @TSEC_PROTO_DEFAULT: TLS on SOCK_STREAM, DTLS on SOCK_DGRAM
 * @TSEC_PROTO_TLS: TLS 1.2 (RFC 5246) and TLS 1.3 (RFC 8446) over TCP
 * @TSEC_PROTO_DTLS: DTLS 1.2 (RFC 6347) and 1.3 (RFC 9147) over UDP
 * @TSEC_PROTO_SRTP: SRTP and SRTCP (RFC 3711) over UDP, with keys by DTLS
 *	(RFC 5764) or manual ones
 * @TSEC_PROTO_ESP: ESP (RFC 4303) in transport mode for UDP, in UDP
 *	(RFC 3948), with manual keys
 * @TSEC_PROTO_WIREGUARD: WireGuard over UDP
 *
 * Numbers are never reused.
 */
enum tsec_protocol {
	TSEC_PROTO_DEFAULT	= 0,
	TSEC_PROTO_TLS		= 1,
	TSEC_PROTO_DTLS		= 2,
	TSEC_PROTO_SRTP		= 3,
	TSEC_PROTO_ESP		= 4,
	TSEC_PROTO_WIREGUARD	= 5,
};

/*
 * Protocol versions: of TLS and DTLS, their own numbers on the wire.  The
 * others have none there, and numbers made up here: SRTP 0x13 and the version
 * of RTP, which is 2; ESP 0x14, and 0 for sequence numbers of 32 bits or 1 for
 * extended ones, as IKEv2's transform type 5 has it (RFC 7296 section 3.3.2);
 * WireGuard 0x15 and its version, 1.
 */
#define TSEC_VERSION_TLS_1_2	0x0303
#define TSEC_VERSION_TLS_1_3	0x0304
#define TSEC_VERSION_DTLS_1_2	0xfefd
#define TSEC_VERSION_DTLS_1_3	0xfefc
#define TSEC_VERSION_SRTP	0x1302
#define TSEC_VERSION_ESP	0x1400
#define TSEC_VERSION_ESP_ESN	0x1401
#define TSEC_VERSION_WIREGUARD	0x1501

/**
 * enum tsec_cipher - cipher of a key, whatever the protocol around it
 * @TSEC_CIPHER_UNSPEC: none
 * @TSEC_CIPHER_AES_128_GCM: 16-byte key, 16-byte tag (RFC 5116)
 * @TSEC_CIPHER_AES_256_GCM: 32-byte key, 16-byte tag (RFC 5116)
 * @TSEC_CIPHER_CHACHA20_POLY1305: 32-byte key, 16-byte tag (RFC 8439)
 * @TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80: SRTP only: 16-byte key, 10-byte tag
 *	(RFC 3711)
 * @TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32: SRTP only: the same with a 4-byte
 *	tag, but for SRTCP, whose tag has 10 bytes
 * @TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80: SRTP only: 32-byte key, 10-byte tag
 *	(RFC 6188)
 * @TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32: SRTP only: the same with a 4-byte
 *	tag, but for SRTCP, whose tag has 10 bytes
 */
enum tsec_cipher {
	TSEC_CIPHER_UNSPEC			= 0,
	TSEC_CIPHER_AES_128_GCM			= 1,
	TSEC_CIPHER_AES_256_GCM			= 2,
	TSEC_CIPHER_CHACHA20_POLY1305		= 3,
	TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80	= 4,
	TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32	= 5,
	TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80	= 6,
	TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32	= 7,
	/* private: */
	__TSEC_CIPHER_MAX
};

#define TSEC_CIPHER_MAX		(__TSEC_CIPHER_MAX - 1)

/**
 * enum tsec_role - which end of the handshake a session is
 * @TSEC_ROLE_CLIENT: the end that connected
 * @TSEC_ROLE_SERVER: the end that accepted
 */
enum tsec_role {
	TSEC_ROLE_CLIENT	= 0,
	TSEC_ROLE_SERVER	= 1,
};

/**
 * enum tsec_state - life of a session
 * @TSEC_STATE_CONNECTING: the inner transport is being connected
 * @TSEC_STATE_PENDING: waits for the daemon to claim its handshake
 * @TSEC_STATE_HANDSHAKE: the daemon runs the handshake
 * @TSEC_STATE_ESTABLISHED: keys are in; data flows
 * @TSEC_STATE_CLOSING: one or both directions have ended
 * @TSEC_STATE_FAILED: ended by an error; TSEC_ERROR says which
 */
enum tsec_state {
	TSEC_STATE_CONNECTING	= 0,
	TSEC_STATE_PENDING	= 1,
	TSEC_STATE_HANDSHAKE	= 2,
	TSEC_STATE_ESTABLISHED	= 3,
	TSEC_STATE_CLOSING	= 4,
	TSEC_STATE_FAILED	= 5,
};

/**
 * enum tsec_verify - what is asked of the peer's identity
 * @TSEC_VERIFY_DEFAULT: clients require, servers ask for nothing
 * @TSEC_VERIFY_NONE: any peer is taken (encryption without authentication)
 * @TSEC_VERIFY_REQUEST: a certificate is asked for; if one comes, it must
 *	be good
 * @TSEC_VERIFY_REQUIRE: a good certificate (or PSK) is a must
 *
 * Higher is stronger, and an application may only raise its profile's.
 */
enum tsec_verify {
	TSEC_VERIFY_DEFAULT	= 0,
	TSEC_VERIFY_NONE	= 1,
	TSEC_VERIFY_REQUEST	= 2,
	TSEC_VERIFY_REQUIRE	= 3,
};

/* Largest sizes, in bytes, without a terminating zero; _LEN: the only size. */
#define TSEC_PROFILE_NAME_MAX	63
#define TSEC_PEER_NAME_MAX	255
#define TSEC_PEER_ID_MAX	1023
#define TSEC_ALPN_MAX		255
#define TSEC_PATH_MAX		1023
#define TSEC_ERROR_MAX		255
#define TSEC_PEM_MAX		61440
#define TSEC_PEER_CERT_MAX	61440
#define TSEC_PSK_IDENTITY_MAX	128
#define TSEC_PSK_KEY_MAX	64
#define TSEC_KEY_MAX		32
#define TSEC_IV_MAX		14
#define TSEC_SECRET_MAX		48
#define TSEC_CID_MAX		20
#define TSEC_FAREWELL_MAX	128
#define TSEC_PUBKEY_LEN		32
#define TSEC_EXPORT_LABEL_MAX	249
#define TSEC_EXPORT_MAX		4096

/* ESP: the smallest SPI that a key may have, and the bytes of its salt. */
#define TSEC_ESP_SPI_MIN	256
#define TSEC_ESP_SALT		4

/**
 * enum tsec_sockopt - socket options at level SOL_TSEC
 *
 * "set" options are taken before connect() or listen(); afterwards they fail
 * with EISCONN.  A value that would weaken the profile fails with EPERM.
 *
 * @TSEC_PROFILE: set/get, string: name of the profile (default "default")
 * @TSEC_PEER_NAME: set/get, string: the host name to send (SNI) and to
 *	verify, or an IP address to verify; on an accepted socket, the name
 *	the client asked for; WireGuard: the peer's public key in base64, or
 *	its name in the list of peers
 * @TSEC_ALPN: set, string: comma-separated protocol names in order of
 *	preference (RFC 7301); get: the one agreed on, empty if none
 * @TSEC_VERSION_MIN: set/get, int: lowest version, TSEC_VERSION_TLS_1_2 or
 *	TSEC_VERSION_TLS_1_3, which stand for DTLS 1.2 and 1.3 on SOCK_DGRAM;
 *	0: the profile's (default)
 * @TSEC_VERSION_MAX: set/get, int: highest version, the same
 * @TSEC_CIPHERS: set/get, array of __u16 enum tsec_cipher, in order of
 *	preference; a handshake uses those that its protocol has
 * @TSEC_CERT: set, PEM: own certificate, leaf first, then its chain
 * @TSEC_PRIVKEY: set, PEM: the certificate's private key; WireGuard: the
 *	private key in base64; never read back
 * @TSEC_TRUST: set, PEM: the certificates to trust, instead of the
 *	system's; WireGuard: the peers, one in each line; EPERM if the profile
 *	names its own
 * @TSEC_PSK: set, struct tsec_psk; never read back
 * @TSEC_VERIFY: set/get, int: enum tsec_verify
 * @TSEC_SESSION_CACHE: set/get, int: 1 to resume sessions (default), 0 not
 * @TSEC_INFO: get, struct tsec_info; EOPNOTSUPP for a datagram socket that is
 *	one for all peers, which has many sessions
 * @TSEC_PEER_ID: get, string: the verified identity of the peer: the first
 *	name of its certificate's subjectAltName, else its subject, or a PSK
 *	identity; WireGuard: its public key in base64; empty if not verified
 * @TSEC_PEER_CERT: get, the peer's certificates in DER, leaf first, one
 *	after the other
 * @TSEC_ERROR: get, string: why the handshake or the session failed, in
 *	words for people; empty if it did not
 * @TSEC_EXPORT: get, struct tsec_export in, keying material out (RFC 8446
 *	section 7.5, with the labels of RFC 9147 for DTLS 1.3); EOPNOTSUPP for
 *	all but version 1.3
 * @TSEC_KEY_UPDATE: set, int: renew the sending key now; 1 asks the peer to
 *	renew its own as well (RFC 8446 section 4.6.3, RFC 9147 section 8);
 *	EOPNOTSUPP where keys do not renew themselves: TLS and DTLS 1.2, SRTP,
 *	ESP, WireGuard
 * @TSEC_MTU: get, int: bytes of the longest datagram that can be sent now;
 *	SOCK_DGRAM only
 * @TSEC_TUNNEL: set/get, struct tsec_tunnel: who speaks inside of the records;
 *	WireGuard only
 * @TSEC_CONNECTION_ID: set/get, int: bytes of the connection ID that the peer
 *	is asked to put into its records (RFC 9146, RFC 9147 section 9), up to
 *	TSEC_CID_MAX; 0: none are negotiated; -1: the profile's (default); DTLS
 *	only
 *
 * Numbers 13 to 15, 22 and 23 are kept for early data, delegated
 * verification, record size and padding.
 */
enum tsec_sockopt {
	TSEC_PROFILE		= 1,
	TSEC_PEER_NAME		= 2,
	TSEC_ALPN		= 3,
	TSEC_VERSION_MIN	= 4,
	TSEC_VERSION_MAX	= 5,
	TSEC_CIPHERS		= 6,
	TSEC_CERT		= 7,
	TSEC_PRIVKEY		= 8,
	TSEC_TRUST		= 9,
	TSEC_PSK		= 10,
	TSEC_VERIFY		= 11,
	TSEC_SESSION_CACHE	= 12,
	TSEC_INFO		= 16,
	TSEC_PEER_ID		= 17,
	TSEC_PEER_CERT		= 18,
	TSEC_ERROR		= 19,
	TSEC_EXPORT		= 20,
	TSEC_KEY_UPDATE		= 21,
	TSEC_MTU		= 24,
	TSEC_TUNNEL		= 25,
	TSEC_CONNECTION_ID	= 26,
};

/**
 * struct tsec_psk - a pre-shared key
 * @identity_len: bytes of the identity, 1 to TSEC_PSK_IDENTITY_MAX
 * @key_len: bytes of the key, 16 to TSEC_PSK_KEY_MAX
 * @data: the identity, then the key
 */
struct tsec_psk {
	__u16	identity_len;
	__u16	key_len;
	__u8	data[];
};

/**
 * struct tsec_export - request for exported keying material
 * @label_len: bytes of the label, 1 to TSEC_EXPORT_LABEL_MAX
 * @context_len: bytes of the context, may be 0
 * @data: the label, then the context; the kernel writes the keying material
 *	from the start of the option buffer, as many bytes as optlen says
 */
struct tsec_export {
	__u16	label_len;
	__u16	context_len;
	__u8	data[];
};

/**
 * struct tsec_tunnel - the two ends inside of WireGuard's records
 * @local: this end, struct sockaddr_in or sockaddr_in6; a port of 0 stands
 *	for that of the socket itself
 * @remote: the peer, of the same family; an address or a port of zeros takes
 *	any, and answers whoever was heard last
 *
 * Between them goes UDP: its payload is what the program sends and receives.
 * With families of 0 there is no tunnel, and the program sends and receives
 * whole IP packets.
 */
struct tsec_tunnel {
	struct __kernel_sockaddr_storage local;
	struct __kernel_sockaddr_storage remote;
};

#define TSEC_INFO_RESUMED	0x01	/* the handshake resumed a session */
#define TSEC_INFO_MANUAL	0x02	/* manual keys, no handshake */
#define TSEC_INFO_PEER_CLOSED	0x04	/* an authenticated end has come */
#define TSEC_INFO_RENEWABLE	0x08	/* keys renew themselves */

/**
 * struct tsec_info_dir - one direction of a session
 * @records: records under the present key, of datagrams without those that
 *	were not authentic or had come before
 * @bytes: payload bytes since the session began
 * @epoch: how many times the key was renewed
 * @reserved: zero
 */
struct tsec_info_dir {
	__u64	records;
	__u64	bytes;
	__u32	epoch;
	__u32	reserved;
};

/**
 * struct tsec_info - what TSEC_INFO returns
 * @id: the session's number, as "tsec session show" prints it
 * @version: protocol version, 0 before the handshake ends
 * @cipher: enum tsec_cipher, 0 before the handshake ends
 * @protocol: enum tsec_protocol
 * @role: enum tsec_role
 * @state: enum tsec_state
 * @flags: TSEC_INFO_*
 * @handshake_us: how long the handshake took, in microseconds
 * @tx: the sending direction
 * @rx: the receiving direction
 *
 * Later versions may append members: pass a zeroed buffer and look at the
 * length that comes back.
 */
struct tsec_info {
	__u32	id;
	__u16	version;
	__u16	cipher;
	__u8	protocol;
	__u8	role;
	__u8	state;
	__u8	flags;
	__u32	handshake_us;
	struct tsec_info_dir tx;
	struct tsec_info_dir rx;
};

/* Generic netlink ******************************************************** */

#define TSEC_FAMILY_NAME		"tsec"
#define TSEC_FAMILY_VERSION		1
#define TSEC_MCGRP_HANDSHAKE		"handshake"
#define TSEC_MCGRP_EVENTS		"events"

enum tsec_cmd {
	TSEC_CMD_UNSPEC,
	TSEC_CMD_DAEMON_REGISTER,
	TSEC_CMD_DAEMON_GET,
	TSEC_CMD_DAEMON_NTF,
	TSEC_CMD_HANDSHAKE_READY,
	TSEC_CMD_HANDSHAKE_ACCEPT,
	TSEC_CMD_HANDSHAKE_DONE,
	TSEC_CMD_KEY_NEW,
	TSEC_CMD_KEY_DEL,
	TSEC_CMD_KEY_GET,
	TSEC_CMD_KEY_UPDATE,
	TSEC_CMD_KEY_NTF,
	TSEC_CMD_SESSION_GET,
	TSEC_CMD_SESSION_DEL,
	TSEC_CMD_SESSION_NEW_NTF,
	TSEC_CMD_SESSION_DEL_NTF,
	TSEC_CMD_PROFILE_NEW,
	TSEC_CMD_PROFILE_SET,
	TSEC_CMD_PROFILE_DEL,
	TSEC_CMD_PROFILE_GET,
	TSEC_CMD_PROFILE_NTF,
	TSEC_CMD_STATS_GET,
	TSEC_CMD_SESSION_MOVE_NTF,
	__TSEC_CMD_MAX
};

#define TSEC_CMD_MAX (__TSEC_CMD_MAX - 1)

/* Top level: one nest for each object. */
enum tsec_attr {
	TSEC_A_UNSPEC,
	TSEC_A_DAEMON,
	TSEC_A_HANDSHAKE,
	TSEC_A_KEY,
	TSEC_A_SESSION,
	TSEC_A_PROFILE,
	TSEC_A_STATS,
	__TSEC_A_MAX
};

#define TSEC_A_MAX (__TSEC_A_MAX - 1)

/* The daemon of a network namespace. */
enum tsec_attr_daemon {
	TSEC_A_DAEMON_UNSPEC,
	TSEC_A_DAEMON_PAD,
	TSEC_A_DAEMON_PORT,		/* u32, its netlink port id */
	TSEC_A_DAEMON_VERSION,		/* string, what it calls itself */
	TSEC_A_DAEMON_SINCE,		/* u64, seconds since it registered */
	TSEC_A_DAEMON_PENDING,		/* u32, handshakes not yet claimed */
	TSEC_A_DAEMON_RUNNING,		/* u32, handshakes claimed */
	TSEC_A_DAEMON_FAMILY,		/* u32, the number of AF_TSEC */
	__TSEC_A_DAEMON_MAX
};

#define TSEC_A_DAEMON_MAX (__TSEC_A_DAEMON_MAX - 1)

/* A handshake: what the daemon needs for it, and what comes of it. */
enum tsec_attr_handshake {
	TSEC_A_HANDSHAKE_UNSPEC,
	TSEC_A_HANDSHAKE_SESSION,	/* u32, session id */
	TSEC_A_HANDSHAKE_FD,		/* u32, the handshake channel */
	TSEC_A_HANDSHAKE_PROTOCOL,	/* u8, enum tsec_protocol */
	TSEC_A_HANDSHAKE_ROLE,		/* u8, enum tsec_role */
	TSEC_A_HANDSHAKE_TIMEOUT,	/* u32, milliseconds left */
	TSEC_A_HANDSHAKE_LOCAL,		/* binary, struct sockaddr_in or _in6 */
	TSEC_A_HANDSHAKE_REMOTE,	/* binary, struct sockaddr_in or _in6 */
	TSEC_A_HANDSHAKE_PEER_NAME,	/* string, to send and to verify; of a
					 * server, the name asked for
					 */
	TSEC_A_HANDSHAKE_SETTINGS,	/* nest of TSEC_A_PROFILE_*, effective */
	TSEC_A_HANDSHAKE_CERT,		/* binary, TSEC_CERT of the program */
	TSEC_A_HANDSHAKE_PRIVKEY,	/* binary, TSEC_PRIVKEY of the program */
	TSEC_A_HANDSHAKE_TRUST,		/* binary, TSEC_TRUST of the program */
	TSEC_A_HANDSHAKE_PSK_IDENTITY,	/* binary, given by the program */
	TSEC_A_HANDSHAKE_PSK_KEY,	/* binary, given by the program */
	TSEC_A_HANDSHAKE_STATUS,	/* u32, 0 or a positive errno */
	TSEC_A_HANDSHAKE_ERROR,		/* string, the reason in words */
	TSEC_A_HANDSHAKE_VERSION,	/* u16, the version agreed on */
	TSEC_A_HANDSHAKE_CIPHER,	/* u16, enum tsec_cipher */
	TSEC_A_HANDSHAKE_ALPN,		/* string, the protocol agreed on */
	TSEC_A_HANDSHAKE_PEER_ID,	/* string, who the peer is */
	TSEC_A_HANDSHAKE_PEER_CERT,	/* binary, DER chain, leaf first */
	TSEC_A_HANDSHAKE_EXPORTER,	/* binary, exporter_master_secret */
	TSEC_A_HANDSHAKE_RESUMED,	/* flag */
	TSEC_A_HANDSHAKE_FAREWELL,	/* binary, datagram that ends it */
	TSEC_A_HANDSHAKE_CID,		/* binary, DTLS: the connection ID to
					 * ask the peer for
					 */
	TSEC_A_HANDSHAKE_RRC,		/* flag, DTLS: with connection IDs, the
					 * peer answers return routability
					 * checks (RFC 9853)
					 */
	TSEC_A_HANDSHAKE_LISTENER,	/* u32, the same for clients of one socket */
	TSEC_A_HANDSHAKE_AGE,		/* u32, open already: seconds of its key */
	__TSEC_A_HANDSHAKE_MAX
};

#define TSEC_A_HANDSHAKE_MAX (__TSEC_A_HANDSHAKE_MAX - 1)

/**
 * enum tsec_direction - which way a key protects
 * @TSEC_DIR_TX: what this end sends
 * @TSEC_DIR_RX: what this end receives
 */
enum tsec_direction {
	TSEC_DIR_TX	= 0,
	TSEC_DIR_RX	= 1,
	/* private: */
	__TSEC_DIR_MAX
};

/*
 * One direction of one epoch.  Keys go in and never come out: KEY, IV and
 * SECRET are in no reply.  Either KEY and IV are given, or SECRET alone, of
 * which they are made (RFC 8446 section 7.3); SECRET makes the key renewable.
 * CID is the connection ID (RFC 9146), or the MKI of SRTP, that the sender of
 * the key's direction puts into its records and the receiver expects there.
 *
 * A session over datagrams takes further keys while it is open, of the same
 * version and cipher and with another ID, of SRTP with another CID: a tx key
 * replaces the one at work; the last three rx keys open packets at a time.
 */
enum tsec_attr_key {
	TSEC_A_KEY_UNSPEC,
	TSEC_A_KEY_PAD,
	TSEC_A_KEY_SESSION,		/* u32, session id; or ... */
	TSEC_A_KEY_PROFILE,		/* string, manual key of a profile */
	TSEC_A_KEY_DIRECTION,		/* u8, enum tsec_direction */
	TSEC_A_KEY_VERSION,		/* u16, protocol version */
	TSEC_A_KEY_CIPHER,		/* u16, enum tsec_cipher */
	TSEC_A_KEY_KEY,			/* binary, 16 or 32 bytes */
	TSEC_A_KEY_IV,			/* binary, 12; (D)TLS 1.2 GCM: 4;
					 * SRTP with AES-CM: 14; ESP: 4;
					 * WireGuard: none
					 */
	TSEC_A_KEY_SECRET,		/* binary, 32 or 48: traffic secret of
					 * (D)TLS 1.3
					 */
	TSEC_A_KEY_SEQ,			/* u64, next sequence number; SRTP: the
					 * index that sources begin at
					 */
	TSEC_A_KEY_SOFT_RECORDS,	/* u64, renew after so many records */
	TSEC_A_KEY_HARD_RECORDS,	/* u64, fail closed after so many */
	TSEC_A_KEY_SOFT_BYTES,		/* u64, payload bytes */
	TSEC_A_KEY_HARD_BYTES,		/* u64, payload bytes */
	TSEC_A_KEY_SOFT_SECONDS,	/* u64, age */
	TSEC_A_KEY_HARD_SECONDS,	/* u64, age */
	TSEC_A_KEY_IDLE_SECONDS,	/* u64, fail closed if unused so long */
	TSEC_A_KEY_EPOCH,		/* u32, times renewed; get only */
	TSEC_A_KEY_RECORDS,		/* u64, get only: under this key */
	TSEC_A_KEY_BYTES,		/* u64, get only: under this key */
	TSEC_A_KEY_AGE,			/* u64, get only: seconds */
	TSEC_A_KEY_RENEWABLE,		/* flag, get only */
	TSEC_A_KEY_USED,		/* flag, get only: taken by a session */
	TSEC_A_KEY_REQUEST,		/* flag, key-update: the peer's as well */
	TSEC_A_KEY_REASON,		/* u8, key-ntf: enum tsec_key_reason */
	TSEC_A_KEY_CID,			/* binary, DTLS, SRTP: in each record */
	TSEC_A_KEY_ID,			/* u32, what records call the key: the
					 * epoch (DTLS 1.2: 1, DTLS 1.3: 3
					 * unless given), the SPI (ESP), the
					 * index of the receiver (WireGuard)
					 */
	TSEC_A_KEY_CONFIRM,		/* flag, tx of an open session: begin
					 * to send once the peer uses the rx
					 * key that came last
					 */
	TSEC_A_KEY_MESSAGE_SEQ,		/* u16, DTLS 1.3, tx: number of the
					 * next handshake message
					 */
	__TSEC_A_KEY_MAX
};

#define TSEC_A_KEY_MAX (__TSEC_A_KEY_MAX - 1)

/**
 * enum tsec_key_reason - why a key-ntf was sent
 * @TSEC_KEY_RENEWED_LOCAL: this end renewed the key (limit or command)
 * @TSEC_KEY_RENEWED_PEER: the peer announced a new key
 * @TSEC_KEY_REKEY_NEEDED: soft limit reached and the key cannot renew itself
 * @TSEC_KEY_EXPIRED: hard limit reached, the direction is closed
 */
enum tsec_key_reason {
	TSEC_KEY_RENEWED_LOCAL	= 1,
	TSEC_KEY_RENEWED_PEER	= 2,
	TSEC_KEY_REKEY_NEEDED	= 3,
	TSEC_KEY_EXPIRED	= 4,
};

enum tsec_attr_session {
	TSEC_A_SESSION_UNSPEC,
	TSEC_A_SESSION_PAD,
	TSEC_A_SESSION_ID,		/* u32 */
	TSEC_A_SESSION_PROTOCOL,	/* u8, enum tsec_protocol */
	TSEC_A_SESSION_ROLE,		/* u8, enum tsec_role */
	TSEC_A_SESSION_STATE,		/* u8, enum tsec_state */
	TSEC_A_SESSION_LOCAL,		/* binary, struct sockaddr_in or _in6 */
	TSEC_A_SESSION_REMOTE,		/* binary, struct sockaddr_in or _in6 */
	TSEC_A_SESSION_PROFILE,		/* string */
	TSEC_A_SESSION_PEER_NAME,	/* string */
	TSEC_A_SESSION_PEER_ID,		/* string */
	TSEC_A_SESSION_ALPN,		/* string */
	TSEC_A_SESSION_VERSION,		/* u16 */
	TSEC_A_SESSION_CIPHER,		/* u16, enum tsec_cipher */
	TSEC_A_SESSION_FLAGS,		/* u32, TSEC_INFO_* */
	TSEC_A_SESSION_AGE,		/* u64, milliseconds since it began */
	TSEC_A_SESSION_HANDSHAKE_US,	/* u32, microseconds */
	TSEC_A_SESSION_UID,		/* u32, owner of the socket */
	TSEC_A_SESSION_INODE,		/* u64, socket inode, 0 before accept
					 * and once the socket is closed
					 */
	TSEC_A_SESSION_STATUS,		/* u32, 0 or a positive errno */
	TSEC_A_SESSION_ERROR,		/* string, the reason in words */
	TSEC_A_SESSION_TX,		/* nest of TSEC_A_KEY_*, no secrets */
	TSEC_A_SESSION_RX,		/* nest of TSEC_A_KEY_*, no secrets */
	TSEC_A_SESSION_TX_BYTES,	/* u64, payload since it began */
	TSEC_A_SESSION_RX_BYTES,	/* u64, payload since it began */
	__TSEC_A_SESSION_MAX
};

#define TSEC_A_SESSION_MAX (__TSEC_A_SESSION_MAX - 1)

/*
 * A profile.  In profile-set an attribute that is absent leaves the value as
 * it is, and an empty string or 0 returns it to its default.  Paths are read
 * by the daemon, with the daemon's rights.
 */
enum tsec_attr_profile {
	TSEC_A_PROFILE_UNSPEC,
	TSEC_A_PROFILE_PAD,
	TSEC_A_PROFILE_NAME,		/* string */
	TSEC_A_PROFILE_CERT,		/* string, path of a PEM chain */
	TSEC_A_PROFILE_PRIVKEY,		/* string, path of a PEM key, or of one
					 * of WireGuard
					 */
	TSEC_A_PROFILE_TRUST,		/* string, path of PEM certificates, or
					 * of a list of WireGuard's peers
					 */
	TSEC_A_PROFILE_CRL,		/* string, path of PEM CRLs */
	TSEC_A_PROFILE_PSK,		/* string, path of "identity:hex" lines */
	TSEC_A_PROFILE_PSK_IDENTITY,	/* string, the one a client uses */
	TSEC_A_PROFILE_ALPN,		/* string, comma-separated */
	TSEC_A_PROFILE_VERSION_MIN,	/* u16, of TLS; DTLS has the same two */
	TSEC_A_PROFILE_VERSION_MAX,	/* u16, the same */
	TSEC_A_PROFILE_CIPHERS,		/* binary, array of u16 tsec_cipher */
	TSEC_A_PROFILE_VERIFY,		/* u8, enum tsec_verify */
	TSEC_A_PROFILE_SESSION_CACHE,	/* u8, 1 on, 2 off */
	TSEC_A_PROFILE_MANUAL,		/* u8, 1: manual keys, no daemon */
	TSEC_A_PROFILE_SOFT_RECORDS,	/* u64, limits of each key, as for */
	TSEC_A_PROFILE_HARD_RECORDS,	/* u64, TSEC_A_KEY_* of that name */
	TSEC_A_PROFILE_SOFT_BYTES,	/* u64 */
	TSEC_A_PROFILE_HARD_BYTES,	/* u64 */
	TSEC_A_PROFILE_SOFT_SECONDS,	/* u64 */
	TSEC_A_PROFILE_HARD_SECONDS,	/* u64 */
	TSEC_A_PROFILE_IDLE_SECONDS,	/* u64 */
	TSEC_A_PROFILE_TUNNEL_LOCAL,	/* binary, struct sockaddr_in or _in6 */
	TSEC_A_PROFILE_TUNNEL_REMOTE,	/* the same; see struct tsec_tunnel */
	TSEC_A_PROFILE_PUBKEY,		/* binary, 32: WireGuard, of PRIVKEY */
	TSEC_A_PROFILE_CONNECTION_ID,	/* u8, DTLS: bytes; 0: negotiate none */
	__TSEC_A_PROFILE_MAX
};

#define TSEC_A_PROFILE_MAX (__TSEC_A_PROFILE_MAX - 1)

/* Counters: one nest of these for each counter, in a fixed order. */
enum tsec_attr_stats {
	TSEC_A_STATS_UNSPEC,
	TSEC_A_STATS_PAD,
	TSEC_A_STATS_NAME,		/* string, as in /proc/net/tsec_stat */
	TSEC_A_STATS_VALUE,		/* u64 */
	__TSEC_A_STATS_MAX
};

#define TSEC_A_STATS_MAX (__TSEC_A_STATS_MAX - 1)

#endif /* _LINUX_TSEC_H */
