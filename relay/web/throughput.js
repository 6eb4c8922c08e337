/* SPDX-License-Identifier: BSD-3-Clause */
// throughput.js - how much flows and flowed, by whom, how much room is left, what is dropped.
import { get } from "./api.js";
import { chart } from "./chart.js";
import { element } from "./dom.js";
import { bitRate, count, NONE, percent } from "./format.js";
import { live } from "./live.js";
import { bySchool, dayTable, deviceTable, dropTable } from "./throughput_tables.js";
import { say } from "./words.js";

const SPANS = ["hour", "day", "week", "month", "year"];
const UNITS = {
	bits: ["bit_in_s", "bit_out_s"],
	wire: ["wire_bit_in_s", "wire_bit_out_s"],
	packets: ["packets_in_s", "packets_out_s"],
	busy: ["busy_share", "peak_busy_share"],
};
const SCHOOL_UNITS = ["bits", "packets"];
const HOUR_POLL_MS = 5000;
const POLL_MS = 60000; // of the longer spans: their steps are minutes at least
const desk = { span: "hour", school: "", unit: "bits", data: null, timer: null };
let redraw = () => {};

export function openThroughput(draw) {
	redraw = draw;
	return load();
}

export function closeThroughput() {
	clearTimeout(desk.timer);
}

function question() {
	return `span=${desk.span}&school=${encodeURIComponent(desk.school)}`;
}

async function load() {
	clearTimeout(desk.timer);
	const asked = question();
	const data = await get(`/v1/throughput?${asked}`);
	if (asked !== question()) return; // something else was asked for meanwhile
	desk.data = data;
	again();
	redraw();
}

function again() {
	clearTimeout(desk.timer);
	const isHour = desk.span === "hour";
	desk.timer = setTimeout(
		() => (isHour ? more() : load()).catch(again),
		isHour ? HOUR_POLL_MS : POLL_MS,
	);
}

// The seconds since, put behind the hour that is there.
async function more() {
	const asked = question();
	const fresh = await get(`/v1/throughput?${asked}&last_s=${(2 * HOUR_POLL_MS) / 1000}`);
	if (asked !== question()) return;
	const known = desk.data.at_ms;
	const first = fresh.at_ms.findIndex((at) => at > (known.at(-1) ?? 0));
	if (first >= 0) {
		known.push(...fresh.at_ms.slice(first));
		for (const [name, values] of Object.entries(fresh.series))
			desk.data.series[name].push(...values.slice(first));
	}
	const { at_ms, series, drops, ...rest } = fresh;
	Object.assign(desk.data, rest);
	again();
	redraw();
}

function choose(changes) {
	const isOther = ["span", "school"].some(
		(name) => name in changes && changes[name] !== desk[name],
	);
	Object.assign(desk, changes);
	if (desk.school && !SCHOOL_UNITS.includes(desk.unit)) desk.unit = "bits";
	if (isOther) desk.data = null;
	redraw();
	return isOther ? load() : null;
}

export const throughputActions = {
	unit: ({ unit }) => choose({ unit }),
	span: ({ span }) => choose({ span }),
	flows_of: ({ school }) => choose({ school }),
};

export function renderThroughput() {
	const units = desk.school ? SCHOOL_UNITS : Object.keys(UNITS);
	return [
		element(
			"header.bar",
			{ "data-key": "bar" },
			element("h1", desk.school ? nameOf(desk.school) : say("throughput.title")),
			desk.school
				? element(
						"button",
						{
							type: "button",
							"data-act": "flows_of",
							"data-school": "",
						},
						say("throughput.all"),
					)
				: null,
			element(
				"span.group",
				SPANS.map((span) =>
					choice("span", span, desk.span, say(`span.${span}`)),
				),
			),
			element(
				"span.group",
				units.map((unit) =>
					choice("unit", unit, desk.unit, say(`unit.${unit}`)),
				),
			),
			element("span.gap"),
			element("a.button", { href: `/v1/throughput.csv?${question()}` }, "CSV"),
		),
		tiles(),
		lines(),
		element(
			"div.halves",
			{ "data-key": "halves" },
			bySchool(),
			element(
				"div",
				desk.school ? null : [deviceTable(desk.data), dropTable(desk.data)],
				dayTable(desk.data),
			),
		),
	];
}

function choice(act, value, chosen, text) {
	const pressed = String(value === chosen);
	return element(
		"button",
		{
			type: "button",
			"data-act": act,
			[`data-${act}`]: value,
			"aria-pressed": pressed,
		},
		text,
	);
}

function nameOf(school) {
	for (const lesson of live.data?.lessons ?? []) {
		const found = lesson.schools.find((one) => one.school === school);
		if (found) return found.school_name;
	}
	return school;
}

function lines() {
	const [first, second] = UNITS[desk.unit];
	const { at_ms = [], series = {} } = desk.data ?? {};
	const rows = at_ms.map((at, i) => [
		new Date(at),
		series[first]?.[i] ?? null,
		series[second]?.[i] ?? null,
	]);
	const names =
		desk.unit === "busy"
			? [say("busy.mean"), say("busy.peak")]
			: [say("total.in"), say("total.out")];
	const format =
		{ packets: (value) => `${count(value)}/s`, busy: percent }[desk.unit] ?? bitRate;
	return chart("flow", `${desk.unit} ${question()}`, rows, names, format);
}

// What is left of everything that can run out, and the day's highest.
function tiles() {
	const totals = live.data?.totals;
	const room = desk.data?.headroom;
	const today = desk.data?.days?.at(-1);
	const figures = [];
	if (totals) {
		figures.push([
			"total.in",
			bitRate(totals.bit_in_s),
			`${count(totals.packets_in_s)} ${say("total.packets")}`,
		]);
		figures.push([
			"total.out",
			bitRate(totals.bit_out_s),
			`${count(totals.packets_out_s)} ${say("total.packets")}`,
		]);
	}
	if (room) {
		const most =
			room.packets_in_s_max == null
				? ""
				: say("room.worker.hint", count(room.packets_in_s_max));
		figures.push(["room.worker", percent(room.worker_share), most]);
		figures.push([
			"room.link",
			leastOf(room.link_in_share, room.link_out_share),
			say("room.link.hint"),
		]);
		figures.push([
			"room.buffers",
			percent(room.buffers_share),
			say("room.buffers.hint"),
		]);
	}
	if (today)
		figures.push([
			"day.peak",
			bitRate(Math.max(today.peak_bit_in_s, today.peak_bit_out_s)),
			say("day.p95", bitRate(Math.max(today.p95_bit_in_s, today.p95_bit_out_s))),
		]);
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

function leastOf(...shares) {
	const known = shares.filter((share) => share != null);
	return known.length ? percent(Math.min(...known)) : NONE;
}
