/* SPDX-License-Identifier: BSD-3-Clause */
// ledger.js - which school held its lessons in which week, and each lesson's sheet.
import { get } from "./api.js";
import { openDialog } from "./dialog.js";
import { element } from "./dom.js";
import { addDays, dateOf, mondayOf, NONE, percent, timeOf } from "./format.js";
import { lamp, shape } from "./lights.js";
import { relayNow } from "./live.js";
import { currentLanguage, say } from "./words.js";

const WEEKS = 20;
const DAYS_A_WEEK = 7;
const VERDICT_LIGHTS = { delivered: "green", extra: "green", partial: "amber", missed: "red" };
const ledger = { cells: null, until: null };
let redraw = () => {};

export async function loadLedger() {
	const { first, last } = span();
	ledger.cells = (await get(`/v1/ledger/heatmap?from=${first}&until=${last}`)).cells;
	redraw();
}

export function openLedger(draw) {
	redraw = draw;
	return loadLedger();
}

export const ledgerActions = {
	weeks({ by }) {
		const monday = addDays(span().last, Number(by) * DAYS_A_WEEK);
		ledger.until = by ? mondayOf(monday) : null;
		return loadLedger();
	},
	week,
};

// The weeks that are shown, from a Monday to a Sunday.
function span() {
	const monday = ledger.until ?? mondayOf(dateOf(relayNow()));
	return { first: addDays(monday, -DAYS_A_WEEK * (WEEKS - 1)), last: addDays(monday, 6) };
}

export function renderLedger() {
	const { first, last } = span();
	return [
		element(
			"header.bar",
			{ "data-key": "bar" },
			element("h1", say("ledger.title")),
			button("weeks", "‹", {
				"data-by": -WEEKS,
				"aria-label": say("ledger.before"),
			}),
			button("weeks", say("ledger.latest"), { disabled: !ledger.until }),
			button("weeks", "›", {
				"data-by": WEEKS,
				disabled: !ledger.until,
				"aria-label": say("ledger.after"),
			}),
			element("span.quiet", `${first} – ${last}`),
			element("span.gap"),
			["week", "month", "year"].map((kind) =>
				link(`${kind}.html?`, say(`ledger.${kind}`)),
			),
			link(`year.csv?from=${first}&until=${last}&`, "CSV"),
		),
		ledger.cells ? heatMap(first) : element("p.empty", say("banner.wait_first")),
		legend(),
	];
}

function button(act, text, attributes) {
	return element("button", { type: "button", "data-act": act, ...attributes }, text);
}

function link(what, text) {
	const address = `/v1/ledger/${what}language=${currentLanguage()}`;
	return element("a.button", { href: address, target: "_blank", rel: "noopener" }, text);
}

// [{school, name, weeks: Map(monday -> cell), planned, delivered}], the poorest first.
export function bySchool(cells) {
	const schools = new Map();
	for (const cell of cells) {
		if (!schools.has(cell.school)) {
			const name = cell.school_name;
			schools.set(cell.school, {
				school: cell.school,
				name,
				weeks: new Map(),
				planned: 0,
				delivered: 0,
			});
		}
		const one = schools.get(cell.school);
		one.weeks.set(cell.week, cell);
		one.planned += cell.planned;
		one.delivered += cell.delivered;
	}
	const rate = (one) => (one.planned ? one.delivered / one.planned : 1);
	return [...schools.values()].sort(
		(a, b) => rate(a) - rate(b) || a.name.localeCompare(b.name, "zh"),
	);
}

function cellLight(cell) {
	if (cell.missed > 0) return "red";
	if (cell.partial > 0) return "amber";
	return cell.delivered > 0 ? "green" : "grey";
}

