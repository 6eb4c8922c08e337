/* SPDX-License-Identifier: BSD-3-Clause */
// srtp_engine_tests.h - what every engine must do, by the RFCs' vectors and an oracle made from the
// RFCs.
#ifndef SUPPORT_SRTP_ENGINE_TESTS_H
#define SUPPORT_SRTP_ENGINE_TESTS_H

#include "srtp_fixture.h"
#include "srtp_index_tests.h"

START_TEST(oracle_derives_the_keys_of_rfc_3711_b3)
{
	struct srtp_keys master = {.profile = SRTP_AES_CM_128_HMAC_SHA1_80};
	uint8_t out[94];
	from_hex("E1F97A0D3E018BE0D64FA32C06DE4139", master.key);
	from_hex("0EC675AD498AFEEBB6960B3AABE6", master.salt);
	oracle_derive(&master, 0, out, 16);
	expect_hex(out, "C61E7A93744F39EE10734AFE3FF7A087");
	oracle_derive(&master, 2, out, 14);
	expect_hex(out, "30CBBC08863D8C85D49DB34A9AE1");
	oracle_derive(&master, 1, out, 94);
	expect_hex(out, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE"
			"E049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25"
			"6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2");
}
END_TEST

START_TEST(oracle_has_the_keystream_of_rfc_3711_b2)
{
	static uint8_t stream[0xff02 * 16];
	struct oracle_session session = {.key = {0}};
	from_hex("2B7E151628AED2A6ABF7158809CF4F3C", session.key);
	from_hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD", session.salt);
	oracle_cm(&session, 0, 0, stream, sizeof stream);
	expect_hex(stream, "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"
			   "41E95B3BB0A2E8DD477901E4FCA894C0");
	expect_hex(stream + 0xfeff * 16, "EC8CDF7398607CB0F2D21675EA9EA1E4"
					 "362B7C3C6773516318A077D7FC5073AE"
					 "6A2CC3787889374FBEB4C81B17BA6C44");
}
END_TEST

// RFC 7714, sections 16.1.1, 17.1 and 17.3 give session keys, not master keys.
START_TEST(oracle_seals_as_rfc_7714_does)
{
	struct oracle o = {.profile = SRTP_AEAD_AES_128_GCM, .ssrc = 0x5501a0b2};
	uint8_t packet[256];
	from_hex("000102030405060708090a0b0c0d0e0f", o.rtp.key);
	from_hex("517569642070726f2071756f", o.rtp.salt);
	size_t length = from_hex("8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e697320646976"
				 "69736120696e207061727465732074726573",
		packet);
	ck_assert_uint_eq(oracle_protect_rtp(&o, 0xf17b, packet, 12, length), length + 16);
	expect_hex(packet,
		"8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f"
		"42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce");

	static const char rtcp[] =
		"81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61"
		"deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
	o.rtcp = o.rtp;
	o.ssrc = 0x4d617273;
	length = from_hex(rtcp, packet);
	ck_assert_uint_eq(oracle_protect_rtcp(&o, 0x5d4, true, packet, length), length + 20);
	expect_hex(packet,
		"81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1"
		"730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4");
	length = from_hex(rtcp, packet);
	ck_assert_uint_eq(oracle_protect_rtcp(&o, 0x5d4, false, packet, length), length + 20);
	expect_hex(packet + length, "841dd9683dd78ec92ae58790125f62b3000005d4");
}
END_TEST

START_TEST(protects_rtp_as_the_oracle_does)
{
	start(profiles[_i], 0);
	static const uint32_t lengths[] = {12, 13, 28, 200, 1200, 1400, 2032};
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct packet p = plain_rtp((uint16_t)(100 + i), lengths[i]), expected = p, got;
		expected.length = (uint32_t)oracle_protect_rtp(
			&oracle, 100 + i, expected.bytes, 12, expected.length);
		struct srtp_job job = run(engine->protect_rtp, outbound, &p, &got);
		ck_assert_int_eq(job.verdict, SRTP_OK);
		ck_assert_uint_eq(job.index, 100 + i);
		ck_assert_uint_eq(got.length, expected.length);
		ck_assert_mem_eq(got.bytes, expected.bytes, expected.length);
		job = run(engine->unprotect_rtp, inbound, &expected, &got);
		ck_assert_int_eq(job.verdict, SRTP_OK);
		ck_assert_uint_eq(job.index, 100 + i);
		ck_assert_uint_eq(got.length, p.length);
		ck_assert_mem_eq(got.bytes, p.bytes, p.length);
	}
	stop();
}
END_TEST

