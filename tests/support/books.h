/* SPDX-License-Identifier: BSD-3-Clause */
// books.h - a ledger in a folder of its own, filled through the store and asked by its
// reader.
#ifndef TESTS_BOOKS_H
#define TESTS_BOOKS_H

#include <ftw.h>
#include <poll.h>

#include "ledger/ledger.h"
#include "ledger/report.h"
#include "platform/log.h"
#include "timetable_fixture.h"

#define PATIENCE_MS 10000

static struct {
	char directory[64];
	struct ledger *ledger;
	unsigned waiting; // for so many rows and answers
	int result;
	int64_t number; // of the row that was written last
} books;

static inline void
books_start(void)
{
	log_start("test", LOG_LEVEL_ERROR);
	snprintf(books.directory, sizeof books.directory, "/tmp/test_ledger.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(books.directory));
	books.ledger = ledger_create(
		&(struct ledger_options){books.directory, .minute_days = LEDGER_MINUTE_DAYS});
	ck_assert_ptr_nonnull(books.ledger);
	books.waiting = 0;
}

static inline int
books_remove(const char *name, const struct stat *status, int what, struct FTW *where)
{
	(void)status, (void)what, (void)where;
	return remove(name);
}

static inline void
books_stop(void)
{
	ledger_destroy(books.ledger);
	nftw(books.directory, books_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void
books_wait(void)
{
	struct pollfd fd = {.fd = ledger_event_fd(books.ledger), .events = POLLIN};
	while (books.waiting > 0) {
		ck_assert_msg(poll(&fd, 1, PATIENCE_MS) == 1, "the ledger says nothing");
		ledger_dispatch(books.ledger);
	}
}

static inline void
books_on_posted(void *context, int64_t number, int result)
{
	(void)context;
	ck_assert_int_eq(result, 0);
	books.number = number;
	books.waiting--;
}

// Writes an entry and waits until it is on the disk. Its number.
static inline int64_t
books_enter(const struct ledger_entry *entry)
{
	books.waiting++;
	ck_assert_int_eq(ledger_post_entry(books.ledger, entry, books_on_posted, NULL), 0);
	books_wait();
	return books.number;
}

struct books_question {
	const struct report_question *question;
	struct text *out;
};

static inline int
books_read(struct sqlite3 *database, void *context)
{
	const struct books_question *asked = context;
	return report_answer(database, asked->question, asked->out);
}

static inline void
books_on_read(void *context, int result)
{
	(void)context;
	books.result = result;
	books.waiting--;
}

// The report's result; its text is to be freed with text_fini().
static inline int
books_ask(const struct report_question *question, struct text *out)
{
	struct books_question asked = {question, out};
	*out = (struct text){0};
	books.waiting++;
	ck_assert_int_eq(ledger_query(books.ledger, books_read, &asked, books_on_read), 0);
	books_wait();
	return books.result;
}

#endif
