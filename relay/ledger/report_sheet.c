// SPDX-License-Identifier: BSD-3-Clause
// report_sheet.c - a lesson's record on one page of A4, for an inspector: facts, sums, minutes.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledger/reason.h"
#include "ledger/report_lesson.h"
#include "timetable/html_text.h"

#define BAND_CELLS 30
#define BANDS_MAX 4       // what a page holds; a longer lesson has several minutes to a cell
#define LARGE_BANDS_MAX 2 // of which there is room for larger letters
#define MS_IN_MINUTE (60 * MS_IN_S)

static const char style[] =
	"@page{size:A4 portrait;margin:8mm}"
	"*{box-sizing:border-box;-webkit-print-color-adjust:exact;print-color-adjust:exact}"
	"body{margin:0;padding-right:.4mm;color:#000;background:#fff;font:8pt/1.25 " HTML_TEXT_FONTS
	"}"
	"section{break-after:page}section:last-child{break-after:auto}"
	"h1{font-size:13pt;margin:0 0 1.5mm}"
	"table{width:100%;border-collapse:collapse;table-layout:fixed;margin:0 0 2mm}"
	"th,td{border:.5pt solid #444;padding:.4mm 1mm;text-align:left;vertical-align:top;"
	"overflow-wrap:break-word}"
	"th{font-weight:600;background:#f2f2f2}"
	".facts th{width:21mm}.sums td{text-align:right}"
	".long{max-height:21mm;overflow:hidden}"
	".band{font-size:5.5pt;line-height:2.3mm}"
	".band th,.band td{padding:0;text-align:center;height:2.5mm;white-space:nowrap;"
	"overflow:hidden;border-width:.3pt}"
	".large{font-size:6.5pt;line-height:3.2mm}.large th,.large td{height:3.5mm}"
	".band th.line{width:27mm;text-align:left;padding-left:.5mm}"
	".green{background:#e3f4e3}.amber{background:#ffdf80;text-decoration:underline}"
	".red{background:#b00000;color:#fff;font-weight:700}"
	"p{margin:0 0 1mm}.sign{margin-top:4mm;display:flex;justify-content:space-between}"
	"@media screen{section{width:194mm;margin:8mm auto}}";

static const struct report_word words[] = {
	{"date", {"日期", "Date"}},
	{"planned", {"计划时间", "Planned"}},
	{"real", {"实际时间", "Really"}},
	{"lead", {"主讲学校", "Lead school"}},
	{"assisted", {"协同学校", "Assisted school"}},
	{"form", {"形式", "Form"}},
	{"scope", {"范围", "Scope"}},
	{"title", {"内容", "Content"}},
	{"class", {"班级", "Class"}},
	{"teacher", {"主讲教师", "Teacher"}},
	{"assistant", {"协同教师", "Assistant"}},
	{"headcount", {"师生人次", "Headcount"}},
	{"minutes", {"有效/计划分钟", "Live/planned min"}},
	{"verdict", {"结果", "Verdict"}},
	{"number", {"台账编号", "Ledger row"}},
	{"reason", {"说明", "Reason"}},
	{"corrected", {"更正", "Corrected"}},
};

struct page {
	const struct report_question *question;
	const struct lesson_record *record;
	struct text *out;
	bool is_odd; // of a row of two facts
};

static bool
is_chinese(const struct page *page)
{
	return page->question->language == LANGUAGE_CHINESE;
}

static void
label(const struct page *page, const char *key, struct text *out)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].key, key) == 0)
			html_text_add(out, words[i].texts[page->question->language]);
}

// Two facts to a row.
static void
fact(struct page *page, const char *key, const char *value)
{
	text_add(page->out, page->is_odd ? "<th>" : "<tr><th>");
	label(page, key, page->out);
	text_add(page->out, "</th><td>");
	html_text_add(page->out, value);
	text_add(page->out, page->is_odd ? "</td></tr>\n" : "</td>");
	page->is_odd = !page->is_odd;
}

static void
wide_fact(struct page *page, const char *key, const char *value)
{
	text_add(page->out, "<tr><th>");
	label(page, key, page->out);
	text_add(page->out, "</th><td colspan=\"3\"><div class=\"long\">");
	html_text_add(page->out, value);
	text_add(page->out, "</div></td></tr>\n");
}

