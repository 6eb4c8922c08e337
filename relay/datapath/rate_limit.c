/* SPDX-License-Identifier: BSD-3-Clause */
// rate_limit.c - so many events in each second, and no more.
#include "datapath/internal.h"

bool
rate_limit_allows(struct rate_limit *limit, uint32_t events_per_s, struct mono_time now)
{
	int64_t second = now.ns / NS_IN_S;
	if (second != limit->second) {
		limit->second = second;
		limit->count = 0;
	}
	if (limit->count >= events_per_s)
		return false;
	limit->count++;
	return true;
}
