# SPDX-License-Identifier: BSD-3-Clause
# Makefile - builds the three programs, their tests and the demo. `make help` lists the targets.

BUILD ?= build
ifeq ($(origin CC),default)
CC = gcc
endif
PREFIX ?= /usr/local
SECONDS ?=
QUICK ?=
COUNTY ?=
SHELL := /bin/bash

# What a bare Debian 12 machine needs; `make deps` asks apt only for what is missing.
PACKAGES_BUILD = gcc libc6-dev make pkg-config libdpdk-dev libsrtp2-dev libipsec-mb-dev libssl-dev \
	libevent-dev libjansson-dev libconfig-dev libcsv-dev libsqlite3-dev libncurses-dev \
	libjs-dygraphs
PACKAGES_DEMO = python3 iproute2 nftables ethtool ffmpeg fonts-dejavu-core openssl tzdata
PACKAGES_TEST = python3-jsonschema check tshark tmux faketime git libical-dev chromium chromium-driver python3-selenium nodejs \
	fonts-noto-cjk poppler-utils iputils-ping valgrind
PACKAGES_FUZZ = clang libclang-rt-14-dev python3
PACKAGES_BENCH = dpdk-dev python3 valgrind
PACKAGES_PEERS = dpdk-dev python3 iproute2 coturn rtpengine-daemon
# promtool judges the metrics, the alert rules and the dashboard.
PACKAGES_TEST += prometheus
PACKAGES_LINT = clang-format cppcheck shellcheck

WARNINGS = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wundef -Wvla
OPTIMISE ?= -O2 -g
SANITISE ?=
CPPFLAGS += -Iinclude -D_GNU_SOURCE
CFLAGS += -std=gnu11 $(OPTIMISE) $(WARNINGS) -fno-strict-aliasing -fstack-protector-strong $(SANITISE)
LDFLAGS += -Wl,--as-needed $(SANITISE)
DPDK_CFLAGS = $(subst -I/,-isystem /,$(shell pkg-config --cflags libdpdk 2>/dev/null))

# One static archive per layer. A layer's libraries are all it may lean on: a pure module's test that
# needed DPDK would not link.
LAYERS = media timetable srtp datapath http ledger lessons web control platform
LIBS_media = -lcrypto
LIBS_timetable = -lcsv -ljansson
LIBS_srtp = -lsrtp2 -lIPSec_MB -lcrypto
LIBS_platform = $(DPDK_LIBS) -levent_openssl -levent -lssl -lcrypto
LIBS_datapath = $(LIBS_platform)
LIBS_http = -ljansson $(LIBS_platform)
LIBS_ledger = -ljansson -lsqlite3 $(LIBS_platform)
LIBS_lessons = $(LIBS_platform)
LIBS_web = $(LIBS_http)
LIBS_control = -lconfig $(LIBS_http) $(LIBS_ledger)
DPDK_LIBS = -lrte_net_ring -lrte_ethdev -lrte_hash -lrte_rcu -lrte_net -lrte_mbuf -lrte_mempool \
	-lrte_ring -lrte_eal -lrte_kvargs -lrte_telemetry
NEEDS_media =
NEEDS_timetable =
NEEDS_srtp =
NEEDS_platform =
NEEDS_datapath = srtp media platform
NEEDS_http = platform
NEEDS_ledger = timetable platform
NEEDS_lessons = timetable srtp media platform
NEEDS_web = http platform
NEEDS_control = lessons ledger web http timetable srtp media platform

archive = $(BUILD)/lib/lib$(1).a
# With an archive named twice, the linker resolves calls between layers in either direction.
archives = $(foreach l,$(1) $(1),$(call archive,$(l)))
layer_libs = $(foreach l,$(1),$(LIBS_$(l))) -lpthread -lm

