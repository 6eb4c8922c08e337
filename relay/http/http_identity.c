/* SPDX-License-Identifier: BSD-3-Clause */
// http_identity.c - who asks: a token's owner, a browser that signed in, or somebody at the relay's
// own machine.
#include "http/http_identity.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "platform/clock.h"
#include "platform/log.h"

#define COOKIE_BYTES 192

// A web page can make a browser on the relay's machine send requests to localhost, but not under
// one of these names unless the page itself came from there (DNS rebinding).
static bool
is_local_host(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
	for (size_t i = 0; host != NULL && i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]);
		if (strncasecmp(host, names[i], length) == 0 &&
			(host[length] == '\0' || host[length] == ':'))
			return true;
	}
	return false;
}

static const struct token *
token_of(const struct http_server *server, const char *authorization)
{
	static const char scheme[] = "Bearer ";
	if (server->tokens == NULL || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return NULL;
	return tokens_find(server->tokens, authorization + sizeof scheme - 1);
}

// The token that our cookie among these stands for (RFC 6265, section 4.2.1), or NULL.
static const struct token *
signed_in(const struct http_server *server, const char *cookies, uint64_t *number_out)
{
	static const char name[] = HTTP_COOKIE_NAME "=";
	const struct token *token = NULL;
	while (server->tokens != NULL && token == NULL && *cookies != '\0') {
		cookies += strspn(cookies, "; ");
		size_t bytes = strcspn(cookies, ";\r\n");
		char id[SECRET_TEXT_BYTES];
		if (strncmp(cookies, name, sizeof name - 1) == 0 &&
			bytes - (sizeof name - 1) < sizeof id) {
			snprintf(id, sizeof id, "%.*s", (int)(bytes - (sizeof name - 1)),
				cookies + sizeof name - 1);
			token = sign_ins_find(
				server->sign_ins, server->tokens, id, clock_mono(), number_out);
			OPENSSL_cleanse(id, sizeof id);
		}
		cookies += bytes;
		if (*cookies == '\r' || *cookies == '\n')
			break;
	}
	return token;
}

enum token_role
http_identity_role(const struct http_server *server, bool is_loopback, const char *authorization,
	const char *cookie)
{
	uint64_t number;
	const struct token *token = authorization != NULL ? token_of(server, authorization)
				    : cookie != NULL      ? signed_in(server, cookie, &number)
							  : NULL;
	if (token != NULL)
		return token->role;
	return authorization == NULL && is_loopback ? TOKEN_ROLE_ADMINISTRATOR : TOKEN_ROLE_NONE;
}

static void
become(struct http_call *call, const struct token *token)
{
	call->request.role = token->role;
	snprintf(call->name, sizeof call->name, "%s", token->name);
	snprintf(call->endpoint, sizeof call->endpoint, "%s", token->endpoint);
	snprintf(call->school, sizeof call->school, "%s", token->school);
}

static bool
take_cookie(struct http_call *call, bool is_open, bool changes)
{
	const char *header = http_request_header(&call->request, HTTP_CHANGE_HEADER);
	if (!is_open && changes && (header == NULL || strcmp(header, "1") != 0)) {
		http_refuse_forbidden(call, "a browser that signed in must send \"X-Relay: 1\" "
					    "with what changes something");
		return false;
	}
	return true;
}

bool
http_identity_take(struct http_call *call, bool is_open, bool changes)
{
	const char *authorization = http_request_header(&call->request, "Authorization");
	const char *cookie = http_request_header(&call->request, "Cookie");
	const struct token *token = NULL;
	if (authorization != NULL) {
		token = token_of(call->server, authorization);
		if (!is_open && http_refuse_guess(call, token))
			return false;
		if (token != NULL)
			become(call, token);
		else if (!is_open)
			http_refuse_unknown(call, "the token is unknown");
		return token != NULL || is_open;
	}
	if (cookie != NULL)
		token = signed_in(call->server, cookie, &call->request.sign_in);
	if (token != NULL) {
		become(call, token);
		return take_cookie(call, is_open, changes);
	}
	const char *host = http_request_header(&call->request, "Host");
	if (call->request.is_loopback && is_local_host(host)) {
		call->request.role = TOKEN_ROLE_ADMINISTRATOR;
		snprintf(call->name, sizeof call->name, "localhost");
		return true;
	}
	if (is_open)
		return true;
	if (call->request.is_loopback)
		http_refuse_forbidden(call, "without a token the Host must be localhost, 127.0.0.1 "
					    "or [::1]: use one of these in the address");
	else
		http_refuse_unknown(call, "there is no token");
	return false;
}

const char *
http_sign_in(struct http_request *request, const char *text)
{
	struct http_call *call = (struct http_call *)request;
	struct http_server *server = call->server;
	const struct token *token = server->tokens ? tokens_find(server->tokens, text) : NULL;
	char id[SECRET_TEXT_BYTES], cookie[COOKIE_BYTES];
	if (http_refuse_guess(call, token))
		return NULL;
	if (token == NULL || !token_role_allows(token->role, TOKEN_ROLE_ANY, false)) {
		http_refuse_unknown(call, "the token is unknown");
		return NULL;
	}
	if (sign_ins_add(server->sign_ins, token, clock_mono(), id) != 0) {
		http_respond_error(request, 503, "the system has no random numbers: try again");
		return NULL;
	}
	become(call, token);
	snprintf(cookie, sizeof cookie,
		HTTP_COOKIE_NAME "=%s; Path=/; Max-Age=%d; HttpOnly; Secure; SameSite=Strict", id,
		SIGN_IN_LIFETIME_S);
	http_request_set_header(request, "Set-Cookie", cookie);
	OPENSSL_cleanse(id, sizeof id);
	OPENSSL_cleanse(cookie, sizeof cookie);
	return call->name;
}

void
http_sign_out(struct http_request *request)
{
	struct http_call *call = (struct http_call *)request;
	sign_ins_remove(call->server->sign_ins, request->sign_in);
	http_request_set_header(request, "Set-Cookie",
		HTTP_COOKIE_NAME "=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict");
}

bool
http_server_sign_in_holds(const struct http_server *server, uint64_t number)
{
	return server->tokens != NULL &&
	       sign_ins_holds(server->sign_ins, server->tokens, number, clock_mono());
}
