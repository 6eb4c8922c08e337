// SPDX-License-Identifier: BSD-3-Clause
// report_html.c - a report as a page to print: each table with its title, lights also as shapes.
#include "ledger/report_internal.h"
#include "timetable/html_text.h"

static const char style[] =
	"@page{size:A4 landscape;margin:10mm}"
	"*{box-sizing:border-box;-webkit-print-color-adjust:exact;print-color-adjust:exact}"
	"body{margin:0;padding-right:.4mm;color:#000;background:#fff;font:9pt/1.25 " HTML_TEXT_FONTS
	"}"
	"h1{font-size:15pt;margin:0}h2{font-size:11pt;margin:4mm 0 1mm}p{margin:1mm 0 2mm}"
	"table{width:100%;border-collapse:collapse}"
	"thead{display:table-header-group}tr{break-inside:avoid}"
	"th,td{border:.5pt solid #444;padding:.6mm 1mm;vertical-align:top;text-align:left;"
	"overflow-wrap:break-word}"
	"th{font-weight:600;border-bottom-width:1.5pt}td.n{text-align:right;white-space:nowrap}"
	".green{background:#d8f0d8}.amber{background:#ffe9b0}.red{background:#ffd0d0;font-weight:"
	"700}"
	"@media screen{body{width:277mm;margin:8mm auto}}";

static void
titles_write(const struct report_table *table, enum language language, struct text *out)
{
	text_add(out, "<table><thead><tr>");
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].from > REPORT_HTML)
			continue;
		text_add(out, "<th>");
		html_text_add(out, table->columns[i].word.texts[language]);
		text_add(out, "</th>");
	}
	text_add(out, "</tr></thead><tbody>\n");
}

static void
cell_write(const struct report *report, const struct report_cell *cell, struct text *out)
{
	static const char *const marks[] = {"", "green", "amber", "red"};
	bool is_figure = cell->kind == REPORT_CELL_COUNT || cell->kind == REPORT_CELL_TENTHS ||
			 cell->kind == REPORT_CELL_SHARE;
	struct text field = {0};
	report_cell_write(report, cell, report->question->language, &field);
	if (cell->mark != REPORT_PLAIN || is_figure)
		text_add_format(out, "<td class=\"%s%s%s\">", is_figure ? "n" : "",
			is_figure && cell->mark != REPORT_PLAIN ? " " : "", marks[cell->mark]);
	else
		text_add(out, "<td>");
	if (field.count > 0)
		html_text_add(out, field.bytes);
	text_add(out, "</td>");
	if (field.result)
		out->result = field.result;
	text_fini(&field);
}

static void
table_write(const struct report *report, const struct report_table *table, struct text *out)
{
	enum language language = report->question->language;
	text_add(out, "<h2>");
	html_text_add(out, table->word->texts[language]);
	text_add(out, "</h2>\n");
	if (table->count == 0) {
		text_add_format(out, "<p>%s</p>\n",
			language == LANGUAGE_CHINESE ? "没有记录" : "nothing recorded");
		return;
	}
	titles_write(table, language, out);
	for (size_t row = 0; row < report_row_count(table); row++) {
		text_add(out, "<tr>");
		for (size_t i = 0; i < table->column_count; i++)
			if (table->columns[i].from == REPORT_HTML)
				cell_write(
					report, &table->cells[row * table->column_count + i], out);
		text_add(out, "</tr>\n");
	}
	text_add(out, "</tbody></table>\n");
}

void
report_html_write(const struct report *report, struct text *out)
{
	const struct report_question *question = report->question;
	const char *title = report_kind_word(question->kind)->texts[question->language];
	html_text_begin(out, question->language,
		(const char *const[]){question->timetable->policies.county, title}, style);
	text_add(out, "<h1>");
	html_text_add(out, question->timetable->policies.county);
	text_add_format(out, " · %s</h1>\n<p>", title);
	report_dates_write(question, out);
	text_add(out, "</p>\n");
	for (size_t i = 0; i < report->table_count; i++)
		table_write(report, &report->tables[i], out);
	html_text_end(out);
}
