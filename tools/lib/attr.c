// SPDX-License-Identifier: GPL-2.0
/*
 * Between netlink attributes and plain structs, led by the tables of layout.c.
 *
 * What the kernel sends is checked all the same: a newer one may send more
 * than is known here, which is skipped, but nothing is read past its end.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Offset of the number of ciphers, which no attribute carries. */
#define N_CIPHERS_OFFSET	offsetof(struct tsec_profile_info, n_ciphers)

static int parse_number(const struct nlattr *attr, size_t size, void *to)
{
	if (mnl_attr_get_payload_len(attr) < size)
		return -EBADMSG;
	memcpy(to, mnl_attr_get_payload(attr), size);
	return 0;
}

static int parse_string(const struct nlattr *attr, size_t size, char *to)
{
	const char *text = mnl_attr_get_payload(attr);
	size_t len = strnlen(text, mnl_attr_get_payload_len(attr));

	if (len >= size)
		return -EBADMSG;
	memcpy(to, text, len);
	to[len] = '\0';
	return 0;
}

static int parse_addr(const struct nlattr *attr, union tsec_addr *to)
{
	size_t len = mnl_attr_get_payload_len(attr);
	union tsec_addr addr = { 0 };

	if (len > sizeof(addr))
		len = sizeof(addr);
	if (len < sizeof(addr.in))
		return -EBADMSG;
	memcpy(&addr, mnl_attr_get_payload(attr), len);
	if (addr.sa.sa_family == AF_INET6 && len < sizeof(addr.in6))
		return -EBADMSG;
	*to = addr;
	return 0;
}

static int parse_ciphers(const struct nlattr *attr,
			 struct tsec_profile_info *info)
{
	unsigned int n = mnl_attr_get_payload_len(attr) / sizeof(uint16_t);

	if (n > TSEC_CIPHERS_MAX)
		n = TSEC_CIPHERS_MAX;
	memcpy(info->ciphers, mnl_attr_get_payload(attr),
	       n * sizeof(uint16_t));
	info->n_ciphers = n;
	return 0;
}

static int parse_field(const struct nlattr *attr, const struct field *field,
		       void *info)
{
	void *to = (char *)info + field->offset;

	switch (field->kind) {
	case FIELD_FLAG:
		*(uint8_t *)to = 1;
		return 0;
	case FIELD_STRING:
		return parse_string(attr, field->size, to);
	case FIELD_BLOB:
		*(struct tsec_blob *)to = (struct tsec_blob) {
			mnl_attr_get_payload(attr),
			mnl_attr_get_payload_len(attr),
		};
		return 0;
	case FIELD_ADDR:
		return parse_addr(attr, to);
	case FIELD_CIPHERS:
		return parse_ciphers(attr, info);
	case FIELD_PUBKEY:
		return parse_number(attr, field->size, to);
	case FIELD_NEST:
		return tsec_parse_nest(attr, field->nest, to);
	default:
		return parse_number(attr, field->size, to);
	}
}

int tsec_parse_nest(const struct nlattr *nest, const struct layout *layout,
		    void *info)
{
	const struct nlattr *attr;
	const struct field *field;
	int err;

	mnl_attr_for_each_nested(attr, nest) {
		field = tsec_field_of(layout, mnl_attr_get_type(attr));
		if (!field)
			continue;
		err = parse_field(attr, field, info);
		if (err)
			return err;
		*(uint64_t *)info |= 1ULL << field->attr;
	}
	return 0;
}

int tsec_parse(const struct nlmsghdr *nlh, const struct layout *layout,
	       void *info)
{
	const struct nlattr *attr;
	int err = -ENODATA;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return -EBADMSG;
	memset(info, 0, layout->size);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != layout->attr)
			continue;
		err = tsec_parse_nest(attr, layout, info);
		if (err)
			break;
	}
	return err;
}

static size_t number_size(const struct field *field)
{
	return field->kind == FIELD_FLAG ? 0 : field->size;
}

static size_t addr_size(const union tsec_addr *addr)
{
	return addr->sa.sa_family == AF_INET6 ? sizeof(addr->in6) :
						sizeof(addr->in);
}

static int build_nest(struct nlmsghdr *nlh, size_t room, uint16_t type,
		      const struct layout *layout, const void *info);

static bool put(struct nlmsghdr *nlh, size_t room, uint16_t type,
		const void *data, size_t len)
{
	if (len > NL_NEST_MAX - MNL_ATTR_HDRLEN)
		return false;
	return mnl_attr_put_check(nlh, room, type, len, data);
}

static bool build_field(struct nlmsghdr *nlh, size_t room,
			const struct field *field, const void *info)
{
	const void *from = (const char *)info + field->offset;
	const struct tsec_blob *blob = from;
	unsigned int n;

	switch (field->kind) {
	case FIELD_STRING:
		return put(nlh, room, field->attr, from,
			   strnlen(from, field->size - 1) + 1);
	case FIELD_BLOB:
		return put(nlh, room, field->attr, blob->data, blob->len);
	case FIELD_ADDR:
		return put(nlh, room, field->attr, from, addr_size(from));
	case FIELD_CIPHERS:
		memcpy(&n, (const char *)info + N_CIPHERS_OFFSET, sizeof(n));
		return n <= TSEC_CIPHERS_MAX &&
		       put(nlh, room, field->attr, from, n * sizeof(uint16_t));
	case FIELD_PUBKEY:
		return put(nlh, room, field->attr, from, field->size);
	case FIELD_NEST:
		return !build_nest(nlh, room, field->attr, field->nest, from);
	default:
		return put(nlh, room, field->attr, from, number_size(field));
	}
}

static int build_nest(struct nlmsghdr *nlh, size_t room, uint16_t type,
		      const struct layout *layout, const void *info)
{
	uint64_t have = *(const uint64_t *)info;
	const struct field *field = layout->fields;
	struct nlattr *nest;

	nest = mnl_attr_nest_start_check(nlh, room, type);
	if (!nest)
		return -EMSGSIZE;
	for (unsigned int i = 0; i < layout->n_fields; i++, field++)
		if (have & (1ULL << field->attr) &&
		    !build_field(nlh, room, field, info))
			return -EMSGSIZE;
	if ((char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)nest >
	    NL_NEST_MAX)
		return -EMSGSIZE;
	mnl_attr_nest_end(nlh, nest);
	return 0;
}

int tsec_build(struct nlmsghdr *nlh, size_t room, const struct layout *layout,
	       const void *info)
{
	return build_nest(nlh, room, layout->attr, layout, info);
}
