/* SPDX-License-Identifier: BSD-3-Clause */
// loop.c - runs a worker on its lcore: polls while there is work, naps when there is none.
#include <sys/prctl.h>
#include <time.h>

#include <rte_pause.h>

#include "datapath/internal.h"
#include "datapath/pace.h"
#include "platform/clock.h"

static void
nap(int64_t ns)
{
	struct timespec length = {.tv_nsec = ns};
	nanosleep(&length, NULL);
}

int
worker_run(void *argument)
{
	struct worker *worker = argument;
	struct pace pace;

	pace_init(&pace, worker->settings.poll_above_pps);
	// Without this the kernel makes a nap longer by up to 50 us.
	prctl(PR_SET_TIMERSLACK, NS_IN_US, 0, 0, 0);
	while (!__atomic_load_n(&worker->stop, __ATOMIC_ACQUIRE)) {
		struct mono_time now = clock_mono();
		unsigned count = worker_poll(worker, now);
		pace_turn(&pace, count, now);
		if (count > 0) {
			worker->stats.busy_ns += mono_since_ns(clock_mono(), now);
			continue;
		}
		int64_t wait_ns = pace_wait_ns(&pace, fleet_has_legs(worker->fleet));
		if (wait_ns > 0)
			nap(wait_ns);
		else
			rte_pause();
	}
	worker_publish(worker, clock_mono());
	return 0;
}

void
worker_stop(struct worker *worker)
{
	__atomic_store_n(&worker->stop, true, __ATOMIC_RELEASE);
}
