/* SPDX-License-Identifier: BSD-3-Clause */
// top_screen.c - draws the full-screen view: lights as words beside their colours, so that nobody
// needs the colours.
#include <curses.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "relayctl/commands.h"
#include "relayctl/table.h"
#include "relayctl/top.h"

#define LINE_COLUMNS 31 // of one line's figures, and a gap
#define LIGHT_COLUMNS 5 // "amber"
#define NAME_COLUMNS_MIN 16
#define KEY_ESCAPE 27
#define KEY_CTRL_H 8
#define KEY_DELETE 127
#define ESCAPE_DELAY_MS 25
#define STALE_MS 1000 // a worker that has not been heard of for so long stands still
#define WORKERS_TEXT_BYTES 512

enum colour {
	COLOUR_GREEN = 1,
	COLOUR_AMBER,
	COLOUR_RED,
};

static SCREEN *screen;

bool
top_screen_begin(void)
{
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return false;
	set_term(screen);
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_DELAY_MS);
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(COLOUR_GREEN, COLOR_GREEN, -1);
		init_pair(COLOUR_AMBER, COLOR_YELLOW, -1);
		init_pair(COLOUR_RED, COLOR_RED, -1);
	}
	return true;
}

void
top_screen_end(void)
{
	endwin();
	delscreen(screen);
	screen = NULL;
}

void
top_screen_resize(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(stdscr, TRUE);
}

bool
top_screen_key(struct top_press *press_out)
{
	static const struct {
		wint_t code;
		enum top_key key;
	} functions[] = {{KEY_UP, TOP_KEY_UP}, {KEY_DOWN, TOP_KEY_DOWN}, {KEY_ENTER, TOP_KEY_OPEN},
		{KEY_LEFT, TOP_KEY_BACK}, {KEY_RIGHT, TOP_KEY_OPEN},
		{KEY_BACKSPACE, TOP_KEY_ERASE}};
	wint_t code;
	int kind = get_wch(&code);
	*press_out = (struct top_press){.key = TOP_KEY_OTHER};
	if (kind == ERR)
		return false;
	if (kind == KEY_CODE_YES) {
		for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
			if (functions[i].code == code)
				press_out->key = functions[i].key;
	} else if (code == '\n' || code == '\r') {
		press_out->key = TOP_KEY_OPEN;
	} else if (code == KEY_ESCAPE) {
		press_out->key = TOP_KEY_BACK;
	} else if (code == KEY_CTRL_H || code == KEY_DELETE) {
		press_out->key = TOP_KEY_ERASE;
	} else if (code >= ' ') {
		mbstate_t state = {0};
		char letter[MB_LEN_MAX + 1] = "";
		size_t bytes = wcrtomb(letter, (wchar_t)code, &state);
		if (bytes < sizeof press_out->letter) {
			memcpy(press_out->letter, letter, bytes);
			press_out->key = TOP_KEY_LETTER;
		}
	}
	return true;
}

// Writes what fits into so many columns, and fills the rest. A name from an answer steers nothing:
// what has no width is shown as '?'.
static void
put(int row, int column, int columns, const char *text)
{
	mbstate_t state = {0};
	if (row >= LINES || column >= COLS)
		return;
	if (columns > COLS - column)
		columns = COLS - column;
	move(row, column);
	while (*text && columns > 0) {
		wchar_t letter[2] = {0};
		size_t bytes = mbrtowc(&letter[0], text, MB_LEN_MAX, &state);
		if (bytes == (size_t)-1 || bytes == (size_t)-2) {
			memset(&state, 0, sizeof state);
			bytes = 1;
			letter[0] = '?';
		}
		int width = wcwidth(letter[0]);
		if (width < 0) {
			width = 1;
			letter[0] = '?';
		}
		if (width > columns)
			break;
		addwstr(letter);
		columns -= width;
		text += bytes;
	}
	printw("%*s", columns, "");
}

