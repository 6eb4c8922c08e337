/* SPDX-License-Identifier: BSD-3-Clause */
// tls.c - the control port's certificate and TLS context.
#include "http/tls.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>

#include "http/certificate.h"
#include "platform/atomic_file.h"

#define KEY_MODE 0600
#define CERTIFICATE_MODE 0644

struct tls {
	SSL_CTX *context;
	char fingerprint[TLS_FINGERPRINT_TEXT_BYTES];
};

struct tls_files {
	char certificate[PATH_MAX];
	char key[PATH_MAX];
	char *error; // TLS_ERROR_BYTES
};

static const char *
openssl_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	return reason ? reason : "not understood";
}

static int
fail(const struct tls_files *files, int result, const char *path, const char *what)
{
	snprintf(files->error, TLS_ERROR_BYTES, "%.256s: %.240s", path, what);
	ERR_clear_error();
	return result;
}

// An encrypted key would make OpenSSL ask on a terminal that a service does not have.
static int
no_password(char *buffer, int size, int is_writing, void *user)
{
	(void)buffer;
	(void)size;
	(void)is_writing;
	(void)user;
	return 0;
}

static int
read_key(const struct tls_files *files, EVP_PKEY **out)
{
	FILE *file = fopen(files->key, "re");
	if (file == NULL)
		return fail(files, -errno, files->key, strerror(errno));
	*out = PEM_read_PrivateKey(file, NULL, no_password, NULL);
	fclose(file);
	if (*out == NULL) {
		snprintf(files->error, TLS_ERROR_BYTES,
			"%.256s: no unencrypted PEM private key (%.64s); put the right key there, "
			"or "
			"move it and the certificate away to have new ones made (clients must then "
			"pin "
			"anew)",
			files->key, openssl_reason());
		ERR_clear_error();
		return -EINVAL;
	}
	return 0;
}

// Writes the PEM text that `bio` holds, and wipes it.
static int
store(const struct tls_files *files, const char *path, BIO *bio, mode_t mode)
{
	char *bytes;
	long length = BIO_get_mem_data(bio, &bytes);
	int result = atomic_file_create(path, bytes, (size_t)length, mode);
	OPENSSL_cleanse(bytes, (size_t)length);
	if (result == 0)
		return 0;
	snprintf(files->error, TLS_ERROR_BYTES,
		"%.256s: cannot be written: %.64s; does the state directory exist, and may the "
		"relay "
		"write "
		"there?",
		path, strerror(-result));
	return result;
}

static int
make_key(const struct tls_files *files)
{
	int result = -ENOMEM;
	EVP_PKEY *key = certificate_make_key();
	BIO *bio = BIO_new(BIO_s_secmem());
	if (key != NULL && bio != NULL &&
		PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1)
		result = store(files, files->key, bio, KEY_MODE);
	else
		fail(files, result, files->key, "OpenSSL cannot make a key");
	BIO_free(bio);
	EVP_PKEY_free(key);
	return result;
}

static int
make_certificate(const struct tls_files *files, EVP_PKEY *key)
{
	int result = -ENOMEM;
	X509 *certificate = certificate_make(key);
	BIO *bio = BIO_new(BIO_s_mem());
	if (certificate != NULL && bio != NULL && PEM_write_bio_X509(bio, certificate) == 1)
		result = store(files, files->certificate, bio, CERTIFICATE_MODE);
	else
		fail(files, result, files->certificate, "OpenSSL cannot make a certificate");
	BIO_free(bio);
	X509_free(certificate);
	return result;
}

