// SPDX-License-Identifier: GPL-2.0
/*
 * The attributes of each object, once, for reading and for writing.
 *
 * The names are those of Documentation/netlink/specs/tsec.yaml.
 */
#include <string.h>

#include "layout.h"

#define FIELD(type, NEST, NAME, label, member, fieldkind) { \
	.attr = TSEC_A_##NEST##_##NAME, \
	.kind = (fieldkind), \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)0)->member), \
	.name = (label), \
}

/* A number whose values have names. */
#define ENUM(type, NEST, NAME, label, member, fieldkind, table) { \
	.attr = TSEC_A_##NEST##_##NAME, \
	.kind = (fieldkind), \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)0)->member), \
	.name = (label), \
	.names = (table), \
}

#define NESTED(type, NEST, NAME, label, member, of) { \
	.attr = TSEC_A_##NEST##_##NAME, \
	.kind = FIELD_NEST, \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)0)->member), \
	.name = (label), \
	.nest = &(of), \
}

#define LAYOUT(type, table, label, NEST) { \
	.name = (label), \
	.attr = TSEC_A_##NEST, \
	.n_fields = sizeof(table) / sizeof((table)[0]), \
	.size = sizeof(struct type), \
	.fields = (table), \
}

#define DAEMON(NAME, label, member, kind) \
	FIELD(tsec_daemon_info, DAEMON, NAME, label, member, kind)

static const struct field daemon_fields[] = {
	DAEMON(PORT, "port", port, FIELD_U32),
	DAEMON(VERSION, "version", version, FIELD_STRING),
	DAEMON(SINCE, "since", since, FIELD_U64),
	DAEMON(PENDING, "pending", pending, FIELD_U32),
	DAEMON(RUNNING, "running", running, FIELD_U32),
	DAEMON(FAMILY, "family", family, FIELD_U32),
};

#define PROFILE(NAME, label, member, kind) \
	FIELD(tsec_profile_info, PROFILE, NAME, label, member, kind)
#define PROFILE_ENUM(NAME, label, member, kind, table) \
	ENUM(tsec_profile_info, PROFILE, NAME, label, member, kind, table)

static const struct field profile_fields[] = {
	PROFILE(NAME, "name", name, FIELD_STRING),
	PROFILE(CERT, "cert", cert, FIELD_STRING),
	PROFILE(PRIVKEY, "privkey", privkey, FIELD_STRING),
	PROFILE(TRUST, "trust", trust, FIELD_STRING),
	PROFILE(CRL, "crl", crl, FIELD_STRING),
	PROFILE(PSK, "psk", psk, FIELD_STRING),
	PROFILE(PSK_IDENTITY, "psk-identity", psk_identity, FIELD_STRING),
	PROFILE(ALPN, "alpn", alpn, FIELD_STRING),
	PROFILE_ENUM(VERSION_MIN, "version-min", version_min, FIELD_U16,
		     tsec_profile_version_names),
	PROFILE_ENUM(VERSION_MAX, "version-max", version_max, FIELD_U16,
		     tsec_profile_version_names),
	PROFILE(CIPHERS, "ciphers", ciphers, FIELD_CIPHERS),
	PROFILE_ENUM(VERIFY, "verify", verify, FIELD_U8,
		     tsec_verify_names),
	PROFILE_ENUM(SESSION_CACHE, "session-cache", session_cache, FIELD_U8,
		     tsec_cache_names),
	PROFILE(CONNECTION_ID, "connection-id", connection_id, FIELD_U8),
	PROFILE_ENUM(MANUAL, "manual", manual, FIELD_U8,
		     tsec_switch_names),
	PROFILE(SOFT_RECORDS, "soft-records", soft_records, FIELD_U64),
	PROFILE(HARD_RECORDS, "hard-records", hard_records, FIELD_U64),
	PROFILE(SOFT_BYTES, "soft-bytes", soft_bytes, FIELD_U64),
	PROFILE(HARD_BYTES, "hard-bytes", hard_bytes, FIELD_U64),
	PROFILE(SOFT_SECONDS, "soft-seconds", soft_seconds, FIELD_U64),
	PROFILE(HARD_SECONDS, "hard-seconds", hard_seconds, FIELD_U64),
	PROFILE(IDLE_SECONDS, "idle-seconds", idle_seconds, FIELD_U64),
	PROFILE(TUNNEL_LOCAL, "tunnel-local", tunnel_local, FIELD_ADDR),
	PROFILE(PUBKEY, "pubkey", pubkey, FIELD_PUBKEY),
	PROFILE(TUNNEL_REMOTE, "tunnel-remote", tunnel_remote, FIELD_ADDR),
};

#define HANDSHAKE(NAME, label, member, kind) \
	FIELD(tsec_handshake_info, HANDSHAKE, NAME, label, member, kind)
#define HANDSHAKE_ENUM(NAME, label, member, kind, table) \
	ENUM(tsec_handshake_info, HANDSHAKE, NAME, label, member, kind, table)

