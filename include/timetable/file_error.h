/* SPDX-License-Identifier: BSD-3-Clause */
// file_error.h - what is wrong in a file that a person wrote: where, and why.
#ifndef TIMETABLE_FILE_ERROR_H
#define TIMETABLE_FILE_ERROR_H

#define FILE_ERROR_FILE_BYTES 512
#define FILE_ERROR_REASON_BYTES 256

// Printed as "file:line: reason"; line 0 means the file as a whole.
struct file_error {
	char file[FILE_ERROR_FILE_BYTES];
	unsigned line;
	char reason[FILE_ERROR_REASON_BYTES];
};

// Fills *error; what does not fit is cut. Returns -EINVAL, so that a checker can end with it.
int file_error_set(struct file_error *error, const char *file, unsigned line, const char *format,
	...) __attribute__((format(printf, 4, 5)));

#endif
