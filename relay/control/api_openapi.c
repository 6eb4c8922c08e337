/* SPDX-License-Identifier: BSD-3-Clause */
// api_openapi.c - the document that describes this control port, taken in by the assembler.
#include "control/openapi.h"
#include "control/parts.h"

// The Makefile makes this file depend on it: .incbin tells the compiler nothing.
__asm__(".pushsection .rodata, \"a\", @progbits\n"
	"openapi_begin: .incbin \"relay/control/openapi.json\"\n"
	"openapi_end:\n"
	".popsection\n");
extern const char openapi_begin[] __attribute__((visibility("hidden")));
extern const char openapi_end[] __attribute__((visibility("hidden")));

const char *
openapi_text(size_t *bytes_out)
{
	*bytes_out = (size_t)((uintptr_t)openapi_end - (uintptr_t)openapi_begin);
	return openapi_begin;
}

static void
openapi_get(struct http_request *request, void *user)
{
	size_t bytes;
	(void)user;
	const char *text = openapi_text(&bytes);
	http_respond_bytes(request, 200, "application/json", text, bytes);
}

int
api_openapi_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/openapi.json", TOKEN_ROLE_NONE, openapi_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
