/* SPDX-License-Identifier: BSD-3-Clause */
// test_mailbox.c - messages to a worker and their way back, in order, and never more than fit.
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "platform/mailbox.h"
#include "rig.h"

static struct rig rig;

static void
setup(void)
{
	rig_start(&rig, 0, VLAN_NONE);
}

static void
teardown(void)
{
	rig_stop(&rig);
}

START_TEST(messages_come_back_in_order)
{
	struct message messages[100];
	struct mailbox *mailbox = mailbox_create("order");
	ck_assert_ptr_nonnull(mailbox);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(mailbox_send(mailbox, &messages[i]), 0);
	ck_assert_ptr_null(mailbox_take_ack(mailbox));
	struct message *message;
	while ((message = mailbox_receive(mailbox)) != NULL)
		mailbox_ack(mailbox, message);
	for (int i = 0; i < 100; i++)
		ck_assert_ptr_eq(mailbox_take_ack(mailbox), &messages[i]);
	ck_assert_ptr_null(mailbox_take_ack(mailbox));
	mailbox_destroy(mailbox);
}
END_TEST

START_TEST(a_full_mailbox_says_so_until_an_acknowledgement_is_taken)
{
	static struct message message;
	struct mailbox *mailbox = mailbox_create("full");
	for (int i = 0; i < MAILBOX_MESSAGES_MAX; i++)
		ck_assert_int_eq(mailbox_send(mailbox, &message), 0);
	ck_assert_int_eq(mailbox_send(mailbox, &message), -EAGAIN);
	mailbox_ack(mailbox, mailbox_receive(mailbox));
	ck_assert_int_eq(mailbox_send(mailbox, &message), -EAGAIN);
	ck_assert_ptr_nonnull(mailbox_take_ack(mailbox));
	ck_assert_int_eq(mailbox_send(mailbox, &message), 0);
	mailbox_destroy(mailbox);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mailbox");
	TCase *tests = tcase_create("rings");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, messages_come_back_in_order);
	tcase_add_test(tests, a_full_mailbox_says_so_until_an_acknowledgement_is_taken);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK); // EAL lives in this process
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
