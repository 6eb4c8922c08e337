/* SPDX-License-Identifier: BSD-3-Clause */
// weeks.h - which weeks of a term a rule is held in, as a school writes it.
#ifndef TIMETABLE_WEEKS_H
#define TIMETABLE_WEEKS_H

#include <stdbool.h>
#include <stdint.h>

#define WEEKS_MAX 63 // the last week that can be named by its number

struct week_set {
	bool is_every; // no term is needed
	bool has_odd;
	bool has_even;
	uint64_t numbered; // bit n = week n
};

// "" or "all"; "odd" or "单", "even" or "双", each also with "周"; "7"; "1-16"; "1-15单", "2-16双"
// ("1-15odd", "2-16even"); and lists of them with ',', ';' or their full-width forms. 0 or -EINVAL:
// also a range that goes backwards or holds no such week, a week 0 or one beyond WEEKS_MAX.
int weeks_parse(const char *text, struct week_set *out);

// Whether `week` (from 1; 0 = the day lies in no term) is one of them.
bool weeks_include(const struct week_set *weeks, unsigned week);

#endif
