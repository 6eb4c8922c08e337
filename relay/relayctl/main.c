// SPDX-License-Identifier: BSD-3-Clause
// main.c - relayctl's command line: which relay, which credential, which command.
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "relayctl/commands.h"

#define VERSION "0.1"
#define DEFAULT_SERVER "https://localhost:8443"
#define DEFAULT_SOCKET "/run/relay/control.sock"

struct command_line {
	struct client_options client;
	struct arguments arguments;
	bool help;
	bool version;
};

// Where an option's argument goes, or the flag that it sets.
static const struct {
	const char *name;
	int has_argument;
	size_t offset;
} settings[] = {
	{"server", required_argument, offsetof(struct command_line, client.server)},
	{"socket", required_argument, offsetof(struct command_line, client.server)},
	{"token-file", required_argument, offsetof(struct command_line, client.token_file)},
	{"certificate-sha256", required_argument,
		offsetof(struct command_line, client.certificate_sha256)},
	{"json", no_argument, offsetof(struct command_line, arguments.json)},
	{"role", required_argument, offsetof(struct command_line, arguments.role)},
	{"endpoint", required_argument, offsetof(struct command_line, arguments.endpoint)},
	{"minutes", required_argument, offsetof(struct command_line, arguments.minutes)},
	{"title", required_argument, offsetof(struct command_line, arguments.title)},
	{"listen", no_argument, offsetof(struct command_line, arguments.listen)},
	{"csv", no_argument, offsetof(struct command_line, arguments.csv)},
	{"feed", no_argument, offsetof(struct command_line, arguments.feed)},
	{"from", required_argument, offsetof(struct command_line, arguments.from)},
	{"until", required_argument, offsetof(struct command_line, arguments.until)},
	{"school", required_argument, offsetof(struct command_line, arguments.school)},
	{"pair", required_argument, offsetof(struct command_line, arguments.pair)},
	{"week", required_argument, offsetof(struct command_line, arguments.week)},
	{"language", required_argument, offsetof(struct command_line, arguments.language)},
	{"effective", required_argument, offsetof(struct command_line, arguments.effective)},
	{"slots", required_argument, offsetof(struct command_line, arguments.slots)},
	{"output", required_argument, offsetof(struct command_line, arguments.output)},
	{"yes", no_argument, offsetof(struct command_line, arguments.yes)},
	{"seconds", required_argument, offsetof(struct command_line, arguments.seconds)},
	{"file", required_argument, offsetof(struct command_line, arguments.file)},
	{"help", no_argument, offsetof(struct command_line, help)},
	{"version", no_argument, offsetof(struct command_line, version)},
};

#define SETTING_COUNT (sizeof settings / sizeof settings[0])
#define SETTING_FIRST 256 // beyond what a letter is

static void
print_options(void)
{
	puts("\nOptions:\n"
	     "  --json                     print the relay's answer as JSON\n"
	     "  --server URL               the relay's control port (" DEFAULT_SERVER ")\n"
	     "  --socket PATH              its socket on this machine (" DEFAULT_SOCKET ",\n"
	     "                             where there is one and no --server is given)\n"
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
	struct option options[SETTING_COUNT + 1] = {0};
	for (size_t i = 0; i < SETTING_COUNT; i++)
		options[i] = (struct option){
			settings[i].name, settings[i].has_argument, NULL, SETTING_FIRST + (int)i};
	bool has_socket = access(DEFAULT_SOCKET, R_OK | W_OK) == 0;
	*line = (struct command_line){
		.client.server = has_socket ? DEFAULT_SOCKET : DEFAULT_SERVER};
	int option;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			line->help = true;
			continue;
		}
		if (option < SETTING_FIRST)
			return -1;
		char *place = (char *)line + settings[option - SETTING_FIRST].offset;
		if (settings[option - SETTING_FIRST].has_argument == required_argument)
			*(const char **)place = optarg;
		else
			*(bool *)place = true;
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
