/* SPDX-License-Identifier: BSD-3-Clause */
// throughput_view.h - stretches of what went through the relay, as columns: for JSON and for a
// spreadsheet.
#ifndef CONTROL_THROUGHPUT_VIEW_H
#define CONTROL_THROUGHPUT_VIEW_H

#include <jansson.h>

#include "ledger/history.h"
#include "timetable/text.h"

// What a device adds to each frame on the wire: preamble, start, checksum and the gap between two.
#define WIRE_BYTES_A_FRAME 24

// {"name":[values]}: a column each; of a school alone where `is_school`. A value that cannot be
// known is null.
json_t *throughput_columns(const struct history_row *rows, size_t count, bool is_school);

// {"reason":[counts]}, those reasons that there were.
json_t *throughput_drops(const struct history_row *rows, size_t count);

// The same columns as lines of a spreadsheet, UTF-8 with byte order mark; `at` in county time.
void throughput_csv(const struct history_row *rows, size_t count, bool is_school, struct text *out);

// DAYS of an answer.
json_t *throughput_days(const struct history_day *days, size_t count);

// What there is left, as this stretch has it; see relay/control/README.md.
json_t *throughput_headroom(const struct history_row *row);

#endif
