/* SPDX-License-Identifier: BSD-3-Clause */
// loop.c - runs a worker on its lcore: polls while there is work, naps when there is none.
#include <time.h>

#include <rte_pause.h>

#include "datapath/internal.h"
#include "platform/clock.h"

// The ladder of an idle worker: first pauses, then naps. Short ones while a session is open, so
// that they add little to a packet's delay; a millisecond while none is.
#define PAUSES_BEFORE_NAP 200
#define NAP_IN_SESSION_NS (100 * NS_IN_US)
#define NAP_WITHOUT_SESSION_NS NS_IN_MS

static void
nap(int64_t ns)
{
	struct timespec length = {.tv_nsec = ns};
	nanosleep(&length, NULL);
}

static void
idle(const struct worker *worker, unsigned empty_turns)
{
	if (empty_turns < PAUSES_BEFORE_NAP)
		rte_pause();
	else
		nap(worker->leg_count ? NAP_IN_SESSION_NS : NAP_WITHOUT_SESSION_NS);
}

int
worker_run(void *argument)
{
	struct worker *worker = argument;
	unsigned empty_turns = 0;

	while (!__atomic_load_n(&worker->stop, __ATOMIC_ACQUIRE)) {
		struct mono_time now = clock_mono();
		if (worker_poll(worker, now) > 0) {
			empty_turns = 0;
			worker->stats.busy_ns += mono_since_ns(clock_mono(), now);
		} else {
			empty_turns++;
			idle(worker, empty_turns);
		}
	}
	worker_publish(worker, clock_mono());
	return 0;
}

void
worker_stop(struct worker *worker)
{
	__atomic_store_n(&worker->stop, true, __ATOMIC_RELEASE);
}
