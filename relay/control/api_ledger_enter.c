// SPDX-License-Identifier: BSD-3-Clause
// api_ledger_enter.c - what people enter into the ledger: rows of what was held elsewhere,
// corrections, imports.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/ledger_ask.h"
#include "ledger/ledger_queue.h"
#include "platform/clock.h"
#include "timetable/text_encoding.h"

#define NUMBER_BYTES 24

// A body's members as fields of a row.
struct body {
	const char *fields[MANUAL_FIELD_COUNT];
	char numbers[MANUAL_FIELD_COUNT][NUMBER_BYTES];
};

static int
field_find(const char *name)
{
	for (int i = 0; i < MANUAL_FIELD_COUNT; i++)
		if (strcmp(manual_columns[i].name, name) == 0)
			return i;
	return -1;
}

// "field: what is wrong"
static void
row_refuse(struct http_request *request, const char *error)
{
	char field[32];
	snprintf(field, sizeof field, "%.*s", (int)strcspn(error, ":"), error);
	http_respond_field(request, 422, field, "%s", error);
}

// False where the request has been refused.
static bool
body_read(struct http_request *request, struct body *out)
{
	const char *name;
	json_t *value;
	memset(out, 0, sizeof *out);
	if (!json_is_object(request->body)) {
		http_respond_error(request, 400, "send a row: {\"date\":…, \"form\":…, …}");
		return false;
	}
	json_object_foreach(request->body, name, value)
	{
		int field = field_find(name);
		if (field < 0) {
			http_respond_field(
				request, 400, name, "%.64s: a row has no such field", name);
			return false;
		}
		if (json_is_integer(value)) {
			snprintf(out->numbers[field], NUMBER_BYTES, "%lld",
				(long long)json_integer_value(value));
			out->fields[field] = out->numbers[field];
		} else if (json_is_string(value)) {
			out->fields[field] = json_string_value(value);
		} else if (!json_is_null(value)) {
			http_respond_field(
				request, 400, name, "%s: it is neither a text nor a number", name);
			return false;
		}
	}
	return true;
}

// --- rows on their way to the disk

// A request that waits for its rows; it lives until the last of them is over.
struct entering {
	struct control *control;
	struct http_request *request;
	unsigned waiting;
	unsigned written;
	int64_t number; // of the last that was written
	int result;     // of the first that was not
	char who[TOKEN_NAME_BYTES_MAX + 1];
	char what[96];           // for the audit log
	struct ledger_item *row; // that is corrected; NULL: none
	int64_t corrected_by;
	struct body body;
};

static void
entering_end(struct entering *entering)
{
	struct http_request *request = entering->request;
	if (entering->written > 0)
		control_audit(entering->control, entering->who, "", "",
			"ledger: %s: %u row%s, to %lld", entering->what, entering->written,
			entering->written == 1 ? "" : "s", (long long)entering->number);
	if (entering->result && entering->written > 0)
		http_respond_error(request, control_ledger_status(entering->result),
			"only the first %u rows could be written: %s", entering->written,
			strerror(-entering->result));
	else if (entering->result)
		ledger_ask_refuse(request, entering->result, "nothing was written");
	else
		http_respond_json(request, 201,
			json_pack("{s:I, s:I}", "number", (json_int_t)entering->number, "written",
				(json_int_t)entering->written));
	free(entering->row);
	free(entering);
}

static void
on_posted(void *context, int64_t number, int result)
{
	struct entering *entering = context;
	if (result == 0) {
		entering->written++;
		entering->number = number;
	} else if (entering->result == 0) {
		entering->result = result;
	}
	if (--entering->waiting == 0)
		entering_end(entering);
}

// NULL where the request has been refused.
static struct entering *
entering_begin(struct control *control, struct http_request *request, const char *what)
{
	struct entering *entering = calloc(1, sizeof *entering);
	if (!entering) {
		http_respond_error(request, 503, "out of memory; try again");
		return NULL;
	}
	entering->control = control;
	entering->request = request;
	snprintf(entering->who, sizeof entering->who, "%s", request->name);
	snprintf(entering->what, sizeof entering->what, "%s", what);
	return entering;
}

static void
post(struct entering *entering, const struct manual_entry *entry)
{
	entering->waiting++;
	int result = ledger_post_entry(
		entering->control->lesson_ledger, &entry->entry, on_posted, entering);
	if (result)
		on_posted(entering, 0, result);
}