static void
put_light(int row, int column, const char *light)
{
	bool is_red = strcmp(light, "red") == 0;
	int colour = is_red                        ? COLOUR_RED
		     : strcmp(light, "amber") == 0 ? COLOUR_AMBER
		     : strcmp(light, "green") == 0 ? COLOUR_GREEN
						   : 0;
	attr_t attributes = (attr_t)COLOR_PAIR(colour) | (is_red ? A_BOLD | A_REVERSE : 0);
	attron(attributes);
	put(row, column, (int)strlen(light), light);
	attroff(attributes);
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

// Light, loss, jitter in ms, kbit/s, flows that are there of those that should be.
static void
draw_line(int row, int column, const json_t *line)
{
	char loss[VIEW_CELL_BYTES_MAX] = "-", jitter[VIEW_CELL_BYTES_MAX];
	char rate[VIEW_CELL_BYTES_MAX], text[VIEW_CELL_BYTES_MAX * 4];
	const json_t *ratio = json_object_get(line, "loss_ratio");
	if (json_is_number(ratio))
		snprintf(loss, sizeof loss, "%.1f%%", 100 * json_number_value(ratio));
	view_cell(json_object_get(line, "jitter_ms"), VIEW_TENTHS, jitter);
	view_cell(json_object_get(line, "kbit_s"), VIEW_COUNT, rate);
	snprintf(text, sizeof text, " %6s %5s %6s %.0f/%.0f", loss, jitter, rate,
		json_number_value(json_object_get(line, "present_flows")),
		json_number_value(json_object_get(line, "expected_flows")));
	put_light(row, column, text_of(line, "light"));
	put(row, column + LIGHT_COLUMNS, LINE_COLUMNS - LIGHT_COLUMNS - 1, text);
}

static int
name_columns(void)
{
	int left = COLS - 2 * LINE_COLUMNS;
	return left > NAME_COLUMNS_MIN ? left : NAME_COLUMNS_MIN;
}

// The schools' lines, and below a line what is wrong in words. Returns the row behind.
static int
draw_schools(int row, int rows_end, const json_t *lesson)
{
	size_t index;
	json_t *school;
	int names = name_columns();
	json_array_foreach(json_object_get(lesson, "schools"), index, school)
	{
		char name[VIEW_CELL_BYTES_MAX];
		if (row >= rows_end)
			break;
		snprintf(name, sizeof name, "  %s", text_of(school, "school_name"));
		put(row, 0, names - 1, name);
		draw_line(row, names, json_object_get(school, "uplink"));
		draw_line(row++, names + LINE_COLUMNS, json_object_get(school, "downlink"));
		const char *words = text_of(json_object_get(school, "words"), "en");
		if (*words && row < rows_end) {
			snprintf(name, sizeof name, "  ! %s  %s %s", words,
				text_of(school, "contact"), text_of(school, "phone"));
			put(row++, 0, COLS, name);
		}
	}
	return row;
}

static void
draw_lesson_head(int row, const json_t *lesson, bool is_selected)
{
	char left[VIEW_CELL_BYTES_MAX], text[3 * VIEW_CELL_BYTES_MAX];
	view_cell(json_object_get(lesson, "remaining_s"), VIEW_SPAN, left);
	snprintf(text, sizeof text, "%s %.200s  %.200s, %s left  ", is_selected ? ">" : " ",
		text_of(lesson, "title"), text_of(lesson, "state"), left);
	int columns = (int)table_width(text);
	attron(is_selected ? A_BOLD | A_REVERSE : A_BOLD);
	put(row, 0, columns, text);
	attroff(A_BOLD | A_REVERSE);
	put_light(row, columns + 1, text_of(lesson, "light"));
	put(row, columns + 8, COLS, text_of(lesson, "session"));
}

static int
lesson_rows(const json_t *lesson)
{
	int rows = 1;
	size_t index;
	json_t *school;
	json_array_foreach(json_object_get(lesson, "schools"), index, school) rows +=
		1 + (*text_of(json_object_get(school, "words"), "en") != '\0');
	return rows;
}

// The selected lesson is always among what is drawn.
static void
draw_lessons(const struct top_view *view, const json_t *list, int row, int rows_end)
{
	const json_t *selected = top_selected(view, list);
	size_t first = 0, at = 0;
	int rows = 0, names = name_columns();
	put(row, 0, names, "LESSON, SCHOOL");
	put(row, names, LINE_COLUMNS, "UP      LOSS   JIT KBIT/S FLOW");
	put(row++, names + LINE_COLUMNS, LINE_COLUMNS, "DOWN    LOSS   JIT KBIT/S FLOW");
	while (at < json_array_size(list)) {
		rows += lesson_rows(json_array_get(list, at));
		while (rows > rows_end - row && first < at)
			rows -= lesson_rows(json_array_get(list, first++));
		if (json_array_get(list, at++) == selected)
			break;
	}
	for (size_t i = first; i < json_array_size(list) && row < rows_end; i++) {
		const json_t *lesson = json_array_get(list, i);
		draw_lesson_head(row++, lesson, lesson == selected);
		row = draw_schools(row, rows_end, lesson);
	}
	if (json_array_size(list) == 0)
		put(row, 0, COLS, view->live ? "  no lesson is on" : "  asking the relay");
}

// The flows' table, from the line on that is scrolled to.
static void
draw_flows(const struct top_view *view, int row, int rows_end)
{
	char *text = NULL, *line, *rest;
	size_t bytes, number = 0;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return;
	view_print(json_object_get(view->flows, "flows"), flow_columns, flow_column_count,
		VIEW_ALL_ROWS, "\n", out);
	fclose(out);
	rest = text;
	while ((line = strsep(&rest, "\n")) && row < rows_end) {
		bool is_head = number == 0;
		if (is_head || number > view->scroll) {
			attron(is_head ? A_UNDERLINE : 0);
			put(row++, 0, COLS, line);
			attroff(A_UNDERLINE);
		}
		number++;
	}
	free(text);
}

static void
draw_detail(const struct top_view *view, const json_t *lesson, int row, int rows_end)
{
	size_t index;
	json_t *school;
	draw_lesson_head(row++, lesson, false);
	row = draw_schools(row, rows_end, lesson);
	json_array_foreach(json_object_get(lesson, "schools"), index, school)
	{
		char rtt[VIEW_CELL_BYTES_MAX], text[5 * VIEW_CELL_BYTES_MAX];
		view_cell(json_object_get(school, "rtt_ms"), VIEW_TENTHS, rtt);
		snprintf(text, sizeof text, "  %.200s: %.200s, round trip %s ms, %.200s %.200s",
			text_of(school, "endpoint"),
			json_is_string(json_object_get(school, "address"))
				? text_of(school, "address")
				: "no path",
			rtt, text_of(school, "contact"), text_of(school, "phone"));
		if (row < rows_end)
			put(row++, 0, COLS, text);
	}
	draw_flows(view, row + 1, rows_end);
}

// Each one's share of busy time, where there are several; and whoever stands still.
static void
draw_workers(const json_t *workers)
{
	size_t index;
	json_t *worker;
	bool is_shown = json_array_size(workers) > 1;
	char text[WORKERS_TEXT_BYTES] = "workers busy";
	json_array_foreach(workers, index, worker)
	{
		char share[VIEW_CELL_BYTES_MAX] = "STANDS STILL";
		size_t used = strlen(text);
		if (json_number_value(json_object_get(worker, "heartbeat_age_ms")) <= STALE_MS)
			view_cell(json_object_get(worker, "busy_share"), VIEW_PERCENT, share);
		else
			is_shown = true;
		snprintf(text + used, sizeof text - used, "%s %zu: %s", index ? "," : "", index,
			share);
	}
	if (is_shown)
		put(1, 0, COLS, text);
}

static void
draw_head(const struct top_view *view, size_t count)
{
	const json_t *totals = json_object_get(view->live, "totals");
	char now[VIEW_CELL_BYTES_MAX], sums[VIEW_CELL_BYTES_MAX] = "";
	char text[3 * VIEW_CELL_BYTES_MAX];
	view_cell(json_object_get(view->live, "now"), VIEW_CLOCK, now);
	if (totals) // a school is not told of them
		snprintf(sums, sizeof sums, "in %.1f, out %.1f Mbit/s, %.0f drops/s  ",
			json_number_value(json_object_get(totals, "bit_in_s")) / 1e6,
			json_number_value(json_object_get(totals, "bit_out_s")) / 1e6,
			json_number_value(json_object_get(totals, "drops_s")));
	snprintf(text, sizeof text, "%s  %zu lessons  %ssort: %s  filter: %s%s", now, count, sums,
		top_sort_name(view->sort),
		view->filter[0] || view->is_typing ? view->filter : "none",
		view->is_typing ? "_" : "");
	put(0, 0, COLS, text);
	draw_workers(json_object_get(view->live, "workers"));
	if (view->why[0]) {
		snprintf(text, sizeof text, "no answer: %s", view->why);
		attron(A_BOLD);
		put(1, 0, COLS, text);
		attroff(A_BOLD);
	}
}

void
top_screen_draw(const struct top_view *view)
{
	static const char keys[] = "q quit  up/down select  Enter detail  s sort  / filter";
	static const char typing[] =
		"type what title, school or pair holds; Enter keeps it, Esc clears";
	static const char detail[] = "q quit  Esc back  up/down scroll";
	json_t *list = top_list(view);
	const json_t *selected = top_selected(view, list);
	erase();
	draw_head(view, json_array_size(list));
	if (view->is_detail && selected)
		draw_detail(view, selected, 2, LINES - 1);
	else
		draw_lessons(view, list, 2, LINES - 1);
	attron(A_REVERSE);
	put(LINES - 1, 0, COLS - 1, view->is_typing ? typing : view->is_detail ? detail : keys);
	attroff(A_REVERSE);
	refresh();
	json_decref(list);
}