static int
load(struct tls *tls, const struct tls_files *files, EVP_PKEY *key)
{
	SSL_CTX *context = tls->context;
	FILE *file = fopen(files->certificate, "re");
	if (file == NULL)
		return fail(files, -errno, files->certificate, strerror(errno));
	fclose(file);

	if (SSL_CTX_use_certificate_chain_file(context, files->certificate) != 1)
		return fail(files, -EINVAL, files->certificate,
			"no PEM certificate; put the right one there, or move it away to have one "
			"made "
			"(clients must then pin anew)");
	if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1)
		return fail(files, -EINVAL, files->key,
			"is not the key of the certificate beside it; put the right pair there");

	uint8_t digest[SHA256_DIGEST_LENGTH];
	if (X509_digest(SSL_CTX_get0_certificate(context), EVP_sha256(), digest, NULL) != 1)
		return fail(files, -EINVAL, files->certificate, "has no SHA-256");
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(tls->fingerprint + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

static bool
is_missing(const char *path)
{
	struct stat status;
	return lstat(path, &status) != 0 && errno == ENOENT;
}

// Makes what is missing. A key alone is what a power cut between the two files leaves: it gets its
// certificate now. A certificate alone is somebody's, whose key got lost.
static int
prepare(struct tls *tls, const struct tls_files *files)
{
	bool needs_certificate = is_missing(files->certificate);
	EVP_PKEY *key = NULL;
	int result = 0;
	if (is_missing(files->key)) {
		if (!needs_certificate)
			return fail(files, -EINVAL, files->key,
				"is missing, while its certificate is there; put the key back, or "
				"move the "
				"certificate away to have a new pair made");
		result = make_key(files);
	}
	if (result == 0)
		result = read_key(files, &key);
	if (result == 0 && needs_certificate)
		result = make_certificate(files, key);
	if (result == 0)
		result = load(tls, files, key);
	EVP_PKEY_free(key);
	return result;
}

static SSL_CTX *
create_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	if (context == NULL)
		return NULL;
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(context);
		return NULL;
	}
	// Thousands of connections stay open and quiet, and are not resumed: no caches, no buffers.
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(context, 0);
	return context;
}

static int
files_name(struct tls_files *files, const char *state_directory)
{
	if (snprintf(files->certificate, PATH_MAX, "%s/relay.crt", state_directory) >= PATH_MAX ||
		snprintf(files->key, PATH_MAX, "%s/relay.key", state_directory) >= PATH_MAX)
		return fail(files, -ENAMETOOLONG, "state_directory", "its path is too long");
	return 0;
}

int
tls_open(const char *state_directory, struct tls **out, char error[TLS_ERROR_BYTES])
{
	struct tls_files files = {.error = error};
	int result = files_name(&files, state_directory);
	if (result != 0)
		return result;
	struct tls *tls = calloc(1, sizeof *tls);
	if (tls != NULL)
		tls->context = create_context();
	if (tls == NULL || tls->context == NULL) {
		free(tls);
		return fail(&files, -ENOMEM, "TLS", "out of memory");
	}
	result = prepare(tls, &files);
	if (result != 0) {
		tls_close(tls);
		return result;
	}
	*out = tls;
	return 0;
}

int
tls_reload(struct tls *tls, const char *state_directory, char error[TLS_ERROR_BYTES])
{
	struct tls_files files = {.error = error};
	struct tls *fresh;
	int result = files_name(&files, state_directory);
	if (result != 0)
		return result;
	// A start makes what is missing; a reload must not, for clients have pinned what there was.
	if (is_missing(files.certificate) || is_missing(files.key))
		return fail(&files, -ENOENT,
			is_missing(files.certificate) ? files.certificate : files.key,
			"is missing; put it back");
	result = tls_open(state_directory, &fresh, error);
	if (result != 0)
		return result;
	// Open connections hold the old context until they end.
	const struct tls old = *tls;
	*tls = *fresh;
	*fresh = old;
	tls_close(fresh);
	return 0;
}

void
tls_close(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

const char *
tls_fingerprint(const struct tls *tls)
{
	return tls->fingerprint;
}

struct ssl_ctx_st *
tls_context(const struct tls *tls)
{
	return tls->context;
}
