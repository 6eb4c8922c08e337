// SPDX-License-Identifier: BSD-3-Clause
// check_page.c - a connection check as one page of A4, for inspectors.
#include "control/checks.h"
#include "timetable/html_text.h"

static const char style[] =
	"@page{size:A4;margin:12mm}"
	"*{box-sizing:border-box}"
	"body{margin:0;padding-right:.4mm;color:#000;background:#fff;font:10pt/1.3 " HTML_TEXT_FONTS
	"}"
	"h1{font-size:16pt;margin:0}h2{font-size:11.5pt;margin:4mm 0 1mm}p{margin:1mm 0}"
	"table{width:100%;border-collapse:collapse}"
	"th,td{border:.5pt solid #444;padding:.8mm 1.2mm;text-align:left;vertical-align:top}"
	"td.n{text-align:right;white-space:nowrap}"
	".sign{margin-top:7mm;display:flex;justify-content:space-between}"
	"@media screen{body{width:186mm;margin:8mm auto}}";

enum phrase {
	PHRASE_TITLE,
	PHRASE_CUT,
	PHRASE_RUNNING,
	PHRASE_PARTNER,
	PHRASE_SCHOOL,
	PHRASE_DEVICE,
	PHRASE_CONTROL,
	PHRASE_MEDIA,
	PHRASE_YES,
	PHRASE_NO,
	PHRASE_RTT,
	PHRASE_RTT_MAX,
	PHRASE_LINES,
	PHRASE_LINE,
	PHRASE_UP,
	PHRASE_DOWN,
	PHRASE_LOSS,
	PHRASE_JITTER,
	PHRASE_USABLE,
	PHRASE_AT_LEAST,
	PHRASE_LADDER,
	PHRASE_OVERLOADED,
	PHRASE_LADDER_NOTE,
	PHRASE_DELAY,
	PHRASE_PART,
	PHRASE_HALF,
	PHRASE_RELAY,
	PHRASE_RELAY_RANGE,
	PHRASE_SUM,
	PHRASE_MISSING,
	PHRASE_NOT_SEEN,
	PHRASE_SIGN_INSPECTOR,
	PHRASE_SIGN_DATE,
	PHRASE_COUNT,
};

static const char *const phrases[PHRASE_COUNT][2] = {
	[PHRASE_TITLE] = {"现场检测报告", "Connection report"},
	[PHRASE_CUT] = {"检测提前结束，以下结果不完整。",
		"The check ended early: what follows is not complete."},
	[PHRASE_RUNNING] = {"检测正在进行，以下结果不完整。",
		"The check is running: what follows is not complete."},
	[PHRASE_PARTNER] = {"对端学校由系统从结对学校中选定。",
		"The second school was chosen by the relay among the partners of the first."},
	[PHRASE_SCHOOL] = {"学校", "School"},
	[PHRASE_DEVICE] = {"设备", "Device"},
	[PHRASE_CONTROL] = {"控制连接", "Control connection"},
	[PHRASE_MEDIA] = {"媒体通路", "Media path"},
	[PHRASE_YES] = {"通", "reached"},
	[PHRASE_NO] = {"不通", "not reached"},
	[PHRASE_RTT] = {"往返时延（空闲）", "Round trip (idle)"},
	[PHRASE_RTT_MAX] = {"往返时延（最大）", "Round trip (longest)"},
	[PHRASE_LINES] = {"线路", "Lines"},
	[PHRASE_LINE] = {"线路", "Line"},
	[PHRASE_UP] = {"上行（学校到中继）", "uplink (school to relay)"},
	[PHRASE_DOWN] = {"下行（中继到学校）", "downlink (relay to school)"},
	[PHRASE_LOSS] = {"丢包率", "Loss"},
	[PHRASE_JITTER] = {"抖动", "Jitter"},
	[PHRASE_USABLE] = {"可用码率", "Usable bit rate"},
	[PHRASE_AT_LEAST] = {"至少 ", "at least "},
	[PHRASE_LADDER] = {"各级探测码率的丢包率", "Loss at each rate of the probes"},
	[PHRASE_OVERLOADED] = {"%（超载）", "% (too much)"},
	[PHRASE_LADDER_NOTE] =
		{"丢包率和抖动取自线路未超载的各级；下行收到的不会多于对方上行送达的。",
			"Loss and jitter are those of the rates that the line carries. A downlink "
			"is given no more than what the other school's uplink brings."},
	[PHRASE_DELAY] = {"端到端时延", "End-to-end delay"},
	[PHRASE_PART] = {"组成部分", "Part"},
	[PHRASE_HALF] = {"：线路（往返时延的一半）", ": line (half of its round trip)"},
	[PHRASE_RELAY] = {"中继自身（中位数）", "The relay itself (median)"},
	[PHRASE_RELAY_RANGE] = {"中继自身时延范围", "The relay's own delay"},
	[PHRASE_SUM] = {"以上合计", "Sum of these"},
	[PHRASE_MISSING] = {"摄像机、编码、接收缓冲、解码、显示",
		"Camera, encoder, receive buffer, decoder, display"},
	[PHRASE_NOT_SEEN] = {"中继测不到，未计入", "not seen by the relay, missing here"},
	[PHRASE_SIGN_INSPECTOR] = {"检测人：____________", "Inspector: ____________"},
	[PHRASE_SIGN_DATE] = {"日期：____________", "Date: ____________"},
};