SOURCES_relay = $(wildcard relay/main.c)
SOURCES_relayctl = $(wildcard relay/relayctl/*.c)
SOURCES_classroom = $(wildcard relay/classroom/*.c)
PROGRAMS = $(foreach p,relay relayctl classroom,$(if $(SOURCES_$(p)),$(BUILD)/$(p)))
USES_relay = datapath control lessons ledger web http timetable srtp media platform
# The two clients link no DPDK: only the platform's sockets, clock and log.
USES_relayctl = timetable client
USES_classroom = srtp media client
CLIENT_SOURCES = $(wildcard relay/platform/clock.c relay/platform/ip.c relay/platform/log.c \
	relay/platform/https_*.c)
# The full-screen view.
PROGRAM_LIBS_relayctl = -lncursesw -ltinfo
LIBS_client = -ljansson -lconfig -levent_openssl -levent -lssl -lcrypto

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

.PHONY: all
all: $(PROGRAMS)

# --- objects, archives, programs

$(BUILD)/obj/relay/datapath/%.o $(BUILD)/obj/relay/platform/%.o $(BUILD)/obj/relay/main.o \
$(BUILD)/obj/tests/packets/%.o $(BUILD)/obj/bench/%.o: CPPFLAGS += $(DPDK_CFLAGS)

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# The page's files are parts of this object, which the compiler's list of headers cannot know.
$(BUILD)/obj/relay/control/api_openapi.o: relay/control/openapi.json
$(BUILD)/obj/relay/web/web_assets.o: $(wildcard relay/web/*.html relay/web/*.js relay/web/*.css relay/web/*.svg)

define layer_rule
$(call archive,$(1)): $$(call objects,$$(wildcard relay/$(1)/*.c))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(AR) rcsD $$@ $$^
endef
$(foreach l,$(LAYERS) classroom relayctl,$(eval $(call layer_rule,$(l))))

$(call archive,client): $(call objects,$(CLIENT_SOURCES))
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcsD $@ $^

define program_rule
$(BUILD)/$(1): $$(call objects,$$(SOURCES_$(1))) $$(foreach l,$$(USES_$(1)),$$(call archive,$$(l)))
	$$(CC) $$(LDFLAGS) -o $$@ $$(call objects,$$(SOURCES_$(1))) $$(call archives,$$(USES_$(1))) \
		$$(call layer_libs,$$(USES_$(1))) $$(PROGRAM_LIBS_$(1))
endef
$(foreach p,relay relayctl classroom,$(eval $(call program_rule,$(p))))

# --- tests: a unit test is named after its module and links that module's layer and what it may use

UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
PACKET_TESTS = $(patsubst tests/packets/%.c,$(BUILD)/tests/packets/%,$(wildcard tests/packets/test_*.c))
PACKET_SUPPORT = $(filter-out tests/packets/test_%,$(wildcard tests/packets/*.c))
CHECK_LIBS = -lcheck -lsubunit -lrt -lm -lpthread
# What a test alone links: another program's reading of what the module wrote.
REFEREE_LIBS_test_ics = -lical
REFEREE_LIBS_test_log = -ljansson

# The layer of tests/unit/test_<name>.c is where relay/<layer>/<name>.c lies; test_classroom_<name>.c
# and test_relayctl_<name>.c test the programs' own modules.
named = $(wildcard relay/*/$(patsubst test_%,%,$(1)).c)
# Where a layer and a client have a file of one name, the test is the layer's.
module_of = $(firstword $(filter-out relay/relayctl/% relay/classroom/%,$(named)) $(named))
layer_of = $(word 2,$(subst /, ,$(call module_of,$(1))))
define unit_rule
$(BUILD)/tests/unit/$(1): LAYER = $(call layer_of,$(1))
$(BUILD)/tests/unit/$(1): $$(call objects,tests/unit/$(1).c) \
		$$(if $$(filter classroom relayctl,$(call layer_of,$(1))),\
		$$(foreach l,$(call layer_of,$(1)) srtp media client,$$(call archive,$$(l))),\
		$$(foreach l,$(call layer_of,$(1)) $$(NEEDS_$(call layer_of,$(1))),$$(call archive,$$(l))))
	@test -n "$$(LAYER)" || { echo "tests/unit/$(1).c: no relay/*/$(patsubst test_%,%,$(1)).c to test"; exit 1; }
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(filter %.a,$$^) \
		$$(if $$(filter classroom relayctl,$$(LAYER)),$$(call layer_libs,srtp media client),\
		$$(call layer_libs,$$(LAYER) $$(NEEDS_$$(LAYER)))) $$(REFEREE_LIBS_$(1)) $$(CHECK_LIBS)
endef
$(foreach t,$(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c)),$(eval $(call unit_rule,$(t))))

$(BUILD)/tests/packets/%: $(BUILD)/obj/tests/packets/%.o $(call objects,$(PACKET_SUPPORT)) \
		$(foreach l,datapath srtp media platform,$(call archive,$(l)))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call archives,datapath srtp media platform) \
		$(call layer_libs,datapath srtp media) $(CHECK_LIBS)

# The light media of many classrooms; links nothing.
$(BUILD)/generator: $(call objects,tests/support/generator.c)
	$(CC) $(LDFLAGS) -o $@ $^

