/* SPDX-License-Identifier: BSD-3-Clause */
// main.c - the classroom's command line: reads the configuration and runs the agent.
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "classroom/agent.h"
#include "classroom/child.h"
#include "classroom/settings.h"
#include "classroom/version.h"
#include "platform/log.h"

#define EXIT_CONFIGURATION 2
#define WHY_BYTES 1024

static const char usage[] =
	"classroom - a school's endpoint of the county classroom relay\n"
	"\n"
	"  classroom --config FILE                 connect to the relay and wait for lessons\n"
	"  classroom --config FILE --check-config  only read the file; exit status 2 if it is "
	"wrong\n"
	"  classroom --help | --version\n"
	"\n"
	"  --verbose  also log what only a developer wants to know\n";

struct options {
	const char *config;
	bool check;
	bool verbose;
};

// Returns -1 to go on, else the exit status.
static int
read_options(int argc, char **argv, struct options *out)
{
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, 'k'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int option;
	while ((option = getopt_long(argc, argv, "c:h", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			out->config = optarg;
			break;
		case 'k':
			out->check = true;
			break;
		case 'v':
			out->verbose = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("classroom " CLASSROOM_VERSION);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_CONFIGURATION;
		}
	}
	if (!out->config || optind != argc) {
		fputs(usage, stderr);
		return EXIT_CONFIGURATION;
	}
	return -1;
}

// JSON carries keys: what jansson frees is wiped.
static void
wipe_and_free(void *memory)
{
	if (memory)
		OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], CHILD_GUARD_OPTION) == 0)
		child_guard(argc, argv);

	struct options options = {0};
	int status = read_options(argc, argv, &options);
	if (status >= 0)
		return status;
	log_start("classroom", options.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);

	static struct settings settings;
	char why[WHY_BYTES];
	if (settings_read(options.config, &settings, why, sizeof why) != 0) {
		log_error("%s", why);
		return EXIT_CONFIGURATION;
	}
	if (options.check) {
		log_info("%s is fine", options.config);
		return EXIT_SUCCESS;
	}

	char token[SETTINGS_TOKEN_BYTES];
	if (settings_read_token(&settings, token, why, sizeof why) != 0) {
		log_error("%s", why);
		return EXIT_CONFIGURATION;
	}
	signal(SIGPIPE, SIG_IGN);
	json_set_alloc_funcs(malloc, wipe_and_free);
	// Keys do not belong into a core file.
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	int result = agent_run(&settings, token, why, sizeof why);
	OPENSSL_cleanse(token, sizeof token);
	if (result != 0) {
		log_error("%s", why);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
