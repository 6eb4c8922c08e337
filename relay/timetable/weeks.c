/* SPDX-License-Identifier: BSD-3-Clause */
// weeks.c - reads the weeks of a rule, "1-15单", and tells whether a week is one of them.
#include "timetable/weeks.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "timetable/readers.h"

enum parity { ANY, ODD, EVEN };

static void
blanks_skip(const char **text)
{
	*text += strspn(*text, " ");
}

static bool
number_take(const char **text, unsigned *out)
{
	size_t digits = strspn(*text, "0123456789");

	if (digits == 0 || digits > 2)
		return false;
	*out = 0;
	while (digits-- > 0)
		*out = *out * 10 + (unsigned)(*(*text)++ - '0');
	return *out >= 1 && *out <= WEEKS_MAX;
}

static enum parity
parity_take(const char **text)
{
	enum parity parity = ANY;

	blanks_skip(text);
	if (word_take_any(text, (const char *const[]){"odd", "单", NULL}))
		parity = ODD;
	else if (word_take_any(text, (const char *const[]){"even", "双", NULL}))
		parity = EVEN;
	word_take(text, "周");
	return parity;
}

// "7", "1-16", "1-15单". The number's own "周" may stand before the parity: "1-15周单".
static int
range_take(const char **text, struct week_set *out)
{
	static const char *const dashes[] = {"-", "–", "—", "～", "~", "－", "至", NULL};
	unsigned first, last;
	enum parity parity;
	uint64_t numbered = 0;

	if (!number_take(text, &first))
		return -EINVAL;
	last = first;
	blanks_skip(text);
	if (word_take_any(text, dashes)) {
		blanks_skip(text);
		if (!number_take(text, &last) || last < first)
			return -EINVAL;
	}
	word_take(text, "周");
	parity = parity_take(text);
	for (unsigned week = first; week <= last; week++) {
		if (parity == ANY || (week % 2 == 1) == (parity == ODD))
			numbered |= UINT64_C(1) << week;
	}
	out->numbered |= numbered;
	return numbered == 0 ? -EINVAL : 0;
}

static int
item_take(const char **text, struct week_set *out)
{
	if (**text >= '0' && **text <= '9')
		return range_take(text, out);
	if (word_take(text, "all")) {
		out->is_every = true;
		return 0;
	}
	switch (parity_take(text)) {
	case ODD:
		out->has_odd = true;
		return 0;
	case EVEN:
		out->has_even = true;
		return 0;
	default:
		return -EINVAL;
	}
}

int
weeks_parse(const char *text, struct week_set *out)
{
	static const char *const commas[] = {",", ";", "，", "；", "、", NULL};

	*out = (struct week_set){false, false, false, 0};
	blanks_skip(&text);
	if (*text == '\0') {
		out->is_every = true;
		return 0;
	}
	for (;;) {
		if (item_take(&text, out) != 0)
			return -EINVAL;
		blanks_skip(&text);
		if (*text == '\0')
			return 0;
		if (!word_take_any(&text, commas))
			return -EINVAL;
		blanks_skip(&text);
	}
}

bool
weeks_include(const struct week_set *weeks, unsigned week)
{
	if (weeks->is_every)
		return true;
	if (week == 0)
		return false;
	if (week % 2 == 1 ? weeks->has_odd : weeks->has_even)
		return true;
	return week <= WEEKS_MAX && (weeks->numbered >> week & 1) != 0;
}