START_TEST(contributors_and_extension_stay_in_the_clear)
{
	start(profiles[_i], 0);
	struct packet p = plain_rtp(9, PACKET_BYTES), expected, got;
	p.bytes[0] = 0x80 | 0x10 | 2; // X, two CSRCs
	oracle_write_be(p.bytes + 20, 0xbede0003, 4);
	expected = p;
	expected.length = (uint32_t)oracle_protect_rtp(&oracle, 9, expected.bytes, 36, p.length);
	run(engine->protect_rtp, outbound, &p, &got);
	ck_assert_uint_eq(got.length, expected.length);
	ck_assert_mem_eq(got.bytes, expected.bytes, expected.length);
	ck_assert_mem_eq(got.bytes, p.bytes, 36);
	stop();
}
END_TEST

START_TEST(rtcp_goes_both_ways_as_the_oracle_says)
{
	start(profiles[_i], 0);
	for (uint32_t i = 1; i <= 40; i++) {
		struct packet p = plain_rtcp(i == 1 ? 8 : 4 * i + 8), expected = p, got;
		struct srtp_job job = run(engine->protect_rtcp, outbound, &p, &got);
		ck_assert_int_eq(job.verdict, SRTP_OK);
		expected.length = (uint32_t)oracle_protect_rtcp(
			&oracle, (uint32_t)job.index, true, expected.bytes, expected.length);
		ck_assert_uint_eq(job.index, i);
		ck_assert_uint_eq(got.length, expected.length);
		ck_assert_mem_eq(got.bytes, expected.bytes, expected.length);
		job = run(engine->unprotect_rtcp, inbound, &expected, &got);
		ck_assert_int_eq(job.verdict, SRTP_OK);
		ck_assert_uint_eq(job.index, i);
		ck_assert_uint_eq(got.length, p.length);
		ck_assert_mem_eq(got.bytes, p.bytes, p.length);
	}
	stop();
}
END_TEST

START_TEST(srtcp_index_is_the_packets_own)
{
	start(profiles[_i], 0);
	struct packet p = sealed_rtcp(0x12345678, true), got;
	struct srtp_job job = run(engine->unprotect_rtcp, inbound, &p, &got);
	ck_assert_int_eq(job.verdict, SRTP_OK);
	ck_assert_uint_eq(job.index, 0x12345678);
	job = run(engine->unprotect_rtcp, inbound, &p, &got);
	ck_assert_int_eq(job.verdict, SRTP_REPLAYED);
	p = sealed_rtcp(0x12345678 - 200, true);
	job = run(engine->unprotect_rtcp, inbound, &p, &got);
	ck_assert_int_eq(job.verdict, SRTP_TOO_OLD);
	stop();
}
END_TEST

// GCM contexts take signed-only SRTCP; libsrtp2 refuses it under AES-CM, whatever its tag.
START_TEST(srtcp_without_encryption_is_taken_under_gcm_alone)
{
	start(profiles[_i], 0);
	struct packet p = sealed_rtcp(7, false), plain = plain_rtcp(48), got;
	struct srtp_job job = run(engine->unprotect_rtcp, inbound, &p, &got);
	if (srtp_profile_is_gcm(profiles[_i])) {
		ck_assert_int_eq(job.verdict, SRTP_OK);
		ck_assert_uint_eq(job.index, 7);
		ck_assert_mem_eq(got.bytes, plain.bytes, plain.length);
	} else {
		ck_assert_int_eq(job.verdict, SRTP_AUTH_FAIL);
	}
	stop();
}
END_TEST