static const struct field handshake_fields[] = {
	HANDSHAKE(SESSION, "session", session, FIELD_U32),
	HANDSHAKE(FD, "fd", fd, FIELD_U32),
	HANDSHAKE_ENUM(PROTOCOL, "protocol", protocol, FIELD_U8,
		       tsec_protocol_names),
	HANDSHAKE_ENUM(ROLE, "role", role, FIELD_U8,
		       tsec_role_names),
	HANDSHAKE(TIMEOUT, "timeout", timeout, FIELD_U32),
	HANDSHAKE(LOCAL, "local", local, FIELD_ADDR),
	HANDSHAKE(REMOTE, "remote", remote, FIELD_ADDR),
	HANDSHAKE(PEER_NAME, "peer-name", peer_name, FIELD_STRING),
	NESTED(tsec_handshake_info, HANDSHAKE, SETTINGS, "settings", settings,
	       tsec_profile_layout),
	HANDSHAKE(CERT, "cert", cert, FIELD_BLOB),
	HANDSHAKE(PRIVKEY, "privkey", privkey, FIELD_BLOB),
	HANDSHAKE(TRUST, "trust", trust, FIELD_BLOB),
	HANDSHAKE(PSK_IDENTITY, "psk-identity", psk_identity, FIELD_BLOB),
	HANDSHAKE(PSK_KEY, "psk-key", psk_key, FIELD_BLOB),
	HANDSHAKE(STATUS, "status", status, FIELD_U32),
	HANDSHAKE(ERROR, "error", error, FIELD_STRING),
	HANDSHAKE_ENUM(VERSION, "version", version, FIELD_U16,
		       tsec_version_names),
	HANDSHAKE_ENUM(CIPHER, "cipher", cipher, FIELD_U16,
		       tsec_cipher_names),
	HANDSHAKE(ALPN, "alpn", alpn, FIELD_STRING),
	HANDSHAKE(PEER_ID, "peer-id", peer_id, FIELD_STRING),
	HANDSHAKE(PEER_CERT, "peer-cert", peer_cert, FIELD_BLOB),
	HANDSHAKE(EXPORTER, "exporter", exporter, FIELD_BLOB),
	HANDSHAKE(RESUMED, "resumed", resumed, FIELD_FLAG),
	HANDSHAKE(FAREWELL, "farewell", farewell, FIELD_BLOB),
	HANDSHAKE(CID, "cid", cid, FIELD_BLOB),
	HANDSHAKE(RRC, "rrc", rrc, FIELD_FLAG),
	HANDSHAKE(LISTENER, "listener", listener, FIELD_U32),
	HANDSHAKE(AGE, "age", age, FIELD_U32),
};

#define KEY(NAME, label, member, kind) \
	FIELD(tsec_key_info, KEY, NAME, label, member, kind)
#define KEY_ENUM(NAME, label, member, kind, table) \
	ENUM(tsec_key_info, KEY, NAME, label, member, kind, table)

static const struct field key_fields[] = {
	KEY(SESSION, "session", session, FIELD_U32),
	KEY(PROFILE, "profile", profile, FIELD_STRING),
	KEY_ENUM(DIRECTION, "direction", direction, FIELD_U8,
		 tsec_direction_names),
	KEY_ENUM(VERSION, "version", version, FIELD_U16,
		 tsec_version_names),
	KEY_ENUM(CIPHER, "cipher", cipher, FIELD_U16,
		 tsec_cipher_names),
	KEY(KEY, "key", key, FIELD_BLOB),
	KEY(IV, "iv", iv, FIELD_BLOB),
	KEY(SECRET, "secret", secret, FIELD_BLOB),
	KEY(SEQ, "seq", seq, FIELD_U64),
	KEY(SOFT_RECORDS, "soft-records", soft_records, FIELD_U64),
	KEY(HARD_RECORDS, "hard-records", hard_records, FIELD_U64),
	KEY(SOFT_BYTES, "soft-bytes", soft_bytes, FIELD_U64),
	KEY(HARD_BYTES, "hard-bytes", hard_bytes, FIELD_U64),
	KEY(SOFT_SECONDS, "soft-seconds", soft_seconds, FIELD_U64),
	KEY(HARD_SECONDS, "hard-seconds", hard_seconds, FIELD_U64),
	KEY(IDLE_SECONDS, "idle-seconds", idle_seconds, FIELD_U64),
	KEY(EPOCH, "epoch", epoch, FIELD_U32),
	KEY(RECORDS, "records", records, FIELD_U64),
	KEY(BYTES, "bytes", bytes, FIELD_U64),
	KEY(AGE, "age", age, FIELD_U64),
	KEY(RENEWABLE, "renewable", renewable, FIELD_FLAG),
	KEY(USED, "used", used, FIELD_FLAG),
	KEY(REQUEST, "request", request, FIELD_FLAG),
	KEY_ENUM(REASON, "reason", reason, FIELD_U8,
		 tsec_reason_names),
	KEY(CID, "cid", cid, FIELD_BLOB),
	KEY(ID, "id", id, FIELD_U32),
	KEY(CONFIRM, "confirm", confirm, FIELD_FLAG),
	KEY(MESSAGE_SEQ, "message-seq", message_seq, FIELD_U16),
};

