/* SPDX-License-Identifier: BSD-3-Clause */
// eal.c - turns the configuration into DPDK's command line, and DPDK's errors into advice.
#include "platform/eal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_version.h>

#define OPTIONS_MAX 64
#define DEVICE_OPTION_BYTES 320

bool
eal_device_is_virtual(const char *device)
{
	return strncmp(device, "net_", 4) == 0;
}

static bool
has_option(const char *const *options, size_t count, const char *prefix)
{
	for (size_t i = 0; i < count; i++) {
		if (strncmp(options[i], prefix, strlen(prefix)) == 0)
			return true;
	}
	return false;
}

void
eal_device_name(const char *device, char name[EAL_DEVICE_NAME_BYTES])
{
	snprintf(name, EAL_DEVICE_NAME_BYTES, "%.*s", (int)strcspn(device, ","), device);
}

static void
explain(int code, const char *device, bool uses_hugepages, char *error, size_t error_bytes)
{
	snprintf(error, error_bytes, "DPDK did not start with device \"%s\": %s. %s", device,
		rte_strerror(code),
		uses_hugepages
			? "If memory is lacking, reserve hugepages (dpdk-hugepages.py --setup "
			  "512M) or put \"--no-huge\" and \"-m\", \"256\" into media.eal"
			: "Is the device's name right, does its interface exist, and does "
			  "relay run as root?");
}

int
eal_start(const char *device, const char *const *options, size_t option_count, char *error,
	size_t error_bytes)
{
	char device_option[DEVICE_OPTION_BYTES];
	char *arguments[OPTIONS_MAX + 1];
	int count = 0;

	if (option_count + 5 > OPTIONS_MAX) {
		snprintf(error, error_bytes, "media.eal has more than %d options", OPTIONS_MAX - 5);
		return -E2BIG;
	}
	// EAL may rearrange the vector, but it writes no argument.
	arguments[count++] = (char *)"relay";
	if (eal_device_is_virtual(device)) {
		snprintf(device_option, sizeof device_option, "--vdev=%s", device);
		arguments[count++] = (char *)"--no-pci";
	} else {
		snprintf(device_option, sizeof device_option, "--allow=%s", device);
	}
	arguments[count++] = device_option;
	if (!has_option(options, option_count, "--log-level"))
		arguments[count++] = (char *)"--log-level=lib.eal:warning";
	for (size_t i = 0; i < option_count; i++)
		arguments[count++] = (char *)options[i];
	arguments[count] = NULL;

	if (rte_eal_init(count, arguments) >= 0)
		return 0;
	int code = rte_errno ? rte_errno : EIO;
	explain(code, device, !has_option(options, option_count, "--no-huge"), error, error_bytes);
	return -code;
}

void
eal_stop(void)
{
	rte_eal_cleanup();
}

unsigned
eal_worker_lcores(unsigned *lcores, unsigned room)
{
	unsigned count = 0, lcore;
	RTE_LCORE_FOREACH_WORKER(lcore)
	{
		if (count < room)
			lcores[count] = lcore;
		count++;
	}
	return count;
}

int
eal_launch(unsigned lcore, int (*loop)(void *argument), void *argument)
{
	return rte_eal_remote_launch(loop, argument, lcore);
}

void
eal_wait(unsigned lcore)
{
	rte_eal_wait_lcore(lcore);
}
