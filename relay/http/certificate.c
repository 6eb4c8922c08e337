/* SPDX-License-Identifier: BSD-3-Clause */
// certificate.c - makes the control port's key and self-signed certificate.
#include "http/certificate.h"

#include <stddef.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "http/tls.h"

#define SUBJECT "county classroom relay"
#define SERIAL_BITS 127 // RFC 5280, section 4.1.2.2: positive, up to 20 bytes
#define S_PER_DAY 86400L

EVP_PKEY *
certificate_make_key(void)
{
	return EVP_EC_gen("P-256");
}

static int
set_serial(X509 *certificate)
{
	BIGNUM *number = BN_new();
	if (number == NULL)
		return 0;
	int done = BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
		   BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
	BN_free(number);
	return done;
}

static int
add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (extension == NULL)
		return 0;
	int done = X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	return done;
}

static int
fill(X509 *certificate, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(certificate);
	// Begins a day early: clients' clocks differ, and it is the pin that counts.
	return X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -S_PER_DAY) != NULL &&
	       X509_gmtime_adj(X509_getm_notAfter(certificate), TLS_CERTIFICATE_DAYS * S_PER_DAY) !=
		       NULL &&
	       X509_NAME_add_entry_by_txt(
		       name, "CN", MBSTRING_UTF8, (const unsigned char *)SUBJECT, -1, -1, 0) &&
	       X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
	       add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
	       add_extension(
		       certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
	       X509_sign(certificate, key, EVP_sha256()) > 0;
}

X509 *
certificate_make(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	if (certificate != NULL && !fill(certificate, key)) {
		X509_free(certificate);
		certificate = NULL;
	}
	return certificate;
}
