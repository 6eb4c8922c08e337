/* SPDX-License-Identifier: BSD-3-Clause */
// throughput_view.c - stretches of what went through the relay, as columns.
#include "control/throughput_view.h"

#include <math.h>
#include <stdio.h>

#include "timetable/civil.h"
#include "timetable/csv_text.h"

#define BITS 8.0
#define LINE_BYTES 1024

// A value is a whole number where `is_count`; NAN: it is not known.
struct column {
	const char *name;
	double (*value)(const struct history_row *row);
	bool is_count;
};

static double
a_second(const struct history_row *row, double value)
{
	return row->ms > 0 ? value * MS_IN_S / (double)row->ms : NAN;
}

static double
covered_ms(const struct history_row *row)
{
	return (double)row->ms;
}

static uint64_t
drops_of(const struct history_row *row, bool is_tx)
{
	uint64_t sum = 0;
	for (enum drop_reason reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++)
		if (drop_reason_is_tx(reason) == is_tx)
			sum += row->figures.drops[reason];
	return sum;
}

static double
dropped(const struct history_row *row)
{
	return (double)drops_of(row, false);
}

static double
tx_dropped(const struct history_row *row)
{
	return (double)drops_of(row, true);
}

#define COUNTED(name)                                                                              \
	static double name##_of(const struct history_row *row)                                     \
	{                                                                                          \
		return (double)row->figures.name;                                                  \
	}
HISTORY_SUMS(COUNTED)
HISTORY_MARKS(COUNTED)
#undef COUNTED

static double
packets_in_s(const struct history_row *row)
{
	return a_second(row, (double)row->figures.frames_in);
}

static double
packets_out_s(const struct history_row *row)
{
	return a_second(row, (double)row->figures.frames_out);
}

static double
bit_in_s(const struct history_row *row)
{
	return a_second(row, BITS * (double)row->figures.ip_bytes_in);
}

static double
bit_out_s(const struct history_row *row)
{
	return a_second(row, BITS * (double)row->figures.ip_bytes_out);
}

static double
peak_bit_in_s(const struct history_row *row)
{
	return BITS * (double)row->peaks.peak_ip_bytes_in_s;
}

static double
peak_bit_out_s(const struct history_row *row)
{
	return BITS * (double)row->peaks.peak_ip_bytes_out_s;
}

static double
wire_bits(uint64_t bytes, uint64_t packets)
{
	return BITS * ((double)bytes + WIRE_BYTES_A_FRAME * (double)packets);
}

static double
wire_bit_in_s(const struct history_row *row)
{
	return a_second(
		row, wire_bits(row->figures.device_bytes_in, row->figures.device_packets_in));
}

static double
wire_bit_out_s(const struct history_row *row)
{
	return a_second(
		row, wire_bits(row->figures.device_bytes_out, row->figures.device_packets_out));
}

static double
of_link(const struct history_row *row, double bit_s)
{
	return row->figures.link_mbit_s > 0 ? bit_s / (1e6 * (double)row->figures.link_mbit_s)
					    : NAN;
}

static double
link_in_share(const struct history_row *row)
{
	return of_link(row, wire_bit_in_s(row));
}

static double
link_out_share(const struct history_row *row)
{
	return of_link(row, wire_bit_out_s(row));
}

static double
busy_share(const struct history_row *row)
{
	double share = a_second(row, (double)row->figures.busy_ns) / (double)NS_IN_S;
	return share > 1 ? 1 : share;
}

static double
peak_busy_share(const struct history_row *row)
{
	return (double)row->peaks.peak_busy_permille / 1000;
}

static const struct column relay_columns[] = {
	{"covered_ms", covered_ms, true},
	{"frames_in", frames_in_of, true},
	{"ip_bytes_in", ip_bytes_in_of, true},
	{"frames_out", frames_out_of, true},
	{"ip_bytes_out", ip_bytes_out_of, true},
	{"dropped", dropped, true},
	{"tx_dropped", tx_dropped, true},
	{"busy_ns", busy_ns_of, true},
	{"device_packets_in", device_packets_in_of, true},
	{"device_bytes_in", device_bytes_in_of, true},
	{"device_packets_out", device_packets_out_of, true},
	{"device_bytes_out", device_bytes_out_of, true},
	{"device_missed", device_missed_of, true},
	{"device_errors", device_errors_of, true},
	{"device_no_buffers", device_no_buffers_of, true},
	{"buffers", buffers_of, true},
	{"buffers_used", buffers_used_of, true},
	{"link_mbit_s", link_mbit_s_of, true},
	{"packets_in_s", packets_in_s, false},
	{"packets_out_s", packets_out_s, false},
	{"bit_in_s", bit_in_s, false},
	{"bit_out_s", bit_out_s, false},
	{"peak_bit_in_s", peak_bit_in_s, false},
	{"peak_bit_out_s", peak_bit_out_s, false},
	{"wire_bit_in_s", wire_bit_in_s, false},
	{"wire_bit_out_s", wire_bit_out_s, false},
	{"link_in_share", link_in_share, false},
	{"link_out_share", link_out_share, false},
	{"busy_share", busy_share, false},
	{"peak_busy_share", peak_busy_share, false},
};

