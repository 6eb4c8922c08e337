/* SPDX-License-Identifier: BSD-3-Clause */
// web.h - the operators' page: its files are part of the program, and served at / and /web/NAME.
#ifndef WEB_WEB_H
#define WEB_WEB_H

struct http_server;

// A file as it is served. All of it lives as long as the program.
struct web_asset {
	const char *name; // "app.js"; "" is the page itself
	const char *type; // of RFC 9110, section 8.3
	const unsigned char *begin;
	const unsigned char *end; // one beyond the last byte
};

// The asset of that name, or NULL.
const struct web_asset *web_asset_find(const char *name);

// Adds the routes `GET /` and `GET /web/*`, open to all: the page holds no secrets, and who signs
// in does so with it. 0 or -ENOSPC.
int web_route(struct http_server *server);

#endif
