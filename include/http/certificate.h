/* SPDX-License-Identifier: BSD-3-Clause */
// certificate.h - makes the control port's key and self-signed certificate.
#ifndef HTTP_CERTIFICATE_H
#define HTTP_CERTIFICATE_H

#include <openssl/types.h>

// A fresh ECDSA P-256 key, NULL where OpenSSL fails; EVP_PKEY_free() it.
EVP_PKEY *certificate_make_key(void);

// A certificate for `key`, signed by it, for localhost and the loopback addresses, valid for
// TLS_CERTIFICATE_DAYS; NULL where OpenSSL fails. X509_free() it.
X509 *certificate_make(EVP_PKEY *key);

#endif
