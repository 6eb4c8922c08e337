/* SPDX-License-Identifier: BSD-3-Clause */
// log.h - lines for the technician, on standard error, as journald takes them: under systemd each
// has its priority. At most LOG_LINES_PER_S are told in a second, then how many were left out.
#ifndef PLATFORM_LOG_H
#define PLATFORM_LOG_H

#define LOG_LINES_PER_S 200

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

enum log_format {
	LOG_FORMAT_TEXT,      // relay: info: message
	LOG_FORMAT_KEY_VALUE, // time=... level=info program=relay message="..."
	LOG_FORMAT_JSON,      // the same four as one object
};

// `program` stands before each line. Lines above `level` are left out.
void log_start(const char *program, enum log_level level);

// Text where it is not set.
void log_format_set(enum log_format format);

// One line, without its newline; control characters in it are shown as '?'. Never a key or a token.
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