function heatMap(first) {
	const schools = bySchool(ledger.cells);
	if (schools.length === 0)
		return element("p.empty", { "data-key": "map" }, say("ledger.none"));
	const mondays = Array.from({ length: WEEKS }, (_, week) =>
		addDays(first, week * DAYS_A_WEEK),
	);
	const head = mondays.map((monday, at) => {
		const isMonth = at === 0 || monday.slice(5, 7) !== mondays[at - 1].slice(5, 7);
		return element(
			"th",
			{ scope: "col" },
			element("b", isMonth ? monthOf(monday) : ""),
			Number(monday.slice(8)),
		);
	});
	return element(
		"table.heat",
		{ "data-key": "map" },
		element(
			"thead",
			element(
				"tr",
				element("th", { scope: "col" }, say("column.school")),
				head,
				element("th", { scope: "col" }, say("ledger.rate")),
			),
		),
		element(
			"tbody",
			schools.map((one) =>
				element(
					"tr",
					{ "data-key": one.school },
					element("th", { scope: "row" }, one.name),
					mondays.map((monday) => heatCell(one, monday)),
					element(
						"td.total",
						one.planned
							? percent(one.delivered / one.planned)
							: NONE,
					),
				),
			),
		),
	);
}

function monthOf(monday) {
	return new Intl.DateTimeFormat(currentLanguage(), { month: "short" }).format(
		new Date(monday),
	);
}

function heatCell(one, monday) {
	const cell = one.weeks.get(monday);
	if (!cell) return element("td");
	const light = cellLight(cell);
	const words = say(
		"ledger.cell",
		one.name,
		monday,
		cell.delivered,
		cell.planned,
		cell.partial,
		cell.missed,
	);
	return element(
		"td",
		element(
			`button.${light}`,
			{
				type: "button",
				"data-act": "week",
				"data-school": one.school,
				"data-name": one.name,
				"data-monday": monday,
				title: words,
				"aria-label": words,
			},
			light === "red" || light === "amber" ? shape(light) : null,
			`${cell.delivered}/${cell.planned}`,
		),
	);
}

function legend() {
	const rows = [
		["green", "delivered"],
		["amber", "partial"],
		["red", "missed"],
		["grey", "cancelled"],
	];
	return element(
		"p.legend",
		{ "data-key": "legend" },
		rows.map(([light, verdict]) => lamp(light, say(`verdict.${verdict}`))),
		element("span", say("ledger.hint")),
	);
}

// A school's lessons of one week, each with its sheet.
async function week({ school, name, monday }) {
	const until = addDays(monday, 6);
	const of = `from=${monday}&until=${until}&school=${encodeURIComponent(school)}`;
	const answer = await get(`/v1/ledger?${of}`);
	const names = ["when", "what", "who", "minutes", "verdict"];
	openDialog(
		`${name} · ${monday}`,
		element(
			"table.list",
			element(
				"thead",
				element(
					"tr",
					names.map((one) =>
						element(
							"th",
							{ scope: "col" },
							say(`entry.${one}`),
						),
					),
				),
			),
			element("tbody", answer.entries.map(entryRow)),
		),
	);
}

function entryRow(entry) {
	const light = VERDICT_LIGHTS[entry.verdict] ?? "grey";
	const id = encodeURIComponent(entry.lesson);
	const sheet = `/v1/ledger/lesson/${id}.html?language=${currentLanguage()}`;
	return element(
		"tr",
		element(
			"td",
			entry.date,
			element("small", entry.planned_start ? timeOf(entry.planned_start) : NONE),
		),
		element(
			"td",
			entry.lesson
				? element(
						"a",
						{ href: sheet, target: "_blank", rel: "noopener" },
						entry.title,
					)
				: entry.title,
		),
		element("td", `${entry.lead_name} ⇄ ${entry.assisted_name}`),
		element(
			"td",
			entry.planned_minutes == null
				? NONE
				: `${entry.live_minutes} / ${entry.planned_minutes}`,
		),
		element(
			"td",
			lamp(light, say(`verdict.${entry.verdict}`)),
			element("small", entry.reason),
		),
	);
}
