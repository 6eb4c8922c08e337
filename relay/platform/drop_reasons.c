/* SPDX-License-Identifier: BSD-3-Clause */
// drop_reasons.c - names and help texts of the drop reasons.
#include "platform/drop_reasons.h"

static const struct {
	const char *name;
	const char *help;
} reasons[DROP_REASON_COUNT] = {[DROP_NONE] = {"none", "not dropped"},
#define X(identifier, name, help) [DROP_##identifier] = {name, help},
	DROP_REASONS(X)
#undef X
};

const char *
drop_reason_name(enum drop_reason reason)
{
	return (unsigned)reason < DROP_REASON_COUNT ? reasons[reason].name : "unknown";
}

const char *
drop_reason_help(enum drop_reason reason)
{
	return (unsigned)reason < DROP_REASON_COUNT ? reasons[reason].help : "unknown";
}
