/* SPDX-License-Identifier: BSD-3-Clause */
// throughput_tables.js - who sends how much, what the device counts, what is dropped, the days.
import { element } from "./dom.js";
import { bitRate, count, NONE, rate } from "./format.js";
import { live } from "./live.js";
import { say, sayName } from "./words.js";

const DAYS_SHOWN = 14;

// Who sends and receives how much now, the most first.
export function bySchool() {
	const sums = new Map();
	for (const lesson of live.data?.lessons ?? []) {
		for (const school of lesson.schools) {
			const sum = sums.get(school.school) ?? {
				school: school.school,
				name: school.school_name,
				up: 0,
				down: 0,
			};
			sum.up += school.uplink?.kbit_s ?? 0;
			sum.down += school.downlink?.kbit_s ?? 0;
			sums.set(school.school, sum);
		}
	}
	// By whole megabits, then by name: the order does not flicker.
	const megabits = (one) => Math.round((one.up + one.down) / 1000);
	const rows = [...sums.values()].sort(
		(a, b) => megabits(b) - megabits(a) || a.name.localeCompare(b.name, "zh"),
	);
	const most = Math.max(1, ...rows.flatMap((row) => [row.up, row.down]));
	return element(
		"section.half",
		element("h2", say("throughput.by_school")),
		rows.length ? null : element("p.quiet", say("banner.none")),
		element(
			"table.bars",
			element(
				"tbody",
				rows.map((row) =>
					element(
						"tr",
						{ "data-key": row.school },
						element(
							"th",
							{ scope: "row" },
							element(
								"button.link",
								{
									type: "button",
									"data-act": "flows_of",
									"data-school": row.school,
								},
								row.name,
							),
						),
						bar("up", row.up, most),
						bar("down", row.down, most),
					),
				),
			),
		),
	);
}

function bar(way, kbit, most) {
	return element(
		"td",
		element(
			"span.fill",
			element(`i.${way}`, { style: { width: `${(100 * kbit) / most}%` } }),
		),
		element("span.number", `${way === "up" ? "↑" : "↓"} ${rate(kbit)}`),
	);
}

// The device's own counters beside the relay's: what the one has and the other has not shows.
export function deviceTable(data) {
	const totals = data?.totals;
	if (!totals) return null;
	const link = data.series.link_mbit_s?.at(-1);
	const rows = [
		["device.in", totals.frames_in, totals.device_packets_in],
		["device.out", totals.frames_out, totals.device_packets_out],
		["device.missed", null, totals.device_missed],
		["device.no_buffers", null, totals.device_no_buffers],
		["device.errors", null, totals.device_errors],
	];
	const head = ["", say("device.relay"), say("device.card")];
	return element(
		"section.half",
		{ "data-key": "device" },
		element(
			"h2",
			say("device.title"),
			" ",
			element("small", link ? say("device.link", link) : ""),
		),
		element(
			"table.list",
			element(
				"thead",
				element(
					"tr",
					head.map((text) =>
						element("th.number", { scope: "col" }, text),
					),
				),
			),
			element(
				"tbody",
				rows.map(([name, ours, cards]) =>
					element(
						"tr",
						element("td", say(name)),
						element(
							"td.number",
							ours == null ? NONE : count(ours),
						),
						element("td.number", count(cards)),
					),
				),
			),
		),
	);
}

// What was not passed on in this span, by its reason.
export function dropTable(data) {
	const sums = Object.entries(data?.drops ?? {})
		.map(([reason, counts]) => [reason, counts.reduce((a, b) => a + b, 0)])
		.filter(([, sum]) => sum > 0)
		.sort(([, a], [, b]) => b - a);
	return element(
		"section.half",
		{ "data-key": "drops" },
		element("h2", say("throughput.drops")),
		sums.length ? null : element("p.quiet", say("throughput.no_drops")),
		element(
			"table.list",
			element(
				"tbody",
				sums.map(([reason, sum]) =>
					element(
						"tr",
						{ "data-key": reason },
						element("td", sayName("drop", reason)),
						element("td.number", count(sum)),
					),
				),
			),
		),
	);
}

export function dayTable(data) {
	const found = (data?.days ?? []).slice(-DAYS_SHOWN).reverse();
	if (!found.length) return null;
	const names = ["date", "peak_in", "p95_in", "peak_out", "p95_out"];
	return element(
		"section.half",
		{ "data-key": "days" },
		element("h2", say("days.title")),
		element(
			"table.list",
			element(
				"thead",
				element(
					"tr",
					names.map((name) =>
						element(
							"th.number",
							{ scope: "col" },
							say(`days.${name}`),
						),
					),
				),
			),
			element(
				"tbody",
				found.map((day) =>
					element(
						"tr",
						{ "data-key": day.date },
						element("td", day.date.slice(5)),
						[
							day.peak_bit_in_s,
							day.p95_bit_in_s,
							day.peak_bit_out_s,
							day.p95_bit_out_s,
						].map((value) =>
							element("td.number", bitRate(value)),
						),
					),
				),
			),
		),
	);
}