START_TEST(every_forged_byte_is_refused_and_changes_nothing)
{
	start(profiles[_i], 0);
	expect_index(1000);
	struct packet good = sealed_rtp(1001), control = sealed_rtcp(5, true), got;
	uint64_t index;
	for (uint32_t i = 0; i < good.length; i++) {
		struct packet bad = good;
		bad.bytes[i] ^= 0x01;
		enum srtp_verdict verdict = verify(&bad, &index);
		if (i == 3) // its sequence number became 1000
			ck_assert_int_eq(verdict, SRTP_REPLAYED);
		else if (i >= 8 && i < 12)
			ck_assert_int_eq(verdict, SRTP_MALFORMED);
		else
			ck_assert_int_eq(verdict, SRTP_AUTH_FAIL);
		ck_assert_int_eq(run(engine->unprotect_rtp, inbound, &bad, &got).verdict, verdict);
	}
	for (uint32_t i = 0; i < control.length; i++) {
		struct packet bad = control;
		bad.bytes[i] ^= 0x80;
		enum srtp_verdict verdict =
			run(engine->unprotect_rtcp, inbound, &bad, &got).verdict;
		ck_assert_int_eq(
			verdict, i == 0 || (i >= 4 && i < 8) ? SRTP_MALFORMED : SRTP_AUTH_FAIL);
	}
	ck_assert_uint_eq(engine->context_roc(inbound), 0);
	ck_assert_int_eq(verify(&good, &index), SRTP_OK);
	ck_assert_uint_eq(index, 1001);
	ck_assert_int_eq(run(engine->unprotect_rtcp, inbound, &control, &got).verdict, SRTP_OK);
	stop();
}
END_TEST

// Each length lies at the end of its own allocation, where a sanitizer sees a byte read too far.
START_TEST(truncation_reads_no_byte_too_many)
{
	start(profiles[_i], 0);
	struct packet rtp = sealed_rtp(1), rtcp = sealed_rtcp(1, true);
	rtp.bytes[0] |= 0x1f; // more header than there is, at first
	uint32_t tag_bytes = (uint32_t)srtp_profile_tag_bytes(profiles[_i]);
	uint32_t rtcp_tag_bytes = (uint32_t)srtp_profile_rtcp_tag_bytes(profiles[_i]);
	for (uint32_t length = 0; length < rtp.length; length++) {
		uint8_t *bytes = malloc(length ? length : 1);
		memcpy(bytes, rtp.bytes, length);
		struct srtp_job job = {inbound, bytes, length, length, 0, SRTP_OK};
		engine->verify_rtp(&job, 1);
		ck_assert_int_ne(job.verdict, SRTP_OK);
		if (length < 12 + tag_bytes)
			ck_assert_int_eq(job.verdict, SRTP_MALFORMED);
		engine->unprotect_rtp(&job, 1);
		ck_assert_int_ne(job.verdict, SRTP_OK);
		if (length < rtcp.length) {
			memcpy(bytes, rtcp.bytes, length);
			engine->unprotect_rtcp(&job, 1);
			ck_assert_int_ne(job.verdict, SRTP_OK);
			if (length < 8 + 4 + rtcp_tag_bytes)
				ck_assert_int_eq(job.verdict, SRTP_MALFORMED);
		}
		free(bytes);
	}
	stop();
}
END_TEST

START_TEST(truncated_packet_is_refused_and_the_whole_one_taken)
{
	start(profiles[_i], 0);
	struct packet rtp = sealed_rtp(1);
	uint64_t index;
	uint32_t whole = rtp.length;
	for (rtp.length = 0; rtp.length < whole; rtp.length++)
		ck_assert_int_ne(verify(&rtp, &index), SRTP_OK);
	ck_assert_int_eq(verify(&rtp, &index), SRTP_OK);
	stop();
}
END_TEST

START_TEST(another_key_or_ssrc_is_refused)
{
	start(profiles[_i], 0);
	struct packet p = sealed_rtp(1), got;
	struct srtp_keys other;
	ck_assert_int_eq(srtp_keys_generate(profiles[_i], &other), 0);
	struct srtp_context *stranger = engine->context_create(&other, SSRC, SRTP_INBOUND, 0);
	ck_assert_int_eq(run(engine->verify_rtp, stranger, &p, &got).verdict, SRTP_AUTH_FAIL);
	engine->context_destroy(stranger);
	stranger = engine->context_create(&keys, SSRC + 1, SRTP_INBOUND, 0);
	ck_assert_int_eq(run(engine->verify_rtp, stranger, &p, &got).verdict, SRTP_MALFORMED);
	engine->context_destroy(stranger);
	keys.profile = (enum srtp_profile)0x0005;
	ck_assert_ptr_null(engine->context_create(&keys, SSRC, SRTP_INBOUND, 0));
	engine->context_destroy(NULL);
	stop();
}
END_TEST

