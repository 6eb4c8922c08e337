/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_queue.c - what waits for the ledger's writer: copies of rows, oldest first, with a limit.
#include "ledger/ledger_queue.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX 18 // of a row

// The places of a row's texts.
static size_t
minute_texts(struct ledger_minute *row, const char **texts[TEXTS_MAX])
{
	const char **list[] = {&row->lesson, &row->school, &row->endpoint, &row->to_school};
	memcpy(texts, list, sizeof list);
	return sizeof list / sizeof *list;
}

static size_t
entry_texts(struct ledger_entry *row, const char **texts[TEXTS_MAX])
{
	const char **list[] = {&row->author, &row->lesson, &row->date, &row->pair, &row->rule,
		&row->lead, &row->assisted, &row->lead_name, &row->assisted_name, &row->scope,
		&row->form, &row->title, &row->subject, &row->class_name, &row->teacher,
		&row->assistant, &row->reason};
	_Static_assert(sizeof list / sizeof *list <= TEXTS_MAX, "room for every text");
	memcpy(texts, list, sizeof list);
	return sizeof list / sizeof *list;
}

// A text's bytes, at most LEDGER_TEXT_BYTES_MAX, whole characters of UTF-8.
static size_t
text_bytes(const char *text)
{
	size_t count = strnlen(text, LEDGER_TEXT_BYTES_MAX + 1);
	if (count <= LEDGER_TEXT_BYTES_MAX)
		return count;
	count = LEDGER_TEXT_BYTES_MAX;
	while (count > 0 && ((unsigned char)text[count] & 0xc0) == 0x80)
		count--;
	return count;
}

static size_t
texts_room(const char **texts[TEXTS_MAX], size_t count)
{
	size_t room = 0;
	for (size_t i = 0; i < count; i++)
		room += text_bytes(*texts[i]) + 1;
	return room;
}

static char *
texts_copy(const char **texts[TEXTS_MAX], size_t count, char *to)
{
	for (size_t i = 0; i < count; i++) {
		size_t bytes = text_bytes(*texts[i]);
		memcpy(to, *texts[i], bytes);
		to[bytes] = '\0';
		*texts[i] = to;
		to += bytes + 1;
	}
	return to;
}

struct ledger_item *
ledger_item_minutes(const struct ledger_minute *rows, size_t count)
{
	const char **texts[TEXTS_MAX];
	size_t room = sizeof(struct ledger_item) + count * sizeof *rows;
	assert(count > 0);
	for (size_t i = 0; i < count; i++) {
		struct ledger_minute row = rows[i];
		room += texts_room(texts, minute_texts(&row, texts));
	}
	struct ledger_item *item = malloc(room);
	if (!item)
		return NULL;
	*item = (struct ledger_item){.minute_count = count};
	item->minutes = (struct ledger_minute *)(item + 1);
	memcpy(item->minutes, rows, count * sizeof *rows);
	char *to = (char *)(item->minutes + count);
	for (size_t i = 0; i < count; i++)
		to = texts_copy(texts, minute_texts(&item->minutes[i], texts), to);
	return item;
}

struct ledger_item *
ledger_item_entry(const struct ledger_entry *entry)
{
	const char **texts[TEXTS_MAX];
	struct ledger_entry row = *entry;
	size_t room = texts_room(texts, entry_texts(&row, texts));
	struct ledger_item *item = malloc(sizeof *item + room);
	if (!item)
		return NULL;
	*item = (struct ledger_item){.entry = *entry};
	texts_copy(texts, entry_texts(&item->entry, texts), (char *)(item + 1));
	return item;
}

void
ledger_queue_init(struct ledger_queue *queue)
{
	*queue = (struct ledger_queue){0};
	STAILQ_INIT(&queue->minutes);
	STAILQ_INIT(&queue->entries);
}

static void
items_free(struct ledger_items *items)
{
	while (!STAILQ_EMPTY(items)) {
		struct ledger_item *item = STAILQ_FIRST(items);
		STAILQ_REMOVE_HEAD(items, link);
		free(item);
	}
}

void
ledger_queue_fini(struct ledger_queue *queue)
{
	items_free(&queue->minutes);
	items_free(&queue->entries);
}

static void
drop_oldest(struct ledger_queue *queue)
{
	struct ledger_item *item = STAILQ_FIRST(&queue->minutes);
	STAILQ_REMOVE_HEAD(&queue->minutes, link);
	queue->minute_count -= item->minute_count;
	queue->minutes_dropped += item->minute_count;
	free(item);
}

int
ledger_queue_put(struct ledger_queue *queue, struct ledger_item *item)
{
	if (item->minute_count == 0) {
		if (queue->entry_count >= LEDGER_ENTRIES_HELD_MAX) {
			queue->entries_refused++;
			return -ENOBUFS;
		}
		STAILQ_INSERT_TAIL(&queue->entries, item, link);
		queue->entry_count++;
		return 0;
	}
	STAILQ_INSERT_TAIL(&queue->minutes, item, link);
	queue->minute_count += item->minute_count;
	while (queue->minute_count > LEDGER_MINUTES_HELD_MAX && !STAILQ_EMPTY(&queue->minutes))
		drop_oldest(queue);
	return 0;
}

void
ledger_queue_claim(struct ledger_queue *queue, size_t rows_max, struct ledger_items *claimed)
{
	STAILQ_INIT(claimed);
	for (size_t rows = 0; rows < rows_max && !STAILQ_EMPTY(&queue->minutes);) {
		struct ledger_item *item = STAILQ_FIRST(&queue->minutes);
		STAILQ_REMOVE_HEAD(&queue->minutes, link);
		STAILQ_INSERT_TAIL(claimed, item, link);
		rows += item->minute_count;
	}
	if (STAILQ_EMPTY(&queue->minutes))
		STAILQ_CONCAT(claimed, &queue->entries);
}

void
ledger_queue_release(struct ledger_queue *queue, const struct ledger_items *claimed)
{
	const struct ledger_item *item = STAILQ_FIRST(claimed);
	for (; item; item = STAILQ_NEXT(item, link)) {
		if (item->minute_count == 0)
			queue->entry_count--;
		queue->minute_count -= item->minute_count;
	}
}

void
ledger_queue_return(struct ledger_queue *queue, struct ledger_items *claimed)
{
	struct ledger_items minutes = STAILQ_HEAD_INITIALIZER(minutes);
	struct ledger_items entries = STAILQ_HEAD_INITIALIZER(entries);
	while (!STAILQ_EMPTY(claimed)) {
		struct ledger_item *item = STAILQ_FIRST(claimed);
		STAILQ_REMOVE_HEAD(claimed, link);
		if (item->minute_count > 0)
			STAILQ_INSERT_TAIL(&minutes, item, link);
		else
			STAILQ_INSERT_TAIL(&entries, item, link);
	}
	STAILQ_CONCAT(&minutes, &queue->minutes);
	STAILQ_CONCAT(&queue->minutes, &minutes);
	STAILQ_CONCAT(&entries, &queue->entries);
	STAILQ_CONCAT(&queue->entries, &entries);
}
