/* SPDX-License-Identifier: BSD-3-Clause */
// metrics_device.c - the media device's own counters, beside the relay's.
#include "control/metrics.h"
#include "control/metrics_write.h"

void
metrics_write_device(FILE *out, const struct port_stats *device)
{
	if (!device)
		return;
	metrics_counter(out, "relay_device_received_packets_total", device->packets_in,
		"Frames that the device received, by its own count.");
	metrics_counter(out, "relay_device_received_bytes_total", device->bytes_in,
		"Their bytes, Ethernet's header among them.");
	metrics_counter(out, "relay_device_transmitted_packets_total", device->packets_out,
		"Frames that the device sent, by its own count.");
	metrics_counter(out, "relay_device_transmitted_bytes_total", device->bytes_out,
		"Their bytes, Ethernet's header among them.");
	metrics_counter(out, "relay_device_missed_packets_total", device->missed,
		"Frames lost since the relay did not fetch them in time.");
	metrics_counter(out, "relay_device_errors_total", device->errors,
		"Frames that the device received or sent with an error.");
	metrics_counter(out, "relay_device_no_buffers_total", device->no_buffers,
		"Frames for which there was no packet buffer.");
	metrics_gauge(out, "relay_device_buffers", device->buffers, "Packet buffers in all.");
	metrics_gauge(
		out, "relay_device_buffers_used", device->buffers_used, "Packet buffers in use.");
}