static void
clock_text(struct wall_time at, char text[8])
{
	int second = civil_second_of(at);
	snprintf(text, 8, "%02d:%02d", second / 3600 % 24, second / 60 % 60);
}

static void
times_fact(struct page *page, const char *key, struct wall_time start, struct wall_time end)
{
	char first[8], last[8], text[32] = "";
	if (start.ms != 0 && end.ms != 0) {
		clock_text(start, first);
		clock_text(end, last);
		snprintf(text, sizeof text, "%s–%s", first, last);
	}
	fact(page, key, text);
}

// "张三 2026-11-24 15:02; #12: 部分完成 30/40"
static void
correction_fact(struct page *page)
{
	const struct ledger_entry *entry = page->record->entry, *before = page->record->original;
	char text[512], date[CIVIL_DATE_BYTES], at[8], was[128] = "";
	if (entry->corrects == 0)
		return;
	civil_date_format(civil_date_of(entry->written_at), date);
	clock_text(entry->written_at, at);
	if (before)
		snprintf(was, sizeof was,
			is_chinese(page) ? "；原记录 #%" PRId64 "：%s %u/%u 分钟"
					 : "; row #%" PRId64 " was: %s, %u of %u min",
			before->number,
			report_verdict_word(before->verdict)->texts[page->question->language],
			before->live_minutes, before->planned_minutes);
	snprintf(text, sizeof text, "%s %s %s%s", entry->author, date, at, was);
	wide_fact(page, "corrected", text);
}

static void
facts_write(struct page *page)
{
	const struct ledger_entry *entry = page->record->entry;
	enum language language = page->question->language;
	char text[64], reason[REASON_BYTES];
	text_add(page->out, "<table class=\"facts\">\n");
	fact(page, "date", entry->date);
	snprintf(text, sizeof text, "%" PRId64, entry->number);
	fact(page, "number", text);
	times_fact(page, "planned", entry->planned_start, entry->planned_end);
	times_fact(page, "real", entry->real_start, entry->real_end);
	fact(page, "lead", entry->lead_name);
	fact(page, "assisted", entry->assisted_name);
	fact(page, "form", report_form_word(report_form_find(entry->form))->texts[language]);
	fact(page, "scope", report_scope_word(report_scope_find(entry->scope))->texts[language]);
	fact(page, "title", *entry->title ? entry->title : entry->subject);
	fact(page, "class", entry->class_name);
	fact(page, "teacher", entry->teacher);
	fact(page, "assistant", entry->assistant);
	snprintf(text, sizeof text, "%d", entry->headcount);
	fact(page, "headcount", entry->headcount >= 0 ? text : "");
	snprintf(text, sizeof text, "%u / %u", entry->live_minutes, entry->planned_minutes);
	fact(page, "minutes", text);
	wide_fact(page, "verdict", report_verdict_word(entry->verdict)->texts[language]);
	reason_words(entry->reason, is_chinese(page), reason);
	wide_fact(page, "reason", reason);
	correction_fact(page);
	text_add(page->out, "</table>\n");
}

static void
share_text(double loss, char text[16])
{
	if (loss < 0)
		snprintf(text, 16, "·");
	else if (loss == 0)
		snprintf(text, 16, "0");
	else
		snprintf(text, 16, loss < 0.0995 ? "%.1f" : "%.0f", loss * 100);
}

static void
milliseconds_text(uint32_t us, char text[16])
{
	snprintf(text, 16, "%.0f", us / 1e3);
}

