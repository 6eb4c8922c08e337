// SPDX-License-Identifier: BSD-3-Clause
// regroup.c - the commands that change who takes part in a session: add, remove, replace.
#include "relayctl/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Who takes part now, as the relay tells.
struct group {
	json_t *speakers;
	json_t *listeners;
	json_t *was;
};

static bool
group_read(json_t *session, struct group *group)
{
	size_t index;
	json_t *leg;
	*group = (struct group){json_array(), json_array(), json_array()};
	json_array_foreach(json_object_get(session, "legs"), index, leg)
	{
		const char *endpoint = json_string_value(json_object_get(leg, "endpoint"));
		const char *role = json_string_value(json_object_get(leg, "role"));
		if (!endpoint || !role)
			return false;
		bool listens = strcmp(role, "listen") == 0;
		json_array_append_new(
			listens ? group->listeners : group->speakers, json_string(endpoint));
		json_array_append_new(group->was, json_string(endpoint));
	}
	return true;
}

// Puts `next` (or nothing) into the place of `endpoint`. Returns whether it was in the list.
static bool
list_replace(json_t *list, const char *endpoint, const char *next)
{
	size_t index;
	json_t *value;
	json_array_foreach(list, index, value)
	{
		if (strcmp(json_string_value(value), endpoint) != 0)
			continue;
		if (next)
			json_array_set_new(list, index, json_string(next));
		else
			json_array_remove(list, index);
		return true;
	}
	return false;
}

static bool
group_replace(struct group *group, const char *endpoint, const char *next)
{
	if (list_replace(group->speakers, endpoint, next) ||
		list_replace(group->listeners, endpoint, next))
		return true;
	fprintf(stderr, "relayctl: %s does not take part in that session\n", endpoint);
	return false;
}

static int
group_write(struct client *client, const struct arguments *arguments, const char *path,
	const struct group *group)
{
	json_t *session = NULL;
	json_t *body = json_pack("{s:O, s:O, s:O}", "endpoints", group->speakers, "listeners",
		group->listeners, "was", group->was);
	int result = client_request(client, "PATCH", path, body, &session);
	json_decref(body);
	if (result < 0)
		return EXIT_FAILURE;
	if (arguments->json)
		print_json(session);
	else
		printf("%s goes on with %zu endpoints\n", arguments->words[0],
			json_array_size(json_object_get(session, "legs")));
	json_decref(session);
	return EXIT_SUCCESS;
}

// Reads who takes part, has them changed, and asks for it.
static int
regroup(struct client *client, const struct arguments *arguments,
	bool (*change)(struct group *, const struct arguments *))
{
	char path[PATH_BYTES_MAX];
	struct group group;
	json_t *session = NULL;
	if (path_with(path, "/v1/sessions/", arguments->words[0], "") < 0)
		return EXIT_USAGE;
	if (client_request(client, "GET", path, NULL, &session) < 0)
		return EXIT_FAILURE;
	bool is_readable = group_read(session, &group);
	if (!is_readable)
		fprintf(stderr, "relayctl: the relay's answer does not tell who takes part\n");
	int result = EXIT_FAILURE;
	if (is_readable && change(&group, arguments))
		result = group_write(client, arguments, path, &group);
	json_decref(session);
	json_decref(group.speakers);
	json_decref(group.listeners);
	json_decref(group.was);
	return result;
}

static bool
change_add(struct group *group, const struct arguments *arguments)
{
	json_t *list = arguments->listen ? group->listeners : group->speakers;
	return json_array_append_new(list, json_string(arguments->words[1])) == 0;
}

static bool
change_remove(struct group *group, const struct arguments *arguments)
{
	return group_replace(group, arguments->words[1], NULL);
}

static bool
change_replace(struct group *group, const struct arguments *arguments)
{
	return group_replace(group, arguments->words[1], arguments->words[2]);
}

int
act_add(struct client *client, const struct arguments *arguments)
{
	return regroup(client, arguments, change_add);
}

int
act_remove(struct client *client, const struct arguments *arguments)
{
	return regroup(client, arguments, change_remove);
}

int
act_replace(struct client *client, const struct arguments *arguments)
{
	return regroup(client, arguments, change_replace);
}
