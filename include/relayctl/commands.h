/* SPDX-License-Identifier: BSD-3-Clause */
// commands.h - every command of relayctl: its name, its arguments, its help, and what carries it
// out.
#ifndef RELAYCTL_COMMANDS_H
#define RELAYCTL_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "relayctl/client.h"
#include "relayctl/view.h"

#define EXIT_USAGE 2

struct arguments {
	bool json;
	const char *role;
	const char *endpoint;  // --endpoint
	const char *minutes;   // --minutes
	const char *title;     // --title
	bool listen;           // --listen
	bool csv;              // --csv
	bool feed;             // --feed
	const char *from;      // --from
	const char *until;     // --until
	const char *school;    // --school
	const char *pair;      // --pair
	const char *week;      // --week
	const char *language;  // --language
	const char *effective; // --effective
	const char *slots;     // --slots
	const char *output;    // --output
	bool yes;              // --yes
	const char *seconds;   // --seconds
	const char *file;      // --file
	char **words;          // what follows the command's name
	int count;
};

// Returns the program's exit status: 0, 1 (the relay refused or did not answer), EXIT_USAGE.
typedef int (*command_fn)(struct client *client, const struct arguments *arguments);

struct command {
	const char *name;
	const char *synopsis; // of its arguments
	const char *help;     // sentences
	int words_min;
	int words_max;
	command_fn run;
};

// NULL where there is no command of that name.
const struct command *command_find(const char *name);
void commands_list(void); // on standard output, a line each

// Reading, in reads.c
int read_status(struct client *client, const struct arguments *arguments);
int read_lessons(struct client *client, const struct arguments *arguments);
int read_sessions(struct client *client, const struct arguments *arguments);
int read_flows(struct client *client, const struct arguments *arguments);
int read_endpoints(struct client *client, const struct arguments *arguments);
int read_tokens(struct client *client, const struct arguments *arguments);

// Acting, in actions.c
int act_open(struct client *client, const struct arguments *arguments);
int act_extend(struct client *client, const struct arguments *arguments);
int act_cut(struct client *client, const struct arguments *arguments);
int act_end(struct client *client, const struct arguments *arguments);
int act_reload(struct client *client, const struct arguments *arguments);
int act_token(struct client *client, const struct arguments *arguments);
int act_revoke(struct client *client, const struct arguments *arguments);
int act_call(struct client *client, const struct arguments *arguments);

// In regroup.c
int act_add(struct client *client, const struct arguments *arguments);
int act_remove(struct client *client, const struct arguments *arguments);
int act_replace(struct client *client, const struct arguments *arguments);

// In plan.c; 1 also where the relay finds errors or warnings
int plan_run(struct client *client, const struct arguments *arguments);

// In imports.c: a person's file becomes a table of the timetable, once it is confirmed.
int import_bells(struct client *client, const struct arguments *arguments);
int import_rules(struct client *client, const struct arguments *arguments); // also its export
int import_holidays(struct client *client, const struct arguments *arguments);

// In exports.c: what is printed as the relay wrote it, as the text at `path` is.
int export_text(struct client *client, const char *path);
int export_lessons(struct client *client, const struct arguments *arguments); // lessons --csv
int export_sheet(struct client *client, const struct arguments *arguments);
int export_feed(struct client *client, const struct arguments *arguments); // token --feed

// In tables.c and exceptions.c
int tables_run(struct client *client, const struct arguments *arguments);
int exceptions_run(struct client *client, const struct arguments *arguments);
int audit_run(struct client *client, const struct arguments *arguments);

// In ledger.c; 1 also where somebody has altered the ledger
int ledger_run(struct client *client, const struct arguments *arguments);
int backup_run(struct client *client, const struct arguments *arguments);
int restore_run(struct client *client, const struct arguments *arguments);

// In reports.c: the ledger's reports and entries, and its pages to print.
int reports_run(struct client *client, const struct arguments *arguments);
int report_run(struct client *client, const struct arguments *arguments);

// In connection.c: runs a connection check; 1 also where it ended early.
int report_connection(struct client *client, const struct arguments *arguments);

// In live.c
int live_run(struct client *client, const struct arguments *arguments);
int events_run(struct client *client, const struct arguments *arguments);

// In figures.c
int throughput_run(struct client *client, const struct arguments *arguments);
int health_run(struct client *client, const struct arguments *arguments);
int metrics_run(struct client *client, const struct arguments *arguments);
int routes_run(struct client *client, const struct arguments *arguments);
int me_run(struct client *client, const struct arguments *arguments);

// In capture.c
int capture_run(struct client *client, const struct arguments *arguments);

// In top.c
int top_run(struct client *client, const struct arguments *arguments);

// A path with one more segment, percent-encoded: an id may hold a '/'. Returns 0 or -ENAMETOOLONG.
#define PATH_BYTES_MAX 1024
int path_with(
	char path[PATH_BYTES_MAX], const char *prefix, const char *segment, const char *suffix);

// Adds "?name=value" or "&name=value"; NULL adds nothing. Returns 0 or -ENAMETOOLONG.
int path_add_query(char path[PATH_BYTES_MAX], const char *name, const char *value);

// Prints JSON, indented, with a newline.
void print_json(const json_t *json);

// Tables that more than one command shows.
extern const struct view_column flow_columns[];
extern const size_t flow_column_count;
extern const struct view_column leg_columns[];
extern const size_t leg_column_count;

#endif