START_TEST(burst_of_many_contexts_gives_each_packet_its_own_verdict)
{
	start(profiles[_i], 0);
	enum { STREAMS = 5, JOBS = 30 };
	struct srtp_context *contexts[STREAMS];
	static struct packet packets[JOBS];
	struct srtp_job jobs[JOBS];
	for (uint32_t s = 0; s < STREAMS; s++)
		contexts[s] = engine->context_create(&keys, SSRC + s, SRTP_INBOUND, s);
	for (uint32_t j = 0; j < JOBS; j++) {
		uint32_t s = j % STREAMS;
		oracle.ssrc = SSRC + s;
		packets[j] = plain_rtp((uint16_t)(j / STREAMS + 10), PACKET_BYTES);
		oracle_write_be(packets[j].bytes + 8, SSRC + s, 4);
		uint64_t index = (uint64_t)s << 16 | (j / STREAMS + 10);
		packets[j].length = (uint32_t)oracle_protect_rtp(
			&oracle, index, packets[j].bytes, 12, packets[j].length);
		if (j % 7 == 3)
			packets[j].bytes[50] ^= 0x10;
		jobs[j] = job_of(contexts[s], &packets[j]);
	}
	jobs[29] = jobs[24]; // once more in the same burst
	engine->verify_rtp(jobs, JOBS);
	for (uint32_t j = 0; j < 29; j++) {
		bool is_forged = j % 7 == 3;
		ck_assert_int_eq(jobs[j].verdict, is_forged ? SRTP_AUTH_FAIL : SRTP_OK);
		if (!is_forged)
			ck_assert_uint_eq(
				jobs[j].index, (uint64_t)(j % STREAMS) << 16 | (j / STREAMS + 10));
	}
	ck_assert_int_eq(
		jobs[29].verdict, jobs[24].verdict == SRTP_OK ? SRTP_REPLAYED : SRTP_AUTH_FAIL);
	for (uint32_t s = 0; s < STREAMS; s++)
		engine->context_destroy(contexts[s]);
	stop();
}
END_TEST

START_TEST(protect_stays_inside_its_capacity)
{
	start(profiles[_i], 0);
	uint32_t tag_bytes = (uint32_t)srtp_profile_tag_bytes(profiles[_i]);
	uint32_t rtcp_tag_bytes = (uint32_t)srtp_profile_rtcp_tag_bytes(profiles[_i]);
	struct packet p = plain_rtp(77, 100), expected = sealed_rtp(77), before;
	memset(p.bytes + 100, 0xee, sizeof p.bytes - 100);
	before = p;
	struct srtp_job job = {outbound, p.bytes, 100, 100 + tag_bytes - 1, 0, SRTP_OK};
	engine->protect_rtp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_NO_SPACE);
	ck_assert_mem_eq(&p, &before, sizeof p);
	job.capacity++;
	engine->protect_rtp(&job, 1); // the refused one cost no index
	ck_assert_int_eq(job.verdict, SRTP_OK);
	ck_assert_mem_eq(p.bytes + 12, expected.bytes + 12, 88);
	ck_assert_mem_eq(p.bytes + job.bytes, before.bytes + job.bytes, sizeof p.bytes - job.bytes);

	p = plain_rtcp(48);
	memset(p.bytes + 48, 0xee, sizeof p.bytes - 48);
	job = (struct srtp_job){outbound, p.bytes, 48, 48 + rtcp_tag_bytes + 3, 0, SRTP_OK};
	engine->protect_rtcp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_NO_SPACE);
	job.capacity++;
	engine->protect_rtcp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_OK);
	ck_assert_uint_eq(job.index, 1);
	ck_assert_uint_eq(p.bytes[job.bytes], 0xee);
	stop();
}
END_TEST

START_TEST(packet_larger_than_the_engine_takes_is_refused)
{
	start(profiles[_i], 0);
	static uint8_t bytes[SRTP_PACKET_BYTES_MAX + 100];
	struct packet head = plain_rtp(1, 64);
	memcpy(bytes, head.bytes, 64);
	struct srtp_job job = {inbound, bytes, SRTP_PACKET_BYTES_MAX + 1, sizeof bytes, 0, SRTP_OK};
	engine->verify_rtp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_MALFORMED);
	job.context = outbound;
	job.bytes = SRTP_PACKET_BYTES_MAX - 1;
	engine->protect_rtp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_NO_SPACE);
	stop();
}
END_TEST

