// SPDX-License-Identifier: BSD-3-Clause
// view.c - writes JSON values as an operator reads them.
#include "relayctl/view.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "relayctl/table.h"

static void
write_moment(const char *rfc3339, const char *format, char text[VIEW_CELL_BYTES_MAX])
{
	struct tm utc = {0};
	if (!rfc3339 || !strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &utc)) {
		snprintf(text, VIEW_CELL_BYTES_MAX, "%s", rfc3339 ? rfc3339 : "-");
		return;
	}
	time_t moment = timegm(&utc);
	struct tm local;
	localtime_r(&moment, &local);
	strftime(text, VIEW_CELL_BYTES_MAX, format, &local);
}

static void
write_text(const json_t *value, char text[VIEW_CELL_BYTES_MAX])
{
	if (!json_is_array(value)) {
		const char *string = json_string_value(value);
		snprintf(text, VIEW_CELL_BYTES_MAX, "%s", string && *string ? string : "-");
		return;
	}
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < json_array_size(value) && used < VIEW_CELL_BYTES_MAX; i++) {
		const char *string = json_string_value(json_array_get(value, i));
		int written = snprintf(text + used, VIEW_CELL_BYTES_MAX - used, "%s%s",
			i > 0 ? " " : "", string ? string : "?");
		used += written > 0 ? (size_t)written : 0;
	}
}

static void
write_span(int64_t seconds, char text[VIEW_CELL_BYTES_MAX])
{
	const char *sign = seconds < 0 ? "-" : "";
	seconds = seconds < 0 ? -seconds : seconds;
	snprintf(text, VIEW_CELL_BYTES_MAX, "%s%" PRId64 ":%02d:%02d", sign, seconds / 3600,
		(int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void
write_number(const json_t *value, enum view_form form, char text[VIEW_CELL_BYTES_MAX])
{
	double number = json_number_value(value);
	switch (form) {
	case VIEW_TENTHS:
		snprintf(text, VIEW_CELL_BYTES_MAX, "%.1f", number);
		break;
	case VIEW_SSRC:
		snprintf(text, VIEW_CELL_BYTES_MAX, "%08" PRIx32, (uint32_t)number);
		break;
	case VIEW_PERCENT:
		snprintf(text, VIEW_CELL_BYTES_MAX, "%.2f %%", 100 * number);
		break;
	case VIEW_AGE:
		snprintf(text, VIEW_CELL_BYTES_MAX, "%.1f s", number / 1000);
		break;
	case VIEW_SPAN:
		write_span((int64_t)number, text);
		break;
	default:
		snprintf(text, VIEW_CELL_BYTES_MAX, "%.0f", number);
		break;
	}
}

void
view_cell(const json_t *value, enum view_form form, char text[VIEW_CELL_BYTES_MAX])
{
	if (!value || json_is_null(value))
		snprintf(text, VIEW_CELL_BYTES_MAX, "-");
	else if (json_is_boolean(value))
		snprintf(text, VIEW_CELL_BYTES_MAX, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_number(value))
		write_number(value, form, text);
	else if (form == VIEW_CLOCK)
		write_moment(json_string_value(value), "%H:%M:%S", text);
	else if (form == VIEW_MOMENT)
		write_moment(json_string_value(value), "%Y-%m-%d %H:%M:%S", text);
	else
		write_text(value, text);
}

void
view_print_text(const char *text, FILE *out)
{
	for (; *text; text++)
		putc(iscntrl((unsigned char)*text) ? '?' : *text, out);
}

static bool
is_figure(enum view_form form)
{
	return form != VIEW_TEXT && form != VIEW_YES && form != VIEW_CLOCK && form != VIEW_MOMENT;
}

int
view_print(const json_t *list, const struct view_column *columns, size_t count, size_t rows_max,
	const char *line_end, FILE *out)
{
	assert(count <= TABLE_COLUMNS_MAX);
	struct table_column heads[TABLE_COLUMNS_MAX];
	for (size_t i = 0; i < count; i++)
		heads[i] = (struct table_column){columns[i].title, is_figure(columns[i].form)};
	struct table *table = table_create(heads, count);
	int result = table ? 0 : -ENOMEM;
	for (size_t row = 0; result == 0 && row < json_array_size(list); row++) {
		const json_t *object = json_array_get(list, row);
		for (size_t i = 0; result == 0 && i < count; i++) {
			char text[VIEW_CELL_BYTES_MAX];
			view_cell(json_object_get(object, columns[i].key), columns[i].form, text);
			result = table_add(table, text);
		}
	}
	if (result == 0)
		table_print(table, rows_max, line_end, out);
	table_destroy(table);
	return result;
}