struct page {
	const struct check *check;
	enum language language;
	struct text *out;
};

static const char *
say(const struct page *page, enum phrase phrase)
{
	return phrases[phrase][page->language];
}

static void
cell(const struct page *page, const char *text)
{
	text_add(page->out, "<td>");
	html_text_add(page->out, text);
	text_add(page->out, "</td>");
}

static void
heads(const struct page *page, const enum phrase *list, size_t count)
{
	text_add(page->out, "<table><tr>");
	for (size_t i = 0; i < count; i++)
		text_add_format(page->out, "<th>%s</th>", say(page, list[i]));
	text_add(page->out, "</tr>\n");
}

static void
figure(const struct page *page, bool is_known, const char *before, double value, const char *unit)
{
	if (is_known)
		text_add_format(page->out, "<td class=\"n\">%s%.2f %s</td>", before, value, unit);
	else
		text_add(page->out, "<td class=\"n\">–</td>");
}

static void
schools_write(const struct page *page)
{
	static const enum phrase list[] = {PHRASE_SCHOOL, PHRASE_DEVICE, PHRASE_CONTROL,
		PHRASE_MEDIA, PHRASE_RTT, PHRASE_RTT_MAX};
	heads(page, list, sizeof list / sizeof *list);
	for (size_t i = 0; i < CHECK_SCHOOLS; i++) {
		const struct check_school *school = &page->check->schools[i];
		const struct check_meter *meter = &school->meter;
		text_add(page->out, "<tr>");
		cell(page, school->name);
		cell(page, school->endpoint);
		cell(page, say(page, school->was_connected ? PHRASE_YES : PHRASE_NO));
		cell(page, say(page, meter->was_up ? PHRASE_YES : PHRASE_NO));
		figure(page, meter->idle_rtt_ms > 0, "", meter->idle_rtt_ms, "ms");
		figure(page, meter->idle_rtt_ms > 0, "", meter->rtt_ms_max, "ms");
		text_add(page->out, "</tr>\n");
	}
	text_add(page->out, "</table>\n");
}

static void
line_name(const struct page *page, const struct check_school *school, int line)
{
	text_add(page->out, "<tr><td>");
	html_text_add(page->out, school->name);
	text_add_format(
		page->out, " · %s</td>", say(page, line == LINE_UP ? PHRASE_UP : PHRASE_DOWN));
}

static void
lines_write(const struct page *page)
{
	static const enum phrase list[] = {PHRASE_LINE, PHRASE_LOSS, PHRASE_JITTER, PHRASE_USABLE};
	text_add_format(page->out, "<h2>%s</h2>\n", say(page, PHRASE_LINES));
	heads(page, list, sizeof list / sizeof *list);
	for (size_t i = 0; i < CHECK_SCHOOLS * LINE_DIRECTIONS; i++) {
		const struct check_school *school = &page->check->schools[i / LINE_DIRECTIONS];
		const struct check_line *line = &school->meter.lines[i % LINE_DIRECTIONS];
		line_name(page, school, (int)(i % LINE_DIRECTIONS));
		figure(page, line->is_known, "", 100 * line->loss_ratio, "%");
		figure(page, line->is_known, "", line->jitter_ms, "ms");
		figure(page, line->is_known, line->is_at_least ? say(page, PHRASE_AT_LEAST) : "",
			line->usable_kbit_s / 1000, "Mbit/s");
		text_add(page->out, "</tr>\n");
	}
	text_add(page->out, "</table>\n");
}

