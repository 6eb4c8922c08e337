/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_view.h - how the ledger of lessons is, as JSON: its state, its alarms, what was found in
// it.
#ifndef CONTROL_LEDGER_VIEW_H
#define CONTROL_LEDGER_VIEW_H

#include <jansson.h>

#include "ledger/ledger.h"
#include "ledger/ledger_verify.h"

#define LEDGER_STALLED_MS 5000 // a disk that takes longer is told of

// LEDGER of relay/control/README.md. New reference, or NULL where memory is lacking.
json_t *ledger_view(const struct ledger_status *status);

// Appends the ledger's alarms to a list.
void ledger_alarms(json_t *list, const struct ledger_status *status);

// {"entries": FINDING, "minutes": FINDING}. As above.
json_t *ledger_verified_view(const struct ledger_verified *verified);

#endif