# Fills a ledger with what a test makes up, by the relay's own store.
$(BUILD)/ledger_fill: $(call objects,tests/support/ledger_fill.c) \
		$(foreach l,ledger $(NEEDS_ledger),$(call archive,$(l)))
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call archives,ledger $(NEEDS_ledger)) \
		$(call layer_libs,ledger $(NEEDS_ledger))

# A capture through the pure modules that count.
$(BUILD)/replay: $(call objects,tests/support/replay.c) $(call archive,media)
	$(CC) $(LDFLAGS) -o $@ $^ $(call layer_libs,media)

# What callgrind counts the packet path's instructions of.
INSTRUCTIONS = $(BUILD)/bench/instructions

# --- benchmarks: bench/<name>.c with the layers it measures; figures also go to results.tsv there

BENCHES = $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))
USES_bench = datapath ledger srtp media timetable platform
$(BUILD)/bench/%: $(BUILD)/obj/bench/%.o $(foreach l,$(USES_bench),$(call archive,$(l)))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call archives,$(USES_bench)) \
		$(call layer_libs,$(USES_bench))

.PHONY: test-build
# The tests build the benchmarks too, so that none of them falls behind.
test-build: $(INSTRUCTIONS) $(UNIT_TESTS) $(PACKET_TESTS) $(BUILD)/generator $(BUILD)/ledger_fill $(BUILD)/replay \
	$(BENCHES)

.PHONY: bench bench-quick
bench bench-quick: deps-bench
	@$(MAKE) --no-print-directory -j2 $(BENCHES) $(BUILD)/relay
	$(BUILD)/bench/engine $(if $(filter bench-quick,$@),--quick) $(BUILD)/bench/results.tsv
	$(BUILD)/bench/pipeline $(if $(filter bench-quick,$@),--quick) $(BUILD)/bench/results.tsv
	$(BUILD)/bench/handover $(if $(filter bench-quick,$@),--quick) $(BUILD)/bench/results.tsv
	python3 bench/instructions.py --results $(BUILD)/bench/results.tsv $(INSTRUCTIONS)
	python3 bench/memif.py $(if $(filter bench-quick,$@),--quick) $(BUILD)/bench/memif $(BUILD)/relay \
		$(BUILD)/bench/results.tsv
	$(BUILD)/bench/timetable $(if $(filter bench-quick,$@),--quick) $(BUILD)/bench/results.tsv
	$(BUILD)/bench/ledger $(if $(filter bench-quick,$@),--quick) $(BUILD)/bench/results.tsv
	$(BUILD)/bench/ledger_write $(if $(filter bench-quick,$@),--quick) $(BUILD)/bench/results.tsv
	python3 bench/projection.py $(BUILD)/bench/results.tsv

# Takes the instructions a packet as they are now for what `make test` holds them to.
.PHONY: bench-accept
bench-accept: deps-bench
	@$(MAKE) --no-print-directory -j2 $(INSTRUCTIONS)
	python3 bench/instructions.py --accept $(INSTRUCTIONS)

# The relay and others on one wire: within an hour; QUICK=1 takes some five minutes.
.PHONY: bench-peers
bench-peers: deps-peers
	@$(MAKE) --no-print-directory -j2 $(BUILD)/bench/peers
	python3 bench/peers.py $(if $(QUICK),--quick) $(BUILD)/bench/peers $(BUILD)/bench/results.tsv

# --- what a person calls

.PHONY: help deps deps-build deps-bench deps-peers deps-demo deps-lint demo test soak asan fuzz lint format install clean
help:
	@echo 'make          build relay, relayctl and classroom into $(BUILD)/ (no network needed)'
	@echo 'make demo     a lesson between two schools, until Ctrl-C; SECONDS=20 ends it by its bell'
	@echo 'make demo COUNTY=1   28 schools of conf/county/ live at once, with light media'
	@echo 'make test     build and run every test (as root: it makes network namespaces)'
	@echo 'make soak     the tests that take long'
	@echo 'make asan     unit and packet tests under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make bench    what a packet and a year of lessons cost (bench-quick: fewer rounds)'
	@echo 'make bench-accept   the instructions a packet that make test accepts are those of now'
	@echo 'make bench-peers   the relay, testpmd, coturn and rtpengine on one wire, within an hour'
	@echo '              (QUICK=1: five minutes); installs the two, and Debian starts them'
	@echo 'make fuzz     every parser under sanitizers, FUZZ_SECONDS=30 for each fuzzer (clang)'
	@echo 'make lint     formatting, static analysis, shell scripts and the layer rules'
	@echo 'make format   format the C sources in place'
	@echo 'make deps     install the Debian packages that building, demo and tests lack'
	@echo 'make install  programs, examples and systemd units (PREFIX=$(PREFIX), DESTDIR=)'
	@echo 'make clean    remove $(BUILD)/'