START_TEST(contexts_of_srtcp_alone_take_srtcp_and_no_rtp)
{
	start(profiles[_i], 0);
	struct srtp_context *reports_in = engine->context_create(&keys, SSRC, SRTP_INBOUND_RTCP, 0);
	struct srtp_context *reports_out =
		engine->context_create(&keys, SSRC, SRTP_OUTBOUND_RTCP, 0);
	ck_assert(reports_in && reports_out);
	for (uint32_t i = 1; i <= 3; i++) {
		struct packet plain = plain_rtcp(48), sealed, got;
		ck_assert_int_eq(
			run(engine->protect_rtcp, reports_out, &plain, &sealed).verdict, SRTP_OK);
		ck_assert_int_eq(
			run(engine->unprotect_rtcp, inbound, &sealed, &got).verdict, SRTP_OK);
		ck_assert_int_eq(
			run(engine->unprotect_rtcp, reports_in, &sealed, &got).verdict, SRTP_OK);
		ck_assert_mem_eq(got.bytes, plain.bytes, plain.length);
		struct packet rtp = sealed_rtp(i), plain_one = plain_rtp((uint16_t)i, PACKET_BYTES);
		ck_assert_int_eq(
			run(engine->verify_rtp, reports_in, &rtp, &got).verdict, SRTP_MALFORMED);
		ck_assert_int_eq(
			run(engine->unprotect_rtp, reports_in, &rtp, &got).verdict, SRTP_MALFORMED);
		ck_assert_int_eq(run(engine->protect_rtp, reports_out, &plain_one, &got).verdict,
			SRTP_NO_SPACE);
	}
	engine->context_destroy(reports_in);
	engine->context_destroy(reports_out);
	stop();
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ // whose heap does not count
START_TEST(contexts_take_the_bytes_that_are_told)
{
	enum { CONTEXTS = 100 };
	start(profiles[_i], 0);
	struct srtp_context *contexts[CONTEXTS];
	size_t told = engine->context_bytes(profiles[_i], SRTP_INBOUND);
	size_t before = mallinfo2().uordblks;
	for (uint32_t i = 0; i < CONTEXTS; i++)
		contexts[i] = engine->context_create(&keys, SSRC + i, SRTP_INBOUND, 0);
	size_t taken = (mallinfo2().uordblks - before) / CONTEXTS;
	ck_assert_uint_gt(told + told / 10, taken);
	ck_assert_uint_gt(taken + taken / 10, told);
	for (uint32_t i = 0; i < CONTEXTS; i++)
		engine->context_destroy(contexts[i]);
	ck_assert_uint_eq(engine->context_bytes((enum srtp_profile)0x7777, SRTP_INBOUND), 0);
	stop();
}
END_TEST
#endif

static inline void
add_engine_tests(Suite *suite)
{
	TCase *vectors = tcase_create("vectors");
	tcase_add_test(vectors, oracle_derives_the_keys_of_rfc_3711_b3);
	tcase_add_test(vectors, oracle_has_the_keystream_of_rfc_3711_b2);
	tcase_add_test(vectors, oracle_seals_as_rfc_7714_does);
	suite_add_tcase(suite, vectors);
	TCase *tests = tcase_create("engine");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, protects_rtp_as_the_oracle_does, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, contributors_and_extension_stay_in_the_clear, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, rtcp_goes_both_ways_as_the_oracle_says, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, srtcp_index_is_the_packets_own, 0, PROFILE_COUNT);
	tcase_add_loop_test(
		tests, srtcp_without_encryption_is_taken_under_gcm_alone, 0, PROFILE_COUNT);
	tcase_add_loop_test(
		tests, every_forged_byte_is_refused_and_changes_nothing, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, truncation_reads_no_byte_too_many, 0, PROFILE_COUNT);
	tcase_add_loop_test(
		tests, truncated_packet_is_refused_and_the_whole_one_taken, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, another_key_or_ssrc_is_refused, 0, PROFILE_COUNT);
	tcase_add_loop_test(
		tests, burst_of_many_contexts_gives_each_packet_its_own_verdict, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, protect_stays_inside_its_capacity, 0, PROFILE_COUNT);
	tcase_add_loop_test(
		tests, packet_larger_than_the_engine_takes_is_refused, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, contexts_of_srtcp_alone_take_srtcp_and_no_rtp, 0, PROFILE_COUNT);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_loop_test(tests, contexts_take_the_bytes_that_are_told, 0, PROFILE_COUNT);
#endif
	add_index_tests(tests);
	suite_add_tcase(suite, tests);
}

static inline int
run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
