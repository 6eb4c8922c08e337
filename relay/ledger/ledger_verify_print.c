/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_verify_print.c - what `relay --verify-ledger` says on its terminal.
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_verify.h"

bool
ledger_verify_print(const char *path)
{
	struct ledger_verified verified;
	char head[PATH_MAX], why[LEDGER_WHY_BYTES];
	const char *slash = strrchr(path, '/');
	int directory = slash ? (int)(slash + 1 - path) : 0;
	// A backup's end is not the one that ledger.head beside the database tells of.
	bool is_live = strcmp(path + directory, LEDGER_FILE) == 0;
	snprintf(head, sizeof head, "%.*s" LEDGER_HEAD_FILE, directory, path);
	if (ledger_verify_file(path, is_live ? head : NULL, &verified, why, sizeof why) != 0) {
		fprintf(stderr, "relay: %s: %s\n", path, why);
		return false;
	}
	for (enum ledger_chain_name i = 0; i < LEDGER_CHAIN_COUNT; i++) {
		const struct ledger_finding *finding = &verified.chains[i];
		if (finding->is_whole)
			printf("%s: %llu rows, all as they were written\n", ledger_chain_table(i),
				(unsigned long long)finding->rows);
		else
			printf("%s, row %lld: %s\n", ledger_chain_table(i),
				(long long)finding->number, finding->what);
	}
	return ledger_verified_is_whole(&verified);
}
