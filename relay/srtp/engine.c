/* SPDX-License-Identifier: BSD-3-Clause */
// engine.c - which engine runs: the one asked for, or none.
#include "srtp/engine.h"

#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#define BRAND_LEAF 0x80000002 // CPUID: the processor's name, in three leaves of 16 bytes
#define BRAND_LEAVES 3

static void
read_processor(char name[BRAND_LEAVES * 16 + 1])
{
	unsigned words[BRAND_LEAVES][4] = {{0}};

	for (unsigned i = 0; i < BRAND_LEAVES; i++)
		__get_cpuid(BRAND_LEAF + i, &words[i][0], &words[i][1], &words[i][2], &words[i][3]);
	memcpy(name, words, sizeof words);
	name[sizeof words] = 0;
}

// The name of a profile that the engine makes no context for, or NULL.
static const char *
find_lacking(const struct srtp_engine *engine)
{
	struct srtp_keys keys = {.profile = srtp_profile_at(0)};

	for (size_t i = 0; keys.profile != 0; keys.profile = srtp_profile_at(++i)) {
		struct srtp_context *context = engine->context_create(&keys, 0, SRTP_INBOUND, 0);
		if (!context)
			return srtp_profile_name(keys.profile);
		engine->context_destroy(context);
	}
	return NULL;
}

const struct srtp_engine *
srtp_engine_choose(const char *name, char *error, size_t error_bytes)
{
	bool is_auto = strcmp(name, "auto") == 0;
	bool is_ipsec_mb = strcmp(name, "ipsec-mb") == 0;
	const struct srtp_engine *engine = NULL;

	if (is_auto || is_ipsec_mb)
		engine = srtp_engine_ipsec_mb();
	if (!engine && is_ipsec_mb) {
		char processor[BRAND_LEAVES * 16 + 1];
		read_processor(processor);
		snprintf(error, error_bytes,
			"engine \"ipsec-mb\" needs a processor with AVX2, which this one, %s, has "
			"not",
			processor);
		return NULL;
	}
	if (!engine && (is_auto || strcmp(name, "libsrtp2") == 0))
		engine = srtp_engine_libsrtp2();
	if (!engine) {
		snprintf(error, error_bytes, "engine \"%s\" does not start", name);
		return NULL;
	}
	const char *lacking = find_lacking(engine);
	if (lacking) {
		snprintf(error, error_bytes, "engine \"%s\" lacks the profile %s", engine->name,
			lacking);
		return NULL;
	}
	return engine;
}