// Of each line how many minutes were how good, and the worst of each figure.
static void
sums_write(struct page *page)
{
	static const char *const heads[] = {
		"<tr><th>线路</th><th>良好(分钟)</th><th>一般</th><th>较差</th>"
		"<th>最高丢包%</th><th>最大抖动ms</th><th>最大往返ms</th></tr>\n",
		"<tr><th>Line</th><th>good, min</th><th>fair</th><th>poor</th>"
		"<th>worst loss %</th><th>jitter ms</th><th>round trip ms</th></tr>\n"};
	const struct lesson_record *record = page->record;
	text_add(page->out, "<table class=\"sums\">");
	text_add(page->out, heads[page->question->language]);
	for (unsigned line = 0; line < LESSON_LINE_COUNT; line++) {
		unsigned counts[REPORT_RED + 1] = {0};
		char loss[16], jitter[16], rtt[16];
		struct lesson_cell sum =
			lesson_cell_fold(record, (enum lesson_line)line, 0, record->minute_count);
		for (unsigned i = 0; i < record->minute_count; i++)
			counts[lesson_cell_mark(
				&page->question->limits, &record->minutes[line][i])]++;
		share_text(sum.loss, loss);
		milliseconds_text(sum.jitter_us, jitter);
		milliseconds_text(sum.rtt_us, rtt);
		text_add_format(page->out,
			"<tr><th>%s</th><td>%u</td><td>%u</td><td>%u</td><td>%s</td><td>%s</td>"
			"<td>%s</td></tr>\n",
			lesson_line_word((enum lesson_line)line)->texts[page->question->language],
			counts[REPORT_GREEN], counts[REPORT_AMBER], counts[REPORT_RED], loss,
			jitter, rtt);
	}
	text_add(page->out, "</table>\n");
}

enum figure {
	FIGURE_LOSS,
	FIGURE_JITTER,
	FIGURE_RTT,
	FIGURE_COUNT,
};

static void
figure_write(struct page *page, const struct lesson_cell *cell, enum figure figure)
{
	static const char *const marks[] = {
		"", " class=\"green\"", " class=\"amber\"", " class=\"red\""};
	struct lesson_cell alone = {.is_known = cell->is_known, .loss = -1, .media_s = 60};
	char text[16] = "·";
	switch (figure) {
	case FIGURE_LOSS:
		// Silence has no loss, and shows here.
		alone.loss = cell->loss;
		alone.gap_us = cell->gap_us;
		alone.media_s = cell->media_s;
		if (cell->is_known)
			share_text(cell->loss, text);
		break;
	case FIGURE_JITTER:
		alone.jitter_us = cell->jitter_us;
		if (cell->is_known)
			milliseconds_text(cell->jitter_us, text);
		break;
	default:
		alone.rtt_us = cell->rtt_us;
		alone.is_known = cell->is_known && cell->rtt_us > 0;
		if (alone.is_known)
			milliseconds_text(cell->rtt_us, text);
		break;
	}
	text_add_format(page->out, "<td%s>%s</td>",
		marks[lesson_cell_mark(&page->question->limits, &alone)], text);
}

static void
line_write(struct page *page, enum lesson_line line, unsigned first, unsigned step)
{
	static const char *const figures[][REPORT_LANGUAGES] = {
		{"丢包%", "loss %"}, {"抖动ms", "jitter ms"}, {"往返ms", "rtt ms"}};
	enum language language = page->question->language;
	for (int figure = 0; figure < FIGURE_COUNT; figure++) {
		text_add_format(page->out, "<tr><th class=\"line\">%s %s</th>",
			lesson_line_word(line)->texts[language], figures[figure][language]);
		for (unsigned i = 0; i < BAND_CELLS; i++) {
			unsigned minute = first + i * step;
			struct lesson_cell cell = {0};
			if (minute >= page->record->minute_count) {
				text_add(page->out, "<td></td>");
				continue;
			}
			cell = lesson_cell_fold(page->record, line, minute, step);
			figure_write(page, &cell, (enum figure)figure);
		}
		text_add(page->out, "</tr>\n");
	}
}

static void
live_write(struct page *page, unsigned first, unsigned step)
{
	const struct lesson_record *record = page->record;
	unsigned least = page->question->live_seconds;
	text_add_format(page->out, "<tr><th class=\"line\">%s</th>",
		is_chinese(page) ? "双方在线" : "both live");
	for (unsigned i = 0; i < BAND_CELLS; i++) {
		unsigned minute = first + i * step;
		if (minute >= record->minute_count) {
			text_add(page->out, "<td></td>");
			continue;
		}
		bool is_live =
			lesson_cell_fold(record, LESSON_LEAD_UP, minute, step).audio_s >= least &&
			lesson_cell_fold(record, LESSON_ASSISTED_UP, minute, step).audio_s >= least;
		text_add(page->out, is_live ? "<td>●</td>" : "<td>○</td>");
	}
	text_add(page->out, "</tr>\n");
}

