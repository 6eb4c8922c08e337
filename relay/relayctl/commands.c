// SPDX-License-Identifier: BSD-3-Clause
// commands.c - the table of commands, and what several of them need.
#include "relayctl/commands.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
	{"status", "",
		"Shows the relay itself: its workers, its counters, what it dropped and why.", 0, 0,
		read_status},
	{"lessons", "[DATE] | --csv [DATE] [--from DATE] [--until DATE]",
		"Lists the lessons of today, or of a date such as 2026-11-23.\nWith --csv prints "
		"them as a table for a spreadsheet, of seven days unless told.",
		0, 1, read_lessons},
	{"sheet", "[--school SCHOOL] [--week DATE] [--language zh|en]",
		"Prints a week's timetable as a page (HTML), of a school or of the whole county.\n"
		"The week is this one, or the one that DATE lies in.",
		0, 0, export_sheet},
	{"plan", "check [DATE]",
		"Looks for what is wrong in the timetable from today on, or from a date: rooms in "
		"two\n"
		"lessons, minutes that schools do not share, weeks under target, and more. Exit "
		"status 1\n"
		"where there are errors or warnings.",
		1, 2, plan_run},
	{"bells",
		"import --school SCHOOL [--effective DATE] [--slots FILE] [--output FILE] [--yes] "
		"FILE",
		"Takes over a school's bell notice, pasted as text, once it is confirmed.\n"
		"Tells line by line what it understood. Names of periods come from the relay's "
		"slots.csv,\nor from --slots. With --output writes the bells to a file and asks "
		"no relay.",
		2, 2, import_bells},
	{"rules", "export [--csv] | import [--yes] FILE",
		"Prints rules.csv as it is, with --csv as the relay reads it, or puts another one "
		"in its place.\n"
		"First shows what it would change, rule by rule, and asks. The file may be UTF-8 "
		"or GBK.",
		1, 2, import_rules},
	{"holidays", "import [--output FILE] [--yes] FILE",
		"Adds a list of days off and make-up days to the calendar, once it is confirmed.\n"
		"The list is JSON or CSV. With --output writes the days to a file and asks no "
		"relay.",
		2, 2, import_holidays},
	{"table", "[list] | get NAME [FILE] | check NAME FILE | put NAME FILE",
		"Takes a table of the timetable out, tries an edited one, or puts it in force.\n"
		"What is put replaces the version that was got into FILE: who comes second is "
		"told.\nThe tables are schools, endpoints, bells, pairs, rules, calendar and "
		"slots.",
		0, 3, tables_run},
	{"exceptions",
		"[list] | cancel LESSON | move LESSON DATE PERIOD-OR-TIMES | swap LESSON LESSON | "
		"endpoint LESSON SCHOOL ENDPOINT | remove NUMBER",
		"Lists one-day changes of the plan, makes one, or takes one back.\n"
		"LESSON is an id such as chinese-tue/2026-11-24; times are written 10:00-10:40.",
		0, 4, exceptions_run},
	{"ledger",
		"[verify] | day [DATE] | week [DATE] | month [2026-11] | year [2026] | heatmap "
		"[2026] | lesson LESSON | rows [--from DATE] [--until DATE] | add FIELD=VALUE... | "
		"correct NUMBER FIELD=VALUE... | import FILE",
		"Shows how the ledger of lessons is, or what it tells of a day, week, month, year "
		"or lesson.\nA week is held against its target, a month against its duties, a year "
		"against the plan; a\nlesson is told minute by minute. --pair and --school ask for "
		"one, --csv for a spreadsheet.\n"
		"verify looks for rows that somebody has altered, removed or inserted, and names "
		"the first;\nexit status 1 where there are any.\nrows prints the rows themselves, "
		"heatmap a school and a week in each.\nadd enters what was held "
		"elsewhere: "
		"date, form (also visit, working_day), pair, or lead and\nassisted, title, "
		"subject, "
		"class, teacher, assistant, headcount, times, minutes, verdict, reason.\ncorrect "
		"adds "
		"a row that takes another's place, with a reason. import takes a CSV of such rows.",
		0, 32, ledger_run},
	{"report",
		"day [DATE] | week [DATE] | month [2026-11] | year [2026] | lesson LESSON "
		"| connection [SCHOOL [SCHOOL]] [--language zh|en] [--output FILE]",
		"Prints a report of the ledger as a page for paper (HTML).\nA lesson's has its "
		"quality minute by minute, on one page of A4.\nconnection checks the lines of two "
		"schools outside lessons, within half a minute: reachability,\nloss, jitter, round "
		"trip, usable bit rate and delay, as a table, --json, or a page with --output; "
		"without\nschools it lists the checks of late.",
		1, 3, report_run},
	{"backup", "FILE",
		"Copies the ledger to a file in backup/ of the relay's state directory, and "
		"verifies it.\nLessons and the ledger go on meanwhile.",
		1, 1, backup_run},
	{"restore", "FILE",
		"Puts a backup in the place of the ledger, once it is verified. The present one is "
		"kept\nbeside it; what was written after the backup is in that only.",
		1, 1, restore_run},
	{"audit", "[COUNT]", "Lists who changed what, the newest first; 50 rows unless told.", 0, 1,
		audit_run},
	{"sessions", "[SESSION]", "Lists the open sessions, or shows one with its endpoints.", 0, 1,
		read_sessions},
	{"flows", "[SESSION]",
		"Lists every stream on its way in (measured by the relay) and out (as its "
		"receiver\n"
		"reports), of all sessions or of one.",
		0, 1, read_flows},
	{"endpoints", "", "Lists the classrooms' devices and whether they are connected.", 0, 0,
		read_endpoints},
	{"live", "[SESSION]",
		"Shows both lines of each school in the lessons that are on, the worst first, or a "
		"session's\nlast five minutes, second by second.",
		0, 1, live_run},
	{"top", "",
		"Shows the lessons that are on, the worst first, on the whole screen, again each "
		"second:\nboth lines of each school, sorted and filtered by keys that it names; "
		"Enter shows a\nlesson's flows, q leaves. Where its output is no terminal it is "
		"printed once, as by live;\nwith --json a line each second.",
		0, 0, top_run},
	{"events", "",
		"Follows what happens: lessons and what is wrong with them, who comes and goes, "
		"alarms.\nWith --json prints each event as a line.",
		0, 0, events_run},
	{"throughput", "[hour|day|week|month|year] [--school SCHOOL] [--csv]",
		"Shows what went through the relay, or of one school: the last minute by the "
		"second, or a\nday by minutes, a week, a month, a year. With --csv, and with "
		"--json, hour is the whole hour.",
		0, 1, throughput_run},
	{"capture", "SESSION ENDPOINT KIND [--seconds N] --file FILE.pcapng",
		"Writes the headers of one flow's packets for N seconds (10; at most 60) to a file "
		"for\nWireshark: Ethernet, IP, UDP and RTP. Neither what is said nor keys. KIND is "
		"audio, teacher,\nstudents or slides; relayctl flows tells them.",
		3, 3, capture_run},
	{"open", "[--minutes N] [--title TEXT] ENDPOINT ENDPOINT...",
		"Opens a session between endpoints at once, for 10 minutes unless told. The first "
		"leads.",
		2, 64, act_open},
	{"extend", "SESSION MINUTES", "Moves a session's closing bell.", 2, 2, act_extend},
	{"cut", "SESSION [MINUTES]",
		"Has a session's closing bell ring so much earlier, or now; its grace follows.", 1,
		2, act_cut},
	{"add", "[--listen] SESSION ENDPOINT",
		"Adds an endpoint to a session that runs. The others go on undisturbed.", 2, 2,
		act_add},
	{"remove", "SESSION ENDPOINT",
		"Takes an endpoint out of a session. The others go on undisturbed.", 2, 2,
		act_remove},
	{"replace", "SESSION ENDPOINT ENDPOINT",
		"Puts another endpoint in the place of one that takes part, in the same role.", 3,
		3, act_replace},
	{"end", "SESSION", "Ends a session now.", 1, 1, act_end},
	{"call", "SCHOOL",
		"Calls a school that yours is paired with, to prepare a lesson: for a school's "
		"token alone.",
		1, 1, act_call},
	{"reload", "", "Has the relay read its timetable again. A broken one leaves the old one.",
		0, 0, act_reload},
	{"token",
		"[--role ROLE | --endpoint ENDPOINT | --school SCHOOL] NAME | --feed [SCHOOL] NAME",
		"Makes a token for an operator, an endpoint or a school, and prints it this once.\n"
		"ROLE: observer (reads), operator (changes lessons and timetable), administrator "
		"(tokens too).\n"
		"With --feed prints the address of a calendar feed, the county's or a school's, "
		"that carries\na token of its own; the county's opens every school's too.",
		1, 2, act_token},
	{"tokens", "", "Lists the tokens by name, without their secrets.", 0, 0, read_tokens},
	{"revoke", "NAME", "Takes a token's rights away.", 1, 1, act_revoke},
	{"me", "", "Tells as whom the relay takes you: name, role, school.", 0, 0, me_run},
	{"health", "", "Tells whether the relay is ready and its workers run; else exit status 1.",
		0, 0, health_run},
	{"metrics", "", "Prints the relay's figures as Prometheus reads them.", 0, 0, metrics_run},
	{"routes", "",
		"Prints the routes that the relay answers to; with --json as an OpenAPI document.",
		0, 0, routes_run},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

