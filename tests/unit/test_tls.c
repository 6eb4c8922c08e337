/* SPDX-License-Identifier: BSD-3-Clause */
// test_tls.c - the certificate is made once, kept, and never overwritten.
#include "http/tls.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static char directory[64];
static char certificate_path[96];
static char key_path[96];
static char error[TLS_ERROR_BYTES];

static void
setup(void)
{
	snprintf(directory, sizeof directory, "/tmp/test_tls.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(certificate_path, sizeof certificate_path, "%s/relay.crt", directory);
	snprintf(key_path, sizeof key_path, "%s/relay.key", directory);
}

static void
teardown(void)
{
	unlink(certificate_path);
	unlink(key_path);
	rmdir(directory);
}

// Opens and closes, and gives the fingerprint.
static void
open_once(char fingerprint[TLS_FINGERPRINT_TEXT_BYTES])
{
	struct tls *tls = NULL;
	ck_assert_msg(tls_open(directory, &tls, error) == 0, "%s", error);
	memcpy(fingerprint, tls_fingerprint(tls), TLS_FINGERPRINT_TEXT_BYTES);
	tls_close(tls);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void
expect_error(int expected, const char *path)
{
	struct tls *tls = NULL;
	error[0] = '\0';
	ck_assert_int_eq(tls_open(directory, &tls, error), expected);
	ck_assert_ptr_null(tls);
	ck_assert_msg(strstr(error, path) != NULL, "%s", error);
}

START_TEST(first_start_makes_a_pair_and_the_next_keeps_it)
{
	char first[TLS_FINGERPRINT_TEXT_BYTES];
	char second[TLS_FINGERPRINT_TEXT_BYTES];
	open_once(first);
	ck_assert_uint_eq(strspn(first, "0123456789abcdef"), TLS_FINGERPRINT_TEXT_BYTES - 1);
	open_once(second);
	ck_assert_str_eq(first, second);
}
END_TEST

START_TEST(key_is_its_owners_alone)
{
	char fingerprint[TLS_FINGERPRINT_TEXT_BYTES];
	struct stat status;
	open_once(fingerprint);
	ck_assert_int_eq(stat(key_path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(certificate_says_what_it_is_for)
{
	char fingerprint[TLS_FINGERPRINT_TEXT_BYTES];
	open_once(fingerprint);
	FILE *file = fopen(certificate_path, "r");
	ck_assert_ptr_nonnull(file);
	X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	ck_assert_ptr_nonnull(certificate);

	ck_assert_int_eq(EVP_PKEY_get_bits(X509_get0_pubkey(certificate)), 256);
	ck_assert_int_eq(EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)), EVP_PKEY_EC);
	ck_assert_int_eq(X509_check_host(certificate, "localhost", 0, 0, NULL), 1);
	ck_assert_int_eq(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
	ck_assert_int_eq(X509_check_host(certificate, "example.org", 0, 0, NULL), 0);
	ck_assert_int_eq(X509_verify(certificate, X509_get0_pubkey(certificate)), 1);
	int days = 0;
	int seconds = 0;
	ck_assert_int_eq(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(certificate),
				 X509_get0_notAfter(certificate)),
		1);
	ck_assert_int_ge(days, 3650);
	X509_free(certificate);
}
END_TEST

START_TEST(two_directories_have_two_keys)
{
	char first[TLS_FINGERPRINT_TEXT_BYTES];
	char second[TLS_FINGERPRINT_TEXT_BYTES];
	open_once(first);
	teardown();
	setup();
	open_once(second);
	ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(key_without_certificate_gets_one)
{
	char first[TLS_FINGERPRINT_TEXT_BYTES];
	char second[TLS_FINGERPRINT_TEXT_BYTES];
	struct stat before;
	struct stat after;
	open_once(first);
	ck_assert_int_eq(stat(key_path, &before), 0);
	ck_assert_int_eq(unlink(certificate_path), 0);
	open_once(second);
	ck_assert_int_eq(stat(key_path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
}
END_TEST

START_TEST(certificate_without_key_is_an_error)
{
	char fingerprint[TLS_FINGERPRINT_TEXT_BYTES];
	open_once(fingerprint);
	ck_assert_int_eq(unlink(key_path), 0);
	expect_error(-EINVAL, key_path);
	ck_assert_int_ne(access(key_path, F_OK), 0);
}
END_TEST

START_TEST(files_that_are_not_pem_are_left_alone)
{
	char fingerprint[TLS_FINGERPRINT_TEXT_BYTES];
	char text[32] = "";
	open_once(fingerprint);
	write_file(certificate_path, "no certificate");
	expect_error(-EINVAL, certificate_path);
	FILE *file = fopen(certificate_path, "r");
	ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
	fclose(file);
	ck_assert_str_eq(text, "no certificate");
	write_file(key_path, "no key");
	expect_error(-EINVAL, key_path);
}
END_TEST

START_TEST(key_of_another_certificate_is_an_error)
{
	char fingerprint[TLS_FINGERPRINT_TEXT_BYTES];
	char kept[96];
	snprintf(kept, sizeof kept, "%s/kept.key", directory);
	open_once(fingerprint);
	ck_assert_int_eq(rename(key_path, kept), 0);
	ck_assert_int_eq(unlink(certificate_path), 0);
	open_once(fingerprint);
	ck_assert_int_eq(rename(kept, key_path), 0);
	expect_error(-EINVAL, key_path);
}
END_TEST

START_TEST(missing_directory_is_an_error)
{
	ck_assert_int_eq(rmdir(directory), 0);
	expect_error(-ENOENT, key_path);
	ck_assert_int_eq(mkdir(directory, 0700), 0);
}
END_TEST

START_TEST(context_begins_at_tls_1_2)
{
	struct tls *tls = NULL;
	ck_assert_int_eq(tls_open(directory, &tls, error), 0);
	SSL_CTX *context = tls_context(tls);
	ck_assert_int_eq(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
	ck_assert_int_ne(SSL_CTX_get_mode(context) & SSL_MODE_RELEASE_BUFFERS, 0);
	tls_close(tls);
}
END_TEST

START_TEST(a_reload_takes_another_pair_and_no_broken_one)
{
	struct tls *tls = NULL;
	char first[TLS_FINGERPRINT_TEXT_BYTES], second[TLS_FINGERPRINT_TEXT_BYTES];
	ck_assert_int_eq(tls_open(directory, &tls, error), 0);
	memcpy(first, tls_fingerprint(tls), sizeof first);
	SSL *open = SSL_new(tls_context(tls));
	// Another pair in its place, as who renews it would put it there.
	unlink(certificate_path);
	unlink(key_path);
	ck_assert_int_eq(tls_reload(tls, directory, error), -ENOENT);
	ck_assert_int_ne(access(key_path, F_OK), 0);
	open_once(second);
	ck_assert_int_eq(tls_reload(tls, directory, error), 0);
	ck_assert_str_eq(tls_fingerprint(tls), second);
	ck_assert_str_ne(first, second);
	write_file(certificate_path, "no certificate");
	ck_assert_int_eq(tls_reload(tls, directory, error), -EINVAL);
	ck_assert_str_eq(tls_fingerprint(tls), second);
	// What was open still has its own certificate.
	ck_assert_ptr_nonnull(SSL_get_certificate(open));
	ck_assert_ptr_ne(SSL_get_certificate(open), SSL_CTX_get0_certificate(tls_context(tls)));
	SSL_free(open);
	tls_close(tls);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls");
	TCase *tests = tcase_create("tls");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, first_start_makes_a_pair_and_the_next_keeps_it);
	tcase_add_test(tests, key_is_its_owners_alone);
	tcase_add_test(tests, certificate_says_what_it_is_for);
	tcase_add_test(tests, two_directories_have_two_keys);
	tcase_add_test(tests, key_without_certificate_gets_one);
	tcase_add_test(tests, certificate_without_key_is_an_error);
	tcase_add_test(tests, files_that_are_not_pem_are_left_alone);
	tcase_add_test(tests, key_of_another_certificate_is_an_error);
	tcase_add_test(tests, missing_directory_is_an_error);
	tcase_add_test(tests, a_reload_takes_another_pair_and_no_broken_one);
	tcase_add_test(tests, context_begins_at_tls_1_2);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