#define SESSION(NAME, label, member, kind) \
	FIELD(tsec_session_info, SESSION, NAME, label, member, kind)
#define SESSION_ENUM(NAME, label, member, kind, table) \
	ENUM(tsec_session_info, SESSION, NAME, label, member, kind, table)

static const struct field session_fields[] = {
	SESSION(ID, "id", id, FIELD_U32),
	SESSION_ENUM(PROTOCOL, "protocol", protocol, FIELD_U8,
		     tsec_protocol_names),
	SESSION_ENUM(ROLE, "role", role, FIELD_U8,
		     tsec_role_names),
	SESSION_ENUM(STATE, "state", state, FIELD_U8,
		     tsec_state_names),
	SESSION(LOCAL, "local", local, FIELD_ADDR),
	SESSION(REMOTE, "remote", remote, FIELD_ADDR),
	SESSION(PROFILE, "profile", profile, FIELD_STRING),
	SESSION(PEER_NAME, "peer-name", peer_name, FIELD_STRING),
	SESSION(PEER_ID, "peer-id", peer_id, FIELD_STRING),
	SESSION(ALPN, "alpn", alpn, FIELD_STRING),
	SESSION_ENUM(VERSION, "version", version, FIELD_U16,
		     tsec_version_names),
	SESSION_ENUM(CIPHER, "cipher", cipher, FIELD_U16,
		     tsec_cipher_names),
	SESSION(FLAGS, "flags", flags, FIELD_U32),
	SESSION(AGE, "age", age, FIELD_U64),
	SESSION(HANDSHAKE_US, "handshake-us", handshake_us, FIELD_U32),
	SESSION(UID, "uid", uid, FIELD_U32),
	SESSION(INODE, "inode", inode, FIELD_U64),
	SESSION(STATUS, "status", status, FIELD_U32),
	SESSION(ERROR, "error", error, FIELD_STRING),
	NESTED(tsec_session_info, SESSION, TX, "tx", tx, tsec_key_layout),
	NESTED(tsec_session_info, SESSION, RX, "rx", rx, tsec_key_layout),
	SESSION(TX_BYTES, "tx-bytes", tx_bytes, FIELD_U64),
	SESSION(RX_BYTES, "rx-bytes", rx_bytes, FIELD_U64),
};

static const struct field stats_fields[] = {
	FIELD(tsec_stat, STATS, NAME, "name", name, FIELD_STRING),
	FIELD(tsec_stat, STATS, VALUE, "value", value, FIELD_U64),
};

const struct layout tsec_daemon_layout =
	LAYOUT(tsec_daemon_info, daemon_fields, "daemon", DAEMON);
const struct layout tsec_handshake_layout =
	LAYOUT(tsec_handshake_info, handshake_fields, "handshake", HANDSHAKE);
const struct layout tsec_key_layout =
	LAYOUT(tsec_key_info, key_fields, "key", KEY);
const struct layout tsec_session_layout =
	LAYOUT(tsec_session_info, session_fields, "session", SESSION);
const struct layout tsec_profile_layout =
	LAYOUT(tsec_profile_info, profile_fields, "profile", PROFILE);
const struct layout tsec_stats_layout =
	LAYOUT(tsec_stat, stats_fields, "stats", STATS);

const struct field *tsec_field_of(const struct layout *layout, int attr)
{
	for (unsigned int i = 0; i < layout->n_fields; i++)
		if (layout->fields[i].attr == attr)
			return &layout->fields[i];
	return NULL;
}

const struct field *tsec_field_named(const struct layout *layout,
				     const char *name)
{
	for (unsigned int i = 0; i < layout->n_fields; i++)
		if (!strcmp(layout->fields[i].name, name))
			return &layout->fields[i];
	return NULL;
}

uint64_t tsec_field_get(const struct field *field, const void *info)
{
	const void *from = (const char *)info + field->offset;

	switch (field->size) {
	case 1:
		return *(const uint8_t *)from;
	case 2:
		return *(const uint16_t *)from;
	case 4:
		return *(const uint32_t *)from;
	default:
		return *(const uint64_t *)from;
	}
}

bool tsec_field_set(const struct field *field, void *info, uint64_t value)
{
	void *to = (char *)info + field->offset;

	if (field->size < 8 && value >> (8 * field->size))
		return false;
	switch (field->size) {
	case 1:
		*(uint8_t *)to = value;
		break;
	case 2:
		*(uint16_t *)to = value;
		break;
	case 4:
		*(uint32_t *)to = value;
		break;
	default:
		*(uint64_t *)to = value;
	}
	*(uint64_t *)info |= 1ULL << field->attr;
	return true;
}
