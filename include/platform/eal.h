/* SPDX-License-Identifier: BSD-3-Clause */
// eal.h - DPDK's environment: started once, with the configured device and options, and ended once.
#ifndef PLATFORM_EAL_H
#define PLATFORM_EAL_H

#include <stdbool.h>
#include <stddef.h>

#define EAL_DEVICE_NAME_BYTES 64

// Starts EAL with the device (a --vdev string such as "net_af_packet0,iface=media0", or a PCI
// address) and further options as DPDK's own command line has them. Returns 0, or a negative errno
// with a reason that says what to do in error[0..error_bytes).
int eal_start(const char *device, const char *const *options, size_t option_count, char *error,
	size_t error_bytes);
void eal_stop(void);

// The name under which DPDK knows the device: a --vdev string up to its comma, or the PCI address.
void eal_device_name(const char *device, char name[EAL_DEVICE_NAME_BYTES]);

// Whether it is one that DPDK makes on a kernel interface or out of nothing ("net_..."), not a PCI
// device.
bool eal_device_is_virtual(const char *device);

// The lcores but the main one, for workers: at most `room` of them. Returns how many there are.
unsigned eal_worker_lcores(unsigned *lcores, unsigned room);

// Runs `loop(argument)` on the lcore. Returns 0, or -EBUSY where it runs something already. The
// wait ends when the loop has returned.
int eal_launch(unsigned lcore, int (*loop)(void *argument), void *argument);
void eal_wait(unsigned lcore);

#endif