static void
ladder_write(const struct page *page)
{
	text_add_format(page->out, "<h2>%s</h2>\n<table><tr><th>%s</th>", say(page, PHRASE_LADDER),
		say(page, PHRASE_LINE));
	for (size_t i = 0; i < CHECK_RUNGS; i++)
		text_add_format(page->out, "<th>%.1f Mbit/s</th>", check_kbit_s[i] / 1000.0);
	text_add(page->out, "</tr>\n");
	for (size_t i = 0; i < CHECK_SCHOOLS * LINE_DIRECTIONS; i++) {
		const struct check_school *school = &page->check->schools[i / LINE_DIRECTIONS];
		const struct check_line *line = &school->meter.lines[i % LINE_DIRECTIONS];
		line_name(page, school, (int)(i % LINE_DIRECTIONS));
		for (size_t j = 0; j < CHECK_RUNGS; j++) {
			const struct check_rung *rung = &line->rungs[j];
			double lost = rung->is_known ? 100 - 100 * (double)rung->received /
								       (double)rung->sent
						     : 0;
			figure(page, rung->is_known, "", lost,
				rung->is_overloaded ? say(page, PHRASE_OVERLOADED) : "%");
		}
		text_add(page->out, "</tr>\n");
	}
	text_add_format(page->out, "</table>\n<p>%s</p>\n", say(page, PHRASE_LADDER_NOTE));
}

static void
delay_write(const struct page *page)
{
	static const enum phrase list[] = {PHRASE_PART, PHRASE_DELAY};
	const struct delay_summary *delay = &page->check->delay;
	double sum_ms = check_delay_ms(page->check);
	text_add_format(page->out, "<h2>%s</h2>\n", say(page, PHRASE_DELAY));
	heads(page, list, sizeof list / sizeof *list);
	for (size_t i = 0; i < CHECK_SCHOOLS; i++) {
		const struct check_school *school = &page->check->schools[i];
		text_add(page->out, "<tr><td>");
		html_text_add(page->out, school->name);
		text_add_format(page->out, "%s</td>", say(page, PHRASE_HALF));
		figure(page, school->meter.idle_rtt_ms > 0, "", school->meter.idle_rtt_ms / 2,
			"ms");
		text_add(page->out, "</tr>\n");
	}
	text_add(page->out, "<tr>");
	cell(page, say(page, PHRASE_RELAY));
	figure(page, delay->count > 0, "", (double)delay->median_ns / NS_IN_MS, "ms");
	text_add(page->out, "</tr>\n<tr>");
	cell(page, say(page, PHRASE_SUM));
	figure(page, sum_ms >= 0, "", sum_ms, "ms");
	text_add(page->out, "</tr>\n<tr>");
	cell(page, say(page, PHRASE_MISSING));
	cell(page, say(page, PHRASE_NOT_SEEN));
	text_add(page->out, "</tr></table>\n");
	if (delay->count > 0)
		text_add_format(page->out, "<p>%s: %.3f – %.3f ms</p>\n",
			say(page, PHRASE_RELAY_RANGE), (double)delay->min_ns / NS_IN_MS,
			(double)delay->max_ns / NS_IN_MS);
}

static void
head_write(const struct page *page, const char *county)
{
	const struct check *check = page->check;
	char date[CIVIL_DATE_BYTES], utc[CIVIL_UTC_BYTES];
	civil_date_format(civil_date_of(check->started_at), date);
	civil_format_utc(check->started_at, utc);
	text_add_format(page->out, "<h1>%s</h1>\n<p>", say(page, PHRASE_TITLE));
	html_text_add(page->out, county);
	text_add_format(page->out, " · %s (%s) · ", date, utc);
	html_text_add(page->out, check->schools[0].name);
	text_add(page->out, " – ");
	html_text_add(page->out, check->schools[1].name);
	text_add(page->out, "</p>\n");
	if (check->is_partner_chosen)
		text_add_format(page->out, "<p>%s</p>\n", say(page, PHRASE_PARTNER));
	if (check->state != CHECK_DONE)
		text_add_format(page->out, "<p><b>%s</b></p>\n",
			say(page, check->state == CHECK_RUNNING ? PHRASE_RUNNING : PHRASE_CUT));
}

void
check_page(const struct check *check, enum language language, const char *county, struct text *out)
{
	const struct page page = {check, language, out};
	const char *const title[2] = {phrases[PHRASE_TITLE][language], check->schools[0].name};
	html_text_begin(out, language, title, style);
	head_write(&page, county);
	schools_write(&page);
	lines_write(&page);
	ladder_write(&page);
	delay_write(&page);
	text_add_format(out, "<p class=\"sign\"><span>%s</span><span>%s</span></p>\n",
		say(&page, PHRASE_SIGN_INSPECTOR), say(&page, PHRASE_SIGN_DATE));
	html_text_end(out);
}
