/* SPDX-License-Identifier: BSD-3-Clause */
// bell_notice_internal.h - inside the reader of bell notices: cells, words and times.
#ifndef TIMETABLE_BELL_NOTICE_INTERNAL_H
#define TIMETABLE_BELL_NOTICE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "timetable/bell_notice.h"

#define NOTICE_CELL_BYTES_MAX 256
#define NOTICE_REASON_BYTES 320

// A time of day as written.
struct notice_time {
	int32_t second;
	bool is_certain; // of 24 hours, or marked 上午 or 下午; else it may be twelve hours later
};

// What stands between two tabs.
struct notice_cell {
	char text[NOTICE_CELL_BYTES_MAX]; // blanks gone; full-width figures, ':', '(' and ')' plain
	char name[NOTICE_CELL_BYTES_MAX]; // what stands before the times, without notes
	char note[NOTICE_CELL_BYTES_MAX]; // what stands in brackets
	struct notice_time times[2];
	int time_count;
	bool begins_with_dash; // its time ends a range that an earlier cell began
	bool ends_with_dash;   // its range is ended by a later cell
};

// 0, or -EINVAL with `reason`.
int notice_cell_read(
	const char *bytes, size_t count, struct notice_cell *out, char reason[NOTICE_REASON_BYTES]);

// Nothing but blanks of any kind; also nothing at all.
bool notice_is_blank(const char *bytes, size_t count);

// How many bytes the dash at `text` has, of whichever kind; 0 where there is none.
size_t notice_dash_bytes(const char *text);

enum notice_part {
	NOTICE_PART_NONE,
	NOTICE_PART_MORNING,
	NOTICE_PART_NOON,
	NOTICE_PART_AFTERNOON,
	NOTICE_PART_EVENING,
};

// "上午" and its like; NONE where the text is something else.
enum notice_part notice_part_of(const char *text);
// The same where the text ends so; *bytes_out is what the word takes.
enum notice_part notice_part_at_end(const char *text, size_t *bytes_out);

bool notice_is_heading(const char *text);  // of a column: "时间起讫"
bool notice_is_title(const char *text);    // of the notice: "…作息时间表"
bool notice_is_remark(const char *text);   // "注：…"
bool notice_is_audience(const char *text); // "一二年级", "三—六年级"
// Whether the figures in it can belong to a name: "第1节".
bool notice_is_name(const char *text);

// The date of effect, "2024年10月9日起执行". Returns 1 where there is one, and `rest` is the text
// without it; 0 where there is none; -EINVAL with `reason`.
int notice_date_read(const char *text, struct civil_date *out, char rest[NOTICE_CELL_BYTES_MAX],
	char reason[NOTICE_REASON_BYTES]);

// The moment of a row's times: the first that is not before `from_s`, the start of the row above
// (`has_row`), under the part of the day that the notice names. 0, or -EINVAL with `reason`.
int notice_times_resolve(const struct notice_cell *cell, int period, enum notice_part part,
	int32_t from_s, bool has_row, struct bell_interval *out, char reason[NOTICE_REASON_BYTES]);

// Whether `row` can stand beside the rows before it. 0, or -EINVAL with `reason`.
int notice_row_check(const struct bell_notice *notice, const struct bell_notice_row *row,
	char reason[NOTICE_REASON_BYTES]);

struct notice_reader {
	const struct slot_names *slots;
	struct bell_notice *notice;
	struct bell_notice_line *line; // the one being read
	bool has_date;
	unsigned date_line;
	enum notice_part part;
	// One sign a line: a cell whose text stands upright, "上" over "午".
	char upright[NOTICE_CELL_BYTES_MAX];
	size_t upright_line; // index of its first line
	// The name whose times are read.
	bool has_name;
	struct bell_notice_row row; // its name, note and period; its audience, once one is named
	size_t name_line;           // index
	size_t name_rows;           // index of its first row
	bool has_time;              // or a time that was refused
	// The rows before it begin no later than this.
	int32_t from_s;
	struct notice_cell range; // begun, its end still to come
	bool is_range_open;
};

// Adds to what a line was taken for, or says why it is refused; the first refusal stays.
void notice_tell(struct bell_notice_line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void notice_refuse(struct bell_notice_line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

// Each takes what the line being read holds, and tells it or refuses it.
void notice_name_begin(struct notice_reader *reader, const struct notice_cell *cell);
void notice_name_end(struct notice_reader *reader); // whether it has all its times
void notice_audience_take(struct notice_reader *reader, const char *audience);
void notice_time_take(struct notice_reader *reader, struct notice_cell *cell);
// A note alone belongs to the name above it; beside a time, to that time.
void notice_note_add(struct notice_reader *reader, const struct notice_cell *cell);

// "08:30", or "08:30:15" where it has seconds.
#define NOTICE_CLOCK_BYTES 12
void notice_clock_format(int32_t second, char text[NOTICE_CLOCK_BYTES]);

#endif
