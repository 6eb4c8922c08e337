/* SPDX-License-Identifier: BSD-3-Clause */
// pipeline.c - the stages in packet order.
#include "datapath/stages.h"

const struct stage pipeline[] = {
	{"classify", classify},
	{"handover", handover},
	{"arp", arp},
	{"nd", nd},
	{"icmp", icmp},
	{"latch", latch},
	{"resolve", resolve},
	{"authenticate", authenticate},
	{"account", account},
	{"fanout", fanout},
	{"release", release},
	{NULL, NULL},
};
