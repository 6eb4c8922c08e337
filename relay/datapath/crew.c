/* SPDX-License-Identifier: BSD-3-Clause */
// crew.c - starts the workers, each on an lcore of its own with a mailbox, and stops them.
#include "datapath/crew.h"

#include <stdio.h>
#include <stdlib.h>

#include "datapath/fleet.h"
#include "platform/eal.h"

#define MAILBOX_NAME_BYTES 16

struct member {
	struct mailbox *mailbox;
	struct worker *worker;
	unsigned lcore;
	bool is_running;
};

struct crew {
	struct fleet *fleet;
	uint32_t count;
	struct member members[WORKERS_MAX];
};

static bool
has_lcores(uint32_t workers, unsigned *lcores, char *error, size_t error_bytes)
{
	unsigned count = eal_worker_lcores(lcores, WORKERS_MAX);
	if (count >= workers)
		return true;
	snprintf(error, error_bytes,
		"DPDK has %u lcores besides the main one, and each of the %u workers needs one of "
		"its own: lower media.workers, or name more in media.eal, like "
		"\"--lcores=0@0,1@1\" (two on one CPU: \"--lcores=0@0,1@0\")",
		count, workers);
	return false;
}

static bool
start_member(struct member *member, const struct worker_settings *settings)
{
	char name[MAILBOX_NAME_BYTES];
	struct worker_settings own = *settings;

	snprintf(name, sizeof name, "worker-%u", settings->number);
	own.mailbox = member->mailbox = mailbox_create(name);
	if (!member->mailbox)
		return false;
	member->worker = worker_create(&own);
	if (!member->worker)
		return false;
	member->is_running = eal_launch(member->lcore, worker_run, member->worker) == 0;
	return member->is_running;
}

struct crew *
crew_start(const struct worker_settings *common, char *error, size_t error_bytes)
{
	const struct stats_limits *limits = stats_limits_get(common->stats);
	struct worker_settings settings = *common;
	unsigned lcores[WORKERS_MAX];

	if (!has_lcores(limits->worker_count, lcores, error, error_bytes))
		return NULL;
	struct crew *crew = calloc(1, sizeof *crew);
	if (!crew)
		goto no_memory;
	settings.fleet = crew->fleet = fleet_create(limits);
	if (!crew->fleet)
		goto no_memory;
	for (uint32_t i = 0; i < limits->worker_count; i++) {
		settings.number = (uint8_t)i;
		crew->members[i].lcore = lcores[i];
		crew->count++;
		if (!start_member(&crew->members[i], &settings))
			goto no_memory;
	}
	return crew;

no_memory:
	crew_stop(crew);
	snprintf(error, error_bytes,
		"no memory for %u workers: lower limits.legs, or raise \"-m\" in media.eal",
		limits->worker_count);
	return NULL;
}

void
crew_stop(struct crew *crew)
{
	if (!crew)
		return;
	for (uint32_t i = 0; i < crew->count; i++) {
		if (crew->members[i].is_running)
			worker_stop(crew->members[i].worker);
	}
	for (uint32_t i = 0; i < crew->count; i++) {
		struct member *member = &crew->members[i];
		if (member->is_running)
			eal_wait(member->lcore);
		worker_destroy(member->worker);
		mailbox_destroy(member->mailbox);
	}
	fleet_destroy(crew->fleet);
	free(crew);
}

struct mailbox *
crew_mailbox(const struct crew *crew, uint32_t worker)
{
	return crew->members[worker].mailbox;
}