static void
band_write(struct page *page, unsigned first, unsigned step)
{
	const struct lesson_record *record = page->record;
	char clock[8];
	clock_text((struct wall_time){record->start.ms + first * MS_IN_MINUTE}, clock);
	text_add_format(page->out, "<table class=\"band%s\"><tr><th class=\"line\">%s</th>",
		record->minute_count <= LARGE_BANDS_MAX * BAND_CELLS ? " large" : "", clock);
	for (unsigned i = 0; i < BAND_CELLS; i++) {
		unsigned minute = first + i * step;
		if (minute >= record->minute_count) {
			text_add(page->out, "<th></th>");
			continue;
		}
		clock_text((struct wall_time){record->start.ms + minute * MS_IN_MINUTE}, clock);
		text_add_format(page->out, "<th>%s</th>", clock + 3);
	}
	text_add(page->out, "</tr>\n");
	live_write(page, first, step);
	for (unsigned line = 0; line < LESSON_LINE_COUNT; line++)
		line_write(page, (enum lesson_line)line, first, step);
	text_add(page->out, "</table>\n");
}

// What the colours mean.
static void
lights_write(struct page *page)
{
	const struct report_limits *limits = &page->question->limits;
	const struct report_limit loss = {100 * limits->loss.amber, 100 * limits->loss.red};
	const struct report_limit *jitter = &limits->jitter_ms, *rtt = &limits->round_trip_ms;
	const char *format =
		is_chinese(page)
			? "<p>底色：良好＝丢包≤%g%%，抖动≤%gms，往返≤%gms；"
			  "一般＝至%g%%，%gms，%gms；较差＝超过其一，或%g秒无数据。"
			  "“主讲→服务器”等由服务器测量，“主讲→协同”等由接收方报告。"
			  "“·”：无数据。●：该分钟双方音频均不少于%u秒。"
			: "<p>Lights: good = loss ≤ %g %%, jitter ≤ %g ms, round trip ≤ %g ms; "
			  "fair = to %g %%, %g ms, %g ms; poor = beyond one of them, or nothing "
			  "for %g s. To the relay: measured by it; to the other school: as that "
			  "one "
			  "reports. “·”: no figure. ●: at least %u s of audio from both.";
	text_add_format(page->out, format, loss.amber, jitter->amber, rtt->amber, loss.red,
		jitter->red, rtt->red, limits->silent_s, page->question->live_seconds);
}

static void
foot_write(struct page *page, unsigned step)
{
	static const char *const signs[] = {
		"<div class=\"sign\"><span>主讲教师：____________</span>"
		"<span>协同教师：____________</span><span>检查人：____________</span>"
		"<span>日期：____________</span></div>\n",
		"<div class=\"sign\"><span>Teacher: ____________</span>"
		"<span>Assistant: ____________</span><span>Inspector: ____________</span>"
		"<span>Date: ____________</span></div>\n"};
	enum language language = page->question->language;
	lights_write(page);
	if (step > 1)
		text_add_format(page->out,
			is_chinese(page) ? "每格%u分钟，取最差值。"
					 : " %u minutes to a cell, the worst of them.",
			step);
	text_add(page->out, "</p>\n");
	text_add(page->out, signs[language]);
}

void
report_sheet_write(const struct report_question *question, const struct lesson_record *records,
	size_t count, struct text *out)
{
	const char *title = report_kind_word(REPORT_LESSON)->texts[question->language];
	const char *county = question->timetable->policies.county;
	html_text_begin(out, question->language, (const char *const[]){county, title}, style);
	for (size_t i = 0; i < count; i++) {
		struct page page = {.question = question, .record = &records[i], .out = out};
		unsigned minutes = records[i].minute_count;
		unsigned step = (minutes + BAND_CELLS * BANDS_MAX - 1) / (BAND_CELLS * BANDS_MAX);
		text_add(out, "<section>\n<h1>");
		html_text_add(out, county);
		text_add_format(out, " · %s</h1>\n", title);
		facts_write(&page);
		sums_write(&page);
		for (unsigned first = 0; first < minutes; first += BAND_CELLS * step)
			band_write(&page, first, step);
		foot_write(&page, step);
		text_add(out, "</section>\n");
	}
	html_text_end(out);
}