#define SCHOOL_COUNTED(name)                                                                       \
	static double school_##name(const struct history_row *row)                                 \
	{                                                                                          \
		return (double)row->school.name;                                                   \
	}
SCHOOL_COUNTED(packets_in)
SCHOOL_COUNTED(bytes_in)
SCHOOL_COUNTED(packets_out)
SCHOOL_COUNTED(bytes_out)
#undef SCHOOL_COUNTED

static double
school_packets_in_s(const struct history_row *row)
{
	return a_second(row, (double)row->school.packets_in);
}

static double
school_packets_out_s(const struct history_row *row)
{
	return a_second(row, (double)row->school.packets_out);
}

static double
school_bit_in_s(const struct history_row *row)
{
	return a_second(row, BITS * (double)row->school.bytes_in);
}

static double
school_bit_out_s(const struct history_row *row)
{
	return a_second(row, BITS * (double)row->school.bytes_out);
}

static const struct column school_columns[] = {
	{"covered_ms", covered_ms, true},
	{"packets_in", school_packets_in, true},
	{"ip_bytes_in", school_bytes_in, true},
	{"packets_out", school_packets_out, true},
	{"ip_bytes_out", school_bytes_out, true},
	{"packets_in_s", school_packets_in_s, false},
	{"packets_out_s", school_packets_out_s, false},
	{"bit_in_s", school_bit_in_s, false},
	{"bit_out_s", school_bit_out_s, false},
};

static const struct column *
columns_of(bool is_school, size_t *count_out)
{
	*count_out = is_school ? sizeof school_columns / sizeof *school_columns
			       : sizeof relay_columns / sizeof *relay_columns;
	return is_school ? school_columns : relay_columns;
}

// Rates to a thousandth: an hour has many of them.
static json_t *
number(double value, bool is_count)
{
	if (isnan(value))
		return json_null();
	return is_count ? json_integer((json_int_t)value) : json_real(rint(value * 1e3) / 1e3);
}

json_t *
throughput_columns(const struct history_row *rows, size_t count, bool is_school)
{
	size_t column_count;
	const struct column *columns = columns_of(is_school, &column_count);
	json_t *object = json_object();
	for (size_t i = 0; i < column_count; i++) {
		json_t *values = json_array();
		for (size_t row = 0; row < count; row++)
			json_array_append_new(
				values, number(columns[i].value(&rows[row]), columns[i].is_count));
		json_object_set_new(object, columns[i].name, values);
	}
	return object;
}

json_t *
throughput_drops(const struct history_row *rows, size_t count)
{
	json_t *object = json_object();
	for (enum drop_reason reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++) {
		uint64_t sum = 0;
		for (size_t row = 0; row < count; row++)
			sum += rows[row].figures.drops[reason];
		if (sum == 0)
			continue;
		json_t *values = json_array();
		for (size_t row = 0; row < count; row++)
			json_array_append_new(
				values, json_integer((json_int_t)rows[row].figures.drops[reason]));
		json_object_set_new(object, drop_reason_name(reason), values);
	}
	return object;
}

void
throughput_csv(const struct history_row *rows, size_t count, bool is_school, struct text *out)
{
	size_t column_count;
	const struct column *columns = columns_of(is_school, &column_count);
	text_add(out, CSV_TEXT_MARK "at");
	for (size_t i = 0; i < column_count; i++)
		text_add_format(out, ",%s", columns[i].name);
	text_add(out, "\r\n");
	for (size_t row = 0; row < count; row++) {
		char date[CIVIL_DATE_BYTES];
		int32_t second = civil_second_of(rows[row].at);
		civil_date_format(civil_date_of(rows[row].at), date);
		text_add_format(out, "%s %02d:%02d:%02d", date, second / 3600, second / 60 % 60,
			second % 60);
		for (size_t i = 0; i < column_count; i++) {
			double value = columns[i].value(&rows[row]);
			if (isnan(value))
				text_add(out, ",");
			else
				text_add_format(
					out, columns[i].is_count ? ",%.0f" : ",%.3f", value);
		}
		text_add(out, "\r\n");
	}
}

json_t *
throughput_days(const struct history_day *days, size_t count)
{
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++) {
		char date[CIVIL_DATE_BYTES];
		civil_date_format(civil_date_of(days[i].day), date);
		json_array_append_new(
			array, json_pack("{s:s, s:I, s:I, s:I, s:I}", "date", date, "peak_bit_in_s",
				       (json_int_t)(8 * days[i].peak_in), "p95_bit_in_s",
				       (json_int_t)(8 * days[i].p95_in), "peak_bit_out_s",
				       (json_int_t)(8 * days[i].peak_out), "p95_bit_out_s",
				       (json_int_t)(8 * days[i].p95_out)));
	}
	return array;
}

json_t *
throughput_headroom(const struct history_row *row)
{
	double busy = row->ms > 0 ? busy_share(row) : NAN;
	double buffers = (double)row->figures.buffers;
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "busy_share", number(busy, false),
		"worker_share", number(1 - busy, false), "packets_in_s_max",
		number(busy > 0 ? packets_in_s(row) / busy : NAN, false), "link_in_share",
		number(1 - link_in_share(row), false), "link_out_share",
		number(1 - link_out_share(row), false), "buffers_share",
		number(buffers > 0 ? 1 - (double)row->figures.buffers_used / buffers : NAN, false));
}
