/* SPDX-License-Identifier: BSD-3-Clause */
// test_engine_libsrtp2.c - the engine on libsrtp2 does what every engine must.
#define TESTED_ENGINE srtp_engine_libsrtp2
#include "../support/srtp_engine_tests.h"

int
main(void)
{
	Suite *suite = suite_create("engine_libsrtp2");
	add_engine_tests(suite);
	return run_suite(suite);
}
