/* SPDX-License-Identifier: BSD-3-Clause */
// test_sdp.c - the file a player opens: golden text, stable over rejoins.
#include "classroom/sdp.h"

#include <check.h>
#include <errno.h>

#include "../support/classroom_join.h"

static const char golden[] = "v=0\r\n"
			     "o=- 6000 1 IN IP4 127.0.0.1\r\n"
			     "s=厚仁中心小学\r\n"
			     "c=IN IP4 127.0.0.1\r\n"
			     "t=0 0\r\n"
			     "a=tool:classroom\r\n"
			     "m=audio 6000 RTP/AVP 111\r\n"
			     "i=audio\r\n"
			     "a=rtpmap:111 opus/48000/2\r\n"
			     "a=recvonly\r\n"
			     "a=label:audio\r\n"
			     "m=video 6002 RTP/AVP 96\r\n"
			     "i=teacher\r\n"
			     "a=rtpmap:96 H264/90000\r\n"
			     "a=fmtp:96 packetization-mode=1\r\n"
			     "a=recvonly\r\n"
			     "a=label:teacher\r\n";

static struct roster roster;
static struct join join;
static const struct mono_time now = {NS_IN_S};
static char text[SDP_BYTES_MAX];

static void
start(void)
{
	const struct srtp_engine *engine = srtp_engine_libsrtp2();
	ck_assert_ptr_nonnull(engine);
	roster_init(&roster, engine, 6000, 1);
	test_join_parse(test_join_json(TEST_PROFILE), &join);
	ck_assert_int_eq(roster_apply(&roster, &join, true, now), 0);
}

static void
stop(void)
{
	roster_fini(&roster);
}

START_TEST(text_is_golden)
{
	int length = sdp_write(&roster, "houren-1", "127.0.0.1", text, sizeof text);
	ck_assert_str_eq(text, golden);
	ck_assert_int_eq(length, (int)sizeof golden - 1);
}
END_TEST

START_TEST(rejoin_changes_nothing)
{
	join.receive[0].ssrc = 31;
	join.receive[1].ssrc = 32;
	struct join_stream first = join.receive[0];
	join.receive[0] = join.receive[1];
	join.receive[1] = first;
	ck_assert_int_eq(roster_apply(&roster, &join, true, now), 0);
	sdp_write(&roster, "houren-1", "127.0.0.1", text, sizeof text);
	ck_assert_str_eq(text, golden);
}
END_TEST

START_TEST(each_endpoint_has_a_file_of_its_own)
{
	strcpy(join.receive[1].endpoint, "other");
	strcpy(join.receive[1].school_name, "");
	ck_assert_int_eq(roster_apply(&roster, &join, true, now), 0);
	ck_assert_int_gt(sdp_write(&roster, "houren-1", "127.0.0.1", text, sizeof text), 0);
	ck_assert_ptr_null(strstr(text, "m=video"));
	ck_assert_int_gt(sdp_write(&roster, "other", "127.0.0.9", text, sizeof text), 0);
	ck_assert_ptr_null(strstr(text, "m=audio"));
	ck_assert_ptr_nonnull(strstr(text, "s=other\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "c=IN IP4 127.0.0.9\r\n"));
}
END_TEST

START_TEST(endpoint_without_streams_has_no_text)
{
	ck_assert_int_eq(sdp_write(&roster, "nobody", "127.0.0.1", text, sizeof text), 0);
}
END_TEST

START_TEST(too_small_a_buffer_is_told)
{
	char small[sizeof golden];
	for (size_t capacity = 1; capacity < sizeof golden; capacity++)
		ck_assert_int_eq(
			sdp_write(&roster, "houren-1", "127.0.0.1", small, capacity), -ENOSPC);
	ck_assert_int_gt(sdp_write(&roster, "houren-1", "127.0.0.1", small, sizeof golden), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sdp");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, start, stop);
	tcase_add_test(facts, text_is_golden);
	tcase_add_test(facts, rejoin_changes_nothing);
	tcase_add_test(facts, each_endpoint_has_a_file_of_its_own);
	tcase_add_test(facts, endpoint_without_streams_has_no_text);
	tcase_add_test(facts, too_small_a_buffer_is_told);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
