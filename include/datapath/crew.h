/* SPDX-License-Identifier: BSD-3-Clause */
// crew.h - starts the workers, each on an lcore of its own with a mailbox, and stops them.
#ifndef DATAPATH_CREW_H
#define DATAPATH_CREW_H

#include "datapath/worker.h"

struct crew;

// As many workers as the board of `common` has; `number`, `fleet` and `mailbox` of the settings are
// each worker's own and made here. Returns NULL with a reason that says what to do in
// error[0..error_bytes).
struct crew *crew_start(const struct worker_settings *common, char *error, size_t error_bytes);
void crew_stop(struct crew *crew);

struct mailbox *crew_mailbox(const struct crew *crew, uint32_t worker);

#endif
