// SPDX-License-Identifier: BSD-3-Clause
// main.c - relayctl's command line: which relay, which credential, which command.
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "relayctl/commands.h"

#define VERSION "0.1"
#define DEFAULT_SERVER "https://localhost:8443"

enum option_code {
	OPTION_SERVER = 256,
	OPTION_TOKEN_FILE,
	OPTION_CERTIFICATE,
	OPTION_JSON,
	OPTION_ENDPOINT,
	OPTION_MINUTES,
	OPTION_TITLE,
	OPTION_LISTEN,
	OPTION_VERSION,
};

static const struct option options[] = {
	{"server", required_argument, NULL, OPTION_SERVER},
	{"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
	{"certificate-sha256", required_argument, NULL, OPTION_CERTIFICATE},
	{"json", no_argument, NULL, OPTION_JSON},
	{"endpoint", required_argument, NULL, OPTION_ENDPOINT},
	{"minutes", required_argument, NULL, OPTION_MINUTES},
	{"title", required_argument, NULL, OPTION_TITLE},
	{"listen", no_argument, NULL, OPTION_LISTEN},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

struct command_line {
	struct client_options client;
	struct arguments arguments;
	bool help;
	bool version;
};

static void
print_options(void)
{
	puts("\nOptions:\n"
	     "  --json                     print the relay's answer as JSON\n"
	     "  --server URL               the relay's control port (" DEFAULT_SERVER ")\n"
	     "  --token-file FILE          an operator's token; not needed on the relay's own "
	     "machine\n"
	     "  --certificate-sha256 HEX   the fingerprint that the relay prints when it starts;\n"
	     "                             not needed on the relay's own machine\n"
	     "  --help, --version\n\n"
	     "Exit status: 0 done, 1 the relay refused or did not answer, 2 a wrong command line.");
}

static void
print_help(const struct command *command)
{
	if (command) {
		printf("relayctl %s%s%s\n\n%s\n", command->name, *command->synopsis ? " " : "",
			command->synopsis, command->help);
	} else {
		puts("relayctl [OPTIONS] COMMAND [ARGUMENTS]: what the relay does, and what to do "
		     "next.\n\nCommands (relayctl COMMAND --help tells more):");
		commands_list();
	}
	print_options();
}

// Options may stand before or after the command. Returns 0, or -1 after getopt has complained.
static int
parse(int argc, char **argv, struct command_line *line)
{
	*line = (struct command_line){.client.server = DEFAULT_SERVER};
	int option;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case OPTION_SERVER:
			line->client.server = optarg;
			break;
		case OPTION_TOKEN_FILE:
			line->client.token_file = optarg;
			break;
		case OPTION_CERTIFICATE:
			line->client.certificate_sha256 = optarg;
			break;
		case OPTION_JSON:
			line->arguments.json = true;
			break;
		case OPTION_ENDPOINT:
			line->arguments.endpoint = optarg;
			break;
		case OPTION_MINUTES:
			line->arguments.minutes = optarg;
			break;
		case OPTION_TITLE:
			line->arguments.title = optarg;
			break;
		case OPTION_LISTEN:
			line->arguments.listen = true;
			break;
		case OPTION_VERSION:
			line->version = true;
			break;
		case 'h':
			line->help = true;
			break;
		default:
			return -1;
		}
	}
	return 0;
}

static int
run(const struct command *command, const struct command_line *line)
{
	const struct arguments *arguments = &line->arguments;
	if (arguments->count < command->words_min || arguments->count > command->words_max) {
		fprintf(stderr, "relayctl: usage: relayctl %s %s\n", command->name,
			command->synopsis);
		return EXIT_USAGE;
	}
	struct client client;
	if (client_init(&client, &line->client) < 0)
		return EXIT_USAGE;
	int status = command->run(&client, arguments);
	client_fini(&client);
	if (fflush(stdout) != 0 && status == EXIT_SUCCESS) {
		perror("relayctl: standard output");
		status = EXIT_FAILURE;
	}
	return status;
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	// School names are UTF-8 whatever the machine's language is; numbers and dates stay plain.
	setlocale(LC_CTYPE, "C.UTF-8");
	struct command_line line;
	if (parse(argc, argv, &line) < 0)
		return EXIT_USAGE;
	if (line.version) {
		puts("relayctl " VERSION);
		return EXIT_SUCCESS;
	}
	if (optind == argc) {
		print_help(NULL);
		return line.help ? EXIT_SUCCESS : EXIT_USAGE;
	}
	const struct command *command = command_find(argv[optind]);
	if (!command) {
		fprintf(stderr, "relayctl: there is no command '%s'; relayctl --help lists them\n",
			argv[optind]);
		return EXIT_USAGE;
	}
	if (line.help) {
		print_help(command);
		return EXIT_SUCCESS;
	}
	line.arguments.words = argv + optind + 1;
	line.arguments.count = argc - optind - 1;
	return run(command, &line);
}
