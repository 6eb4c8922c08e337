/* SPDX-License-Identifier: BSD-3-Clause */
// web.c - serves the page: by its version, and under a policy that lets nothing else in.
#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "http/http_server.h"
#include "web/web.h"

#define ETAG_BYTES (2 * SHA256_DIGEST_LENGTH + 3) // with quotes and the zero

// Scripts, styles and answers come from this server alone, and nobody frames the page.
static const char content_policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static void
write_etag(const struct web_asset *asset, char etag[ETAG_BYTES])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	SHA256(asset->begin, (size_t)(asset->end - asset->begin), digest);
	char *at = etag + sprintf(etag, "\"");
	for (size_t i = 0; i < sizeof digest; i++)
		at += sprintf(at, "%02x", digest[i]);
	sprintf(at, "\"");
}

static void
asset_send(struct http_request *request, const struct web_asset *asset)
{
	if (asset == NULL) {
		http_respond_error(request, 404, "the page has no such file; reload it");
		return;
	}
	char etag[ETAG_BYTES];
	write_etag(asset, etag);
	const char *known = http_request_header(request, "If-None-Match");
	http_request_set_header(request, "ETag", etag);
	http_request_set_header(request, "Cache-Control", "no-cache");
	http_request_set_header(request, "Content-Security-Policy", content_policy);
	http_request_set_header(request, "Referrer-Policy", "no-referrer");
	http_request_set_header(request, "Cross-Origin-Opener-Policy", "same-origin");
	http_request_set_header(request, "Cross-Origin-Resource-Policy", "same-origin");
	bool is_known = known != NULL && strstr(known, etag) != NULL;
	http_respond_bytes(request, is_known ? 304 : 200, asset->type, asset->begin,
		is_known ? 0 : (size_t)(asset->end - asset->begin));
}

static void
asset_get(struct http_request *request, void *user)
{
	(void)user;
	asset_send(request, web_asset_find(request->id ? request->id : ""));
}

// Browsers ask here on pages of the relay that name no icon.
static void
icon_get(struct http_request *request, void *user)
{
	(void)user;
	asset_send(request, web_asset_find("icon.svg"));
}

int
web_route(struct http_server *server)
{
	const struct http_route routes[] = {
		{"GET", "/", TOKEN_ROLE_NONE, asset_get, NULL},
		{"GET", "/web/*", TOKEN_ROLE_NONE, asset_get, NULL},
		{"GET", "/favicon.ico", TOKEN_ROLE_NONE, icon_get, NULL},
		{0},
	};
	return http_server_route(server, routes);
}
