/* SPDX-License-Identifier: BSD-3-Clause */
// throughput.js - how much flows, by whom, how busy the relay is, and what it drops.
import { get } from "./api.js";
import { chart } from "./chart.js";
import { element } from "./dom.js";
import { count, percent, rate } from "./format.js";
import { live, seconds } from "./live.js";
import { say, sayName } from "./words.js";

const POLL_MS = 2000;
const flow = { status: null, unit: "bits", timer: null };
let redraw = () => {};

export function openThroughput(draw) {
	redraw = draw;
	flow.timer = setInterval(() => poll().catch(() => {}), POLL_MS);
	return poll();
}

export function closeThroughput() {
	clearInterval(flow.timer);
}

async function poll() {
	flow.status = await get("/v1/status");
	redraw();
}

export const throughputActions = {
	unit({ unit }) {
		flow.unit = unit;
		redraw();
	},
};

export function renderThroughput() {
	const totals = live.data?.totals;
	if (!totals) return element("p.empty", say("banner.wait_first"));
	return [
		element(
			"header.bar",
			{ "data-key": "bar" },
			element("h1", say("throughput.title")),
			["bits", "packets"].map((unit) =>
				element(
					"button",
					{
						type: "button",
						"data-act": "unit",
						"data-unit": unit,
						"aria-pressed": String(flow.unit === unit),
					},
					say(`unit.${unit}`),
				),
			),
		),
		tiles(totals),
		chart(
			"flow",
			flow.unit,
			rowsOf(flow.unit),
			[say("total.in"), say("total.out")],
			flow.unit === "bits"
				? (value) => rate(value / 1000)
				: (value) => `${count(value)}/s`,
		),
		element("div.halves", { "data-key": "halves" }, bySchool(), drops()),
	];
}

function rowsOf(unit) {
	const first = unit === "bits" ? 1 : 3;
	return seconds.map((row) => [row[0], row[first], row[first + 1]]);
}

function tiles(totals) {
	const worker = flow.status?.workers ?? live.data.workers ?? [];
	const busy = Math.max(0, ...worker.map((one) => one.busy_share ?? 0));
	const device = flow.status?.device_counters;
	const figures = [
		[
			"total.in",
			rate(totals.bit_in_s / 1000),
			`${count(totals.packets_in_s)} ${say("total.packets")}`,
		],
		[
			"total.out",
			rate(totals.bit_out_s / 1000),
			`${count(totals.packets_out_s)} ${say("total.packets")}`,
		],
		["total.busy", percent(busy), say("busy.hint", percent(1 - busy))],
		["total.drops", count(totals.drops_s), say("drops.hint")],
	];
	if (device) figures.push(["device.missed", count(device.missed), say("missed.hint")]);
	return element(
		"dl.tiles",
		{ "data-key": "tiles" },
		figures.map(([name, value, hint]) =>
			element(
				"div",
				element("dt", say(name)),
				element("dd", value),
				element("small", hint),
			),
		),
	);
}

// Who sends and receives how much now, the most first.
function bySchool() {
	const sums = new Map();
	for (const lesson of live.data.lessons) {
		for (const school of lesson.schools) {
			const sum = sums.get(school.school) ?? {
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
						{ "data-key": row.name },
						element("th", { scope: "row" }, row.name),
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

// Every frame that was not passed on, by its reason since the relay began.
function drops() {
	const found = Object.entries(flow.status?.drops ?? {}).filter(([, number]) => number > 0);
	found.sort(([, a], [, b]) => b - a);
	return element(
		"section.half",
		element("h2", say("throughput.drops")),
		found.length ? null : element("p.quiet", say("throughput.no_drops")),
		element(
			"table.list",
			element(
				"tbody",
				found.map(([reason, number]) =>
					element(
						"tr",
						{ "data-key": reason },
						element(
							"td",
							sayName("drop", reason) === reason
								? reason.replaceAll("_", " ")
								: sayName("drop", reason),
						),
						element("td.number", count(number)),
					),
				),
			),
		),
	);
}