deps:
	@.ci/deps.sh $(PACKAGES_BUILD) $(PACKAGES_DEMO) $(PACKAGES_TEST)
deps-demo:
	@.ci/deps.sh $(PACKAGES_BUILD) $(PACKAGES_DEMO)
deps-bench:
	@.ci/deps.sh $(PACKAGES_BUILD) $(PACKAGES_BENCH)
deps-peers:
	@.ci/deps.sh $(PACKAGES_BUILD) $(PACKAGES_PEERS)
deps-build:
	@.ci/deps.sh $(PACKAGES_BUILD)
deps-lint:
	@.ci/deps.sh $(PACKAGES_LINT) $(PACKAGES_BUILD) python3 git

# These start make again after the packages are there, since what is built depends on them. SECONDS goes to
# the demo as an argument: bash, the shell here, has a variable of its own by that name.
demo: deps-demo
	@$(MAKE) --no-print-directory -j2 all
	@$(if $(COUNTY),$(MAKE) --no-print-directory $(BUILD)/generator)
	@python3 tests/support/$(if $(COUNTY),demo_county,demo).py --build $(BUILD) \
		$(if $(SECONDS),--seconds '$(SECONDS)')

test: deps
	@$(MAKE) --no-print-directory -j2 all test-build
	@python3 tests/support/run_tests.py --build $(BUILD) unit packets system

# What takes long, or ten thousand connections.
soak: deps
	@$(MAKE) --no-print-directory -j2 all test-build
	@python3 tests/support/run_tests.py --build $(BUILD) soak

ASAN_BUILD = $(BUILD)/asan
asan: deps
	@$(MAKE) --no-print-directory -j2 BUILD=$(ASAN_BUILD) OPTIMISE='-O1 -g -fno-omit-frame-pointer' \
		SANITISE='-fsanitize=address,undefined -fno-sanitize-recover=all' test-build
	@python3 tests/support/run_tests.py --build $(ASAN_BUILD) unit packets

# libFuzzer needs clang; each fuzzer leans on the two pure layers.
FUZZ_BUILD = $(BUILD)/fuzz
FUZZ_SECONDS ?= 30
FUZZERS = $(patsubst %.c,$(FUZZ_BUILD)/%,$(wildcard tests/fuzz/*.c))
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(call archive,timetable) $(call archive,media)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(call archives,timetable media) \
		$(call layer_libs,timetable media)
fuzz:
	@.ci/deps.sh $(PACKAGES_BUILD) $(PACKAGES_FUZZ)
	@$(MAKE) --no-print-directory -j2 CC=clang BUILD=$(FUZZ_BUILD) \
		OPTIMISE='-O1 -g -fno-omit-frame-pointer' \
		SANITISE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all' $(FUZZERS)
	@python3 tests/support/run_fuzz.py --seconds $(FUZZ_SECONDS) --folder $(FUZZ_BUILD) $(FUZZERS)

C_SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')
SHELL_SOURCES = .ci/run $(shell git ls-files --cached --others --exclude-standard '*.sh')
CPPCHECK = cppcheck --quiet -j2 --std=c11 --enable=warning,performance,portability --inline-suppr \
	--error-exitcode=1 --suppress=missingInclude --suppress=unknownMacro -Iinclude -D_GNU_SOURCE
lint: deps-lint
	clang-format --dry-run -Werror $(C_SOURCES)
	python3 tests/support/layers.py
	shellcheck $(SHELL_SOURCES)
	$(CPPCHECK) relay bench

format:
	clang-format -i $(C_SOURCES)

# An example is installed only where there is no file of that name: a county's own configuration stays.
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)/etc/relay
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	for unit in relay classroom; do \
		sed 's,@PREFIX@,$(PREFIX),g' conf/$$unit.service \
			> $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit.service || exit 1; done
	for file in $(wildcard conf/*.conf conf/*.csv); do \
		test -e $(DESTDIR)/etc/relay/$${file##*/} || \
			install -m 644 $$file $(DESTDIR)/etc/relay/ || exit 1; done

clean:
	rm -rf $(BUILD)

.SECONDARY:
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
