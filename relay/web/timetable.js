/* SPDX-License-Identifier: BSD-3-Clause */
// timetable.js - the day's board, pairs by time; what is wrong with the plan; changes to both.
import { get } from "./api.js";
import { element } from "./dom.js";
import { addDays, dateOf, minuteOf, timeOf } from "./format.js";
import { shape } from "./lights.js";
import { live, relayNow } from "./live.js";
import { partNames } from "./now.js";
import { currentLanguage, say, sayName } from "./words.js";

const STEP_MIN = 5;
const HOUR = 60;
const FINDINGS_SHOWN = 30;
const board = { date: null, lessons: [], cancelled: [], exceptions: [], plan: null, open: false };
let redraw = () => {};

export function lessonOnBoard(id) {
	return [...board.lessons, ...board.cancelled].find((lesson) => lesson.id === id);
}

export function exceptionOf(id) {
	return board.exceptions.findLast((one) => one.lesson === id || one.with === id);
}

export async function loadTimetable() {
	const date = board.date ?? dateOf(relayNow());
	const [day, exceptions, plan] = await Promise.all([
		get(`/v1/lessons?date=${date}`),
		get("/v1/exceptions").catch(() => ({ exceptions: [] })),
		get(`/v1/plan/check?date=${date}`).catch(() => null),
	]);
	Object.assign(board, {
		lessons: day.lessons,
		cancelled: day.cancelled,
		exceptions: exceptions.exceptions,
		plan,
	});
	redraw();
}

export function openTimetable(draw) {
	redraw = draw;
	return loadTimetable();
}

export const timetableActions = {
	day({ days }) {
		const shown = board.date ?? dateOf(relayNow());
		board.date = days ? addDays(shown, Number(days)) : null;
		return loadTimetable();
	},
	date({ value }) {
		board.date = value || null;
		return loadTimetable();
	},
};

export function renderTimetable({ may }) {
	const date = board.date ?? dateOf(relayNow());
	return [
		element(
			"header.bar",
			{ "data-key": "bar" },
			element("h1", say("board.title", date)),
			button("day", "‹", { "data-days": -1, "aria-label": say("board.before") }),
			button("day", say("board.today"), { disabled: !board.date }),
			button("day", "›", { "data-days": 1, "aria-label": say("board.after") }),
			element("input", {
				type: "date",
				value: date,
				"data-change": "date",
				"aria-label": say("board.date"),
			}),
			element("span.gap"),
			element(
				"a.button",
				{
					href: sheetAddress(date),
					target: "_blank",
					rel: "noopener",
				},
				say("board.print"),
			),
			may.operate
				? button("adhoc", say("adhoc.open"), { class: "strong" })
				: null,
		),
		boardGrid(date),
		findings(),
	];
}

function sheetAddress(date) {
	return `/v1/sheet?week=${date}&language=${currentLanguage()}`;
}

function button(act, text, attributes) {
	return element("button", { type: "button", "data-act": act, ...attributes }, text);
}

// Lessons of the same schools are one row, the lead's name first.
function rows() {
	const found = new Map();
	for (const lesson of [...board.lessons, ...board.cancelled]) {
		const key = partNames(lesson.parts);
		if (!found.has(key)) found.set(key, []);
		found.get(key).push(lesson);
	}
	return [...found].sort(([a], [b]) => a.localeCompare(b, "zh"));
}

function span(lessons) {
	const starts = lessons.map((lesson) => minuteOf(lesson.starts_at));
	const ends = lessons.map((lesson) => minuteOf(lesson.ends_at));
	const first = Math.floor(Math.min(8 * HOUR, ...starts) / HOUR) * HOUR;
	return [first, Math.ceil(Math.max(16 * HOUR, ...ends) / HOUR) * HOUR];
}

function boardGrid(date) {
	const all = rows();
	if (all.length === 0) return element("p.empty", { "data-key": "board" }, say("board.none"));
	const [first, last] = span(board.lessons.concat(board.cancelled));
	const column = (minute) => 2 + Math.round((minute - first) / STEP_MIN);
	const steps = (last - first) / STEP_MIN;
	const hours = [];
	for (let hour = first; hour < last; hour += HOUR)
		hours.push(
			element(
				"span.hour",
				{
					style: {
						"grid-column": `${column(hour)} / span 12`,
					},
				},
				`${hour / HOUR}:00`,
			),
		);
	const cells = all.flatMap(([name, lessons], row) => [
		element("b.pairname", { style: { "grid-row": row + 2 }, title: name }, name),
		element("span.track", { style: { "grid-row": row + 2 } }),
		lessons.map((lesson) => block(lesson, row + 2, column)),
	]);
	const now = minuteOf(relayNow());
	const isToday = date === dateOf(relayNow()) && now > first && now < last;
	return element(
		"div.board",
		{
			"data-key": "board",
			role: "list",
			style: {
				"grid-template-columns": `14rem repeat(${steps}, minmax(0, 1fr))`,
			},
		},
		hours,
		cells,
		isToday
			? element("span.nowline", {
					"aria-hidden": "true",
					style: {
						"grid-column": column(now),
						"grid-row": `1 / ${all.length + 2}`,
					},
				})
			: null,
	);
}

function block(lesson, row, column) {
	const from = column(minuteOf(lesson.starts_at));
	const until = Math.max(from + 6, column(minuteOf(lesson.ends_at)));
	const state = lesson.reason ? "cancelled" : lesson.state;
	const light = live.data?.lessons.find((one) => one.session === lesson.id)?.light;
	const names = partNames(lesson.parts);
	const period = lesson.period ? say("board.period", lesson.period) : "";
	const times = `${timeOf(lesson.starts_at)}–${timeOf(lesson.ends_at)}`;
	return element(
		`button.block.${state}.${exceptionOf(lesson.id) ? "changed" : ""}`,
		{
			type: "button",
			role: "listitem",
			"data-act": "lesson",
			"data-id": lesson.id,
			"data-key": lesson.id,
			style: { "grid-column": `${from} / ${until}`, "grid-row": row },
			"aria-label": [lesson.title, names, times, say(`state.${state}`)].join(
				", ",
			),
		},
		element(
			"b",
			light && state !== "planned" ? shape(light) : null,
			lesson.title,
			element("i", period),
		),
		element("small", times),
	);
}

function findings() {
	const plan = board.plan;
	if (!plan) return null;
	const grave = plan.findings.filter((one) => one.severity !== "note");
	const light = plan.counts.error ? "red" : plan.counts.warning ? "amber" : "green";
	const text = plan.clean
		? say("plan.clean", plan.lessons, plan.last)
		: say("plan.counts", plan.counts.error, plan.counts.warning);
	return element(
		"section.findings",
		{ "data-key": "findings" },
		element("h2", shape(light), say("plan.title"), " ", element("small", text)),
		element("ul", grave.slice(0, FINDINGS_SHOWN).map(finding)),
		grave.length > FINDINGS_SHOWN
			? element("p.quiet", say("banner.more", grave.length - FINDINGS_SHOWN))
			: null,
	);
}

function finding(one) {
	const when = one.first
		? one.first === one.last
			? one.first
			: `${one.first} – ${one.last} (${one.count})`
		: "";
	return element(
		"li",
		shape(one.severity === "error" ? "red" : "amber"),
		element("b", sayName("plan", one.kind)),
		element("span", one.text),
		element("small", when),
	);
}