void
api_ledger_enter(struct http_request *request, void *user)
{
	struct control *control = user;
	struct manual_entry entry;
	struct body body;
	char error[MANUAL_ERROR_BYTES];
	if (!body_read(request, &body))
		return;
	if (manual_read(scheduler_timetable(control->scheduler), body.fields, request->name,
		    clock_wall(), &entry, error)) {
		row_refuse(request, error);
		return;
	}
	struct entering *entering = entering_begin(control, request, "entered");
	if (entering)
		post(entering, &entry);
}

// --- corrections

static int
on_reader(struct sqlite3 *database, void *context)
{
	struct entering *entering = context;
	return manual_row_get(database, entering->number, &entering->row, &entering->corrected_by);
}

static void
on_row(void *context, int result)
{
	struct entering *entering = context;
	struct http_request *request = entering->request;
	struct manual_entry entry;
	char error[MANUAL_ERROR_BYTES];
	int64_t number = entering->number;
	entering->number = 0;
	if (result == -ESRCH)
		http_respond_error(request, 404, "the ledger has no row %lld", (long long)number);
	else if (result)
		ledger_ask_refuse(request, result, "the ledger cannot be read");
	else if (entering->corrected_by)
		http_respond_error(request, 409,
			"row %lld is corrected already, by row %lld: look at that one, and correct "
			"it",
			(long long)number, (long long)entering->corrected_by);
	else if (manual_correct(&entering->row->entry, entering->body.fields, entering->who,
			 clock_wall(), &entry, error))
		row_refuse(request, error);
	else {
		post(entering, &entry);
		return;
	}
	free(entering->row);
	free(entering);
}

void
api_ledger_correct(struct http_request *request, void *user)
{
	struct control *control = user;
	char *end;
	int64_t number = strtoll(request->id, &end, 10);
	if (*end || number <= 0) {
		http_respond_error(request, 404, "the ledger has no row %.32s", request->id);
		return;
	}
	char what[64];
	snprintf(what, sizeof what, "corrected row %lld", (long long)number);
	struct entering *entering = entering_begin(control, request, what);
	if (!entering)
		return;
	if (!body_read(request, &entering->body)) {
		free(entering);
		return;
	}
	entering->number = number;
	int result = ledger_query(control->lesson_ledger, on_reader, entering, on_row);
	if (result) {
		free(entering);
		ledger_ask_refuse(request, result, "the ledger cannot be read");
	}
}

// --- imports

static void
line_refuse(struct http_request *request, unsigned line, const char *reason)
{
	http_respond_problem(request, 422,
		json_pack("{s:i, s:o}", "line", (int)line, "reason", http_json_text(reason)),
		"line %u: %s; nothing was written", line, reason);
}

// Every row is looked at before the first is written.
static void
rows_enter(struct control *control, struct http_request *request, const struct csv_table *table)
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	struct wall_time now = clock_wall();
	struct manual_entry entry;
	char error[MANUAL_ERROR_BYTES];
	for (size_t i = 0; i < table->count; i++) {
		if (manual_read(
			    timetable, table->rows[i].fields, request->name, now, &entry, error)) {
			line_refuse(request, table->rows[i].line, error);
			return;
		}
	}
	struct entering *entering = entering_begin(control, request, "imported");
	if (!entering)
		return;
	entering->waiting = 1; // until all are posted
	for (size_t i = 0; i < table->count; i++) {
		manual_read(timetable, table->rows[i].fields, entering->who, now, &entry, error);
		post(entering, &entry);
	}
	if (--entering->waiting == 0)
		entering_end(entering);
}

void
api_ledger_import(struct http_request *request, void *user)
{
	const struct timetable_bytes file = {"import", request->text, request->text_bytes};
	struct file_error error = {"", 0, ""};
	enum text_encoding encoding;
	struct csv_table table;
	char *text;
	size_t count;
	int result = text_encoding_decode(&file, &text, &count, &encoding, &error);
	if (result) {
		line_refuse(request, error.line, error.reason);
		return;
	}
	result = csv_table_parse(
		"import", text, count, manual_columns, MANUAL_FIELD_COUNT, &table, &error);
	free(text);
	if (result) {
		line_refuse(request, error.line, error.reason);
		return;
	}
	if (table.count == 0)
		http_respond_error(request, 422, "there is no row in it");
	else if (table.count > MANUAL_ROWS_MAX)
		http_respond_error(
			request, 422, "these are more than %d rows: split them", MANUAL_ROWS_MAX);
	else
		rows_enter(user, request, &table);
	csv_table_fini(&table);
}
