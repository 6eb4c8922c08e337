/* SPDX-License-Identifier: BSD-3-Clause */
// imports.h - inside relayctl's imports: a person's file, a table of the relay's, and the yes.
#ifndef RELAYCTL_IMPORTS_H
#define RELAYCTL_IMPORTS_H

#include <stdbool.h>
#include <stdio.h>

#include "relayctl/commands.h"
#include "timetable/text_encoding.h"

// A text file, in UTF-8 whatever it was saved in.
struct import_file {
	struct timetable_bytes text; // what its `file` and `bytes` point to is its own
	enum text_encoding encoding;
};

// Returns 0, or a negative errno after it has said on standard error what is wrong. Ends with
// import_file_fini() only where it is 0.
int import_file_read(const char *path, struct import_file *out);
void import_file_fini(struct import_file *file);

// A table of the relay's timetable and which version it is.
#define IMPORT_ETAG_BYTES 80
struct import_table {
	const char *name;             // "bells"
	struct timetable_bytes bytes; // count 0 where the relay has no such table
	char etag[IMPORT_ETAG_BYTES]; // quoted; "" where there is none
};

// Asks the relay. Same returns; a table that timetable.conf does not name is no error where
// `is_optional`.
int import_table_get(
	struct client *client, const char *name, bool is_optional, struct import_table *out);
void import_table_fini(struct import_table *table);

// Has the relay try the new bytes, asks for a yes, and has them put in the table's place. Returns
// the program's exit status after it has said what came of it.
int import_table_put(struct client *client, const struct arguments *arguments,
	const struct import_table *table, const char *bytes, size_t count);

// Where people read what was understood: not between the JSON.
FILE *import_talk(const struct arguments *arguments);

// Writes to `path`, anew. Returns the exit status.
int import_write(const char *path, const char *bytes, size_t count);

// Says "file:line: reason". Returns EXIT_FAILURE.
int import_refuse(const struct file_error *error);

// Whether the subcommand is `word`; else says so.
bool import_is_word(const struct arguments *arguments, const char *command, const char *word);

#endif
