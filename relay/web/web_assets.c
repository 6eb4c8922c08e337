/* SPDX-License-Identifier: BSD-3-Clause */
// web_assets.c - the page's files, as they lie in relay/web/, are taken in by the assembler.
#include <string.h>

#include "web/web.h"

#define SCRIPT "text/javascript; charset=utf-8"
#define DEBIAN "/usr/share/javascript/dygraphs/"
#define STYLE "text/css; charset=utf-8"

// Symbol, name in the address, content type, file.
#define ASSETS(X)                                                                                  \
	X(page, "", "text/html; charset=utf-8", "relay/web/index.html")                            \
	X(icon, "icon.svg", "image/svg+xml", "relay/web/icon.svg")                                 \
	X(ledger_style, "ledger.css", STYLE, "relay/web/ledger.css")                               \
	X(next_style, "next.css", STYLE, "relay/web/next.css")                                     \
	X(now_style, "now.css", STYLE, "relay/web/now.css")                                        \
	X(parts_style, "parts.css", STYLE, "relay/web/parts.css")                                  \
	X(school_style, "school.css", STYLE, "relay/web/school.css")                               \
	X(style_style, "style.css", STYLE, "relay/web/style.css")                                  \
	X(throughput_style, "throughput.css", STYLE, "relay/web/throughput.css")                   \
	X(timetable_style, "timetable.css", STYLE, "relay/web/timetable.css")                      \
	X(dygraph_style, "dygraph.css", STYLE, DEBIAN "dygraph.min.css")                           \
	X(dygraph, "dygraph.js", SCRIPT, DEBIAN "dygraph.min.js")                                  \
	X(actions, "actions.js", SCRIPT, "relay/web/actions.js")                                   \
	X(api, "api.js", SCRIPT, "relay/web/api.js")                                               \
	X(app, "app.js", SCRIPT, "relay/web/app.js")                                               \
	X(changes, "changes.js", SCRIPT, "relay/web/changes.js")                                   \
	X(chart, "chart.js", SCRIPT, "relay/web/chart.js")                                         \
	X(dialog, "dialog.js", SCRIPT, "relay/web/dialog.js")                                      \
	X(dictionary, "dictionary.js", SCRIPT, "relay/web/dictionary.js")                          \
	X(dictionary_throughput, "dictionary_throughput.js", SCRIPT,                               \
		"relay/web/dictionary_throughput.js")                                              \
	X(dom, "dom.js", SCRIPT, "relay/web/dom.js")                                               \
	X(endpoints, "endpoints.js", SCRIPT, "relay/web/endpoints.js")                             \
	X(format, "format.js", SCRIPT, "relay/web/format.js")                                      \
	X(judge, "judge.js", SCRIPT, "relay/web/judge.js")                                         \
	X(ledger, "ledger.js", SCRIPT, "relay/web/ledger.js")                                      \
	X(lights, "lights.js", SCRIPT, "relay/web/lights.js")                                      \
	X(live, "live.js", SCRIPT, "relay/web/live.js")                                            \
	X(now, "now.js", SCRIPT, "relay/web/now.js")                                               \
	X(school, "school.js", SCRIPT, "relay/web/school.js")                                      \
	X(signin, "signin.js", SCRIPT, "relay/web/signin.js")                                      \
	X(throughput, "throughput.js", SCRIPT, "relay/web/throughput.js")                          \
	X(throughput_tables, "throughput_tables.js", SCRIPT, "relay/web/throughput_tables.js")     \
	X(timetable, "timetable.js", SCRIPT, "relay/web/timetable.js")                             \
	X(words, "words.js", SCRIPT, "relay/web/words.js")

// The Makefile makes this file depend on all of them: .incbin tells the compiler nothing.
#define TAKE_IN(symbol, name, type, file)                                                          \
	__asm__(".pushsection .rodata, \"a\", @progbits\n"                                         \
		"web_" #symbol "_begin: .incbin \"" file "\"\n"                                    \
		"web_" #symbol "_end:\n"                                                           \
		".popsection\n");                                                                  \
	extern const unsigned char web_##symbol##_begin[] __attribute__((visibility("hidden")));   \
	extern const unsigned char web_##symbol##_end[] __attribute__((visibility("hidden")));
ASSETS(TAKE_IN)

#define ROW(symbol, name, type, file) {name, type, web_##symbol##_begin, web_##symbol##_end},
static const struct web_asset assets[] = {ASSETS(ROW)};

const struct web_asset *
web_asset_find(const char *name)
{
	for (size_t i = 0; i < sizeof assets / sizeof *assets; i++) {
		if (strcmp(assets[i].name, name) == 0)
			return &assets[i];
	}
	return NULL;
}
