/* SPDX-License-Identifier: BSD-3-Clause */
// engine.c - which engine runs: the one asked for, or none.
#include "srtp/engine.h"

#include <string.h>

const struct srtp_engine *
srtp_engine_choose(const char *name)
{
	bool is_auto = strcmp(name, "auto") == 0;
	const struct srtp_engine *engine = NULL;

	if (is_auto || strcmp(name, "ipsec-mb") == 0)
		engine = srtp_engine_ipsec_mb();
	if (!engine && (is_auto || strcmp(name, "libsrtp2") == 0))
		engine = srtp_engine_libsrtp2();
	return engine;
}
