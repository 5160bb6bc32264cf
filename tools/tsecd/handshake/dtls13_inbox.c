// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "dtls13_inbox.h"

struct fragment {
	uint8_t type;
	size_t len; /* of the whole message */
	uint16_t seq;
	size_t offset;
	struct wire_reader data;
};

static bool fragment_read(struct wire_reader *record, struct fragment *fragment)
{
	fragment->type = wire_get(record, 1);
	fragment->len = wire_get(record, 3);
	fragment->seq = wire_get(record, 2);
	fragment->offset = wire_get(record, 3);
	fragment->data = wire_get_vector(record, 3);
	return !record->bad && fragment->len <= DTLS13_MESSAGE_MAX &&
	       fragment->offset <= fragment->len &&
	       fragment->data.left <= fragment->len - fragment->offset;
}

static void slot_free(struct dtls13_inbox *inbox, struct inbox_slot *slot)
{
	inbox->held -= slot->message.len;
	free(slot->message.body);
	free(slot->have);
	memset(slot, 0, sizeof(*slot));
}

static enum inbox_verdict slot_begin(struct dtls13_inbox *inbox,
				     struct inbox_slot *slot, uint16_t epoch,
				     const struct fragment *fragment)
{
	if (fragment->len > INBOX_BYTES - inbox->held)
		return INBOX_NO_ROOM;
	/* One byte more: a message may be empty. */
	slot->message.body = calloc(1, fragment->len + 1);
	slot->have = calloc(1, fragment->len / 8 + 1);
	if (!slot->message.body || !slot->have) {
		free(slot->message.body);
		free(slot->have);
		memset(slot, 0, sizeof(*slot));
		return INBOX_NO_ROOM;
	}
	slot->used = true;
	slot->missing = fragment->len;
	slot->message.type = fragment->type;
	slot->message.seq = fragment->seq;
	slot->message.epoch = epoch;
	slot->message.len = fragment->len;
	inbox->held += fragment->len;
	return INBOX_TAKEN;
}

static bool same_message(const struct inbox_slot *slot, uint16_t epoch,
			 const struct fragment *fragment)
{
	return slot->message.type == fragment->type &&
	       slot->message.len == fragment->len &&
	       slot->message.epoch == epoch;
}

/* What has come already stays as it came. */
static void slot_fill(struct inbox_slot *slot, const struct fragment *fragment)
{
	for (size_t i = 0; i < fragment->data.left; i++) {
		size_t at = fragment->offset + i;
		uint8_t bit = 1 << at % 8;

		if (slot->have[at / 8] & bit)
			continue;
		slot->have[at / 8] |= bit;
		slot->message.body[at] = fragment->data.at[i];
		slot->missing--;
	}
}

enum inbox_verdict dtls13_inbox_put(struct dtls13_inbox *inbox, uint16_t epoch,
				    struct wire_reader *record)
{
	enum inbox_verdict verdict;
	struct fragment fragment;
	struct inbox_slot *slot;
	uint16_t ahead;

	if (!fragment_read(record, &fragment))
		return INBOX_BAD;
	ahead = fragment.seq - inbox->next;
	if (ahead >= INBOX_AHEAD)
		return ahead >> 15 ? INBOX_AGAIN : INBOX_NO_ROOM;
	if (epoch < inbox->epoch)
		return INBOX_NO_ROOM;
	slot = &inbox->slot[fragment.seq % INBOX_AHEAD];
	if (!slot->used) {
		verdict = slot_begin(inbox, slot, epoch, &fragment);
		if (verdict != INBOX_TAKEN)
			return verdict;
	} else if (!same_message(slot, epoch, &fragment)) {
		return INBOX_BAD;
	}
	slot_fill(slot, &fragment);
	return INBOX_TAKEN;
}

bool dtls13_inbox_take(struct dtls13_inbox *inbox,
		       struct dtls13_message *message)
{
	struct inbox_slot *slot = &inbox->slot[inbox->next % INBOX_AHEAD];

	if (!slot->used || slot->missing)
		return false;
	*message = slot->message;
	slot->message.body = NULL;
	slot_free(inbox, slot);
	inbox->next++;
	return true;
}

bool dtls13_inbox_gap(const struct dtls13_inbox *inbox)
{
	for (unsigned int i = 0; i < INBOX_AHEAD; i++)
		if (inbox->slot[i].used &&
		    inbox->slot[i].message.seq != inbox->next)
			return true;
	return false;
}

void dtls13_inbox_raise(struct dtls13_inbox *inbox, uint16_t epoch)
{
	inbox->epoch = epoch;
	for (unsigned int i = 0; i < INBOX_AHEAD; i++)
		if (inbox->slot[i].used &&
		    inbox->slot[i].message.epoch < epoch)
			slot_free(inbox, &inbox->slot[i]);
}

void dtls13_inbox_free(struct dtls13_inbox *inbox)
{
	for (unsigned int i = 0; i < INBOX_AHEAD; i++)
		if (inbox->slot[i].used)
			slot_free(inbox, &inbox->slot[i]);
}