void
commands_list(void)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const char *help = commands[i].help;
		printf("  %-10s %.*s\n", commands[i].name, (int)strcspn(help, "\n"), help);
	}
}

int
path_with(char path[PATH_BYTES_MAX], const char *prefix, const char *segment, const char *suffix)
{
	int written = snprintf(path, PATH_BYTES_MAX, "%s", prefix);
	size_t used = (size_t)written;
	for (const char *c = segment; *c; c++) {
		if (used + 4 >= PATH_BYTES_MAX)
			return -ENAMETOOLONG;
		// RFC 3986, section 2.3: what needs no encoding.
		bool plain = isalnum((unsigned char)*c) || strchr("-._~", *c);
		used += (size_t)sprintf(path + used, plain ? "%c" : "%%%02X", (unsigned char)*c);
	}
	if (used + strlen(suffix) >= PATH_BYTES_MAX)
		return -ENAMETOOLONG;
	strcpy(path + used, suffix);
	return 0;
}

int
path_add_query(char path[PATH_BYTES_MAX], const char *name, const char *value)
{
	char before[PATH_BYTES_MAX];
	if (!value)
		return 0;
	snprintf(before, sizeof before, "%.900s%c%s=", path, strchr(path, '?') ? '&' : '?', name);
	return path_with(path, before, value, "");
}

void
print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
}
