/* SPDX-License-Identifier: BSD-3-Clause */
// now.js - the first view: what is wrong, every lesson that is on, and what comes next.
import { element } from "./dom.js";
import { bitRate, countdown, milliseconds, NONE, percent, rate, short, timeOf } from "./format.js";
import { advice, inOrder, overall, schoolLight, sentence, troubles } from "./judge.js";
import { lamp, shape, sparkline } from "./lights.js";
import { history, live, relayNow, silence } from "./live.js";
import { sayName, say } from "./words.js";

const TROUBLES_SHOWN = 3;
const NEXT_SHOWN = 8;
const STILL_MS = 8000; // a pointer that rests so long is not about to press

let movedAt = -STILL_MS;
let shownOrder = []; // of session ids
addEventListener("pointermove", () => (movedAt = performance.now()));

export function renderNow({ may }) {
	const data = live.data;
	if (!data)
		return [
			banner(
				"grey",
				say(silence() ? "banner.lost" : "banner.wait_first", silence()),
			),
		];
	const on = steady(data.lessons.filter((lesson) => lesson.state !== "ended"));
	return [
		verdict(data, on),
		notices(data),
		element(
			`div.floor.${silence() ? "old" : ""}`,
			{ "data-key": "floor" },
			element(
				"section",
				{
					class: "lessons",
					"aria-label": say("view.now"),
					"data-key": "lessons",
				},
				on.length ? columns() : null,
				on.map((lesson) => lessonCard(lesson, may)),
			),
			comingNext(data),
		),
	];
}

// Cards do not move away from under a pointer or the focus.
function steady(lessons) {
	const isMoving = performance.now() - movedAt < STILL_MS;
	const hand = isMoving ? ".lessons:hover, .lessons:focus-within" : ".lessons:focus-within";
	const ordered = document.querySelector(hand) ? inOrder(lessons, shownOrder) : lessons;
	shownOrder = ordered.map((lesson) => lesson.session);
	return ordered;
}

// The one sentence that can be read from across the room.
function verdict(data, on) {
	const lost = silence();
	if (lost) return banner("grey", say("banner.lost", lost), say("banner.lost.hint"));
	const wrong = troubles(on);
	if (wrong.length) return trouble(on, wrong, data.totals);
	const running = on.filter((lesson) => lesson.state === "live");
	const waiting = on.filter((lesson) => lesson.state === "open").length;
	if (running.length && overall(running) === "green")
		return banner("green", counted("banner.good", running.length), null, totals(data));
	if (running.length)
		return banner("grey", counted("banner.begun", running.length), null, totals(data));
	if (waiting) return banner("grey", counted("banner.wait", waiting), null, totals(data));
	return banner("calm", say("banner.none"), upcoming(data.next[0]), totals(data));
}

function counted(key, number) {
	return say(number === 1 ? `${key}.1` : key, number);
}

function upcoming(next) {
	if (!next) return say("banner.no_next");
	return say("banner.next", next.title, partNames(next.parts), timeOf(next.starts_at));
}

function banner(light, headline, under, ...aside) {
	return element(
		`section.banner.${light}`,
		{ "data-key": "banner" },
		light === "calm" ? null : shape(light, "huge"),
		element("div.says", element("h1", headline), under ? element("p", under) : null),
		aside,
	);
}

// The worst lines, each with whom to call and what to say.
function trouble(on, wrong, figures) {
	const schools = new Map();
	for (const one of wrong) {
		const id = `${one.lesson.session} ${one.school.endpoint}`;
		if (!schools.has(id)) schools.set(id, one);
	}
	const shown = [...schools.values()].slice(0, TROUBLES_SHOWN);
	const more = schools.size - shown.length;
	const fine = on.length - new Set(wrong.map((one) => one.lesson.session)).size;
	return element(
		`section.banner.trouble.${wrong[0].light}`,
		{ "data-key": "banner" },
		element(
			"ol",
			shown.map((one, at) => troubleLine(one, at === 0)),
		),
		element(
			"div.aside",
			more > 0 ? element("p.more", say("banner.more", more)) : null,
			fine > 0 ? element("p.rest", say("banner.rest", fine)) : null,
			totals({ ...live.data, totals: figures }),
		),
	);
}

function troubleLine(one, isFirst) {
	const { lesson, school } = one;
	const way = one.direction && say(`${one.direction}.long`);
	return element(
		`li.${one.light}.${isFirst ? "first" : ""}`,
		shape(one.light, isFirst ? "huge" : "big"),
		element(
			"div.says",
			element(isFirst ? "h1" : "h2", {}, sentence(one)),
			element(
				"p",
				element(
					"span.which",
					[lesson.title, way].filter(Boolean).join(" · "),
				),
				call(school),
			),
			isFirst ? element("p.advice", advice(one)) : null,
		),
	);
}

export function call(school) {
	const phone = school.phone
		? element("a", { href: `tel:${school.phone.replace(/[^+\d]/g, "")}` }, school.phone)
		: say("no_phone");
	return element("span.call", "☎ ", school.contact ? `${school.contact} ` : null, phone);
}

// A school is not told of them.
function totals({ totals: sums, workers }) {
	if (!sums) return null;
	const busy = Math.max(0, ...(workers || []).map((worker) => worker.busy_share ?? 0));
	const figures = [
		[bitRate(sums.bit_in_s), say("total.in")],
		[bitRate(sums.bit_out_s), say("total.out")],
		[short(sums.packets_in_s).replace(/\.\d+$/, ""), say("total.packets")],
		[percent(busy), say("total.busy")],
	];
	if (sums.drops_s > 0) figures.push([Math.round(sums.drops_s), say("total.drops")]);
	return element(
		"dl.totals",
		figures.map(([value, name]) =>
			element("div", element("dt", name), element("dd", value)),
		),
	);
}

function notices(data) {
	const stalled = (data.workers || []).filter((worker) => worker.heartbeat_age_ms > 1000);
	const texts = [
		...stalled.map((worker) =>
			say("worker.stalled", worker.worker, worker.heartbeat_age_ms),
		),
		...(data.alarms || []).map(alarmText),
	];
	if (texts.length === 0) return null;
	return element(
		"section.notices",
		{ "aria-label": say("alarm"), "data-key": "notices" },
		texts.map((text) => element("p", shape("amber"), text)),
	);
}

function alarmText(alarm) {
	const known = sayName("alarm", alarm.kind);
	const whose = alarm.date || alarm.endpoint;
	return known === alarm.kind ? alarm.text : say(`alarm.${alarm.kind}`, whose);
}

// One heading for all cards, whose columns stand below each other.
function columns() {
	const names = ["uplink", "downlink"].map((direction) =>
		element(
			`div.line.${direction}`,
			element(
				"span.state",
				element("b", say(direction)),
				say(`${direction}.way`),
			),
			["five", "loss", "jitter", "rate", "flows"].map((name) =>
				element("span", { class: name }, say(`column.${name}`)),
			),
		),
	);
	return element(
		"div.columns",
		{ "data-key": "columns", "aria-hidden": "true" },
		element("span.who", say("column.school")),
		names,
	);
}

function lessonCard(lesson, may) {
	const id = lesson.session;
	return element(
		`article.lesson.${lesson.light}`,
		{
			"data-key": id,
			"data-session": id,
			tabindex: "0",
			"aria-label": [
				lesson.title,
				pairText(lesson),
				say(`light.${lesson.light}`),
			].join(),
		},
		element(
			"header",
			shape(lesson.light, "big"),
			element("h2", lesson.title),
			element("span.pair", pairText(lesson)),
			element(`span.chip.${lesson.state}`, say(`state.${lesson.state}`)),
			timeLeft(lesson),
			may.operate ? buttons(lesson) : null,
		),
		lesson.schools.map((school) => schoolRow(lesson, school)),
	);
}

function pairText(lesson) {
	const names = lesson.schools.map((school) => school.school_name);
	return names.length === 2 ? names.join(" ⇄ ") : names.join("、");
}

function timeLeft(lesson) {
	const now = relayNow();
	const bell = Date.parse(lesson.starts_at) - now;
	const end = Date.parse(lesson.ends_at) - now;
	if (bell > 0)
		return element("span.left", element("b", countdown(bell / 1000)), say("bell_in"));
	if (end <= 0) return element("span.left", say("over"));
	return element("span.left", element("b", countdown(end / 1000)), say("left"));
}

function buttons(lesson) {
	const data = { "data-session": lesson.session };
	return element(
		"span.buttons",
		element(
			"button",
			{ ...data, "data-act": "extend", type: "button" },
			say("extend5"),
		),
		element(
			"button",
			{
				...data,
				"data-act": "session",
				type: "button",
				"aria-label": say("more"),
			},
			"⋯",
		),
	);
}

function schoolRow(lesson, school) {
	const light = schoolLight(school);
	const one = troubles([lesson]).find((trouble) => trouble.school === school);
	const row = element(
		`div.school.${light}`,
		{ "data-key": school.endpoint, "data-school": school.school },
		element(
			"div.who",
			element("b", school.school_name),
			element("small", `${say(`role.${school.role}`)} · ${pathText(school)}`),
		),
		["uplink", "downlink"].map((direction) => lineCells(lesson, school, direction)),
	);
	if (!one) return row;
	return [
		row,
		element(
			`p.plea.${light}`,
			{ "data-key": `${school.endpoint} plea` },
			element("b", sentence(one)),
			call(school),
		),
	];
}

function pathText(school) {
	if (!school.connected && !school.up) return say("absent");
	if (!school.up) return say("path_down");
	return say("round_trip", milliseconds(school.rtt_ms));
}

function lineCells(lesson, school, direction) {
	const line = school[direction] || { light: "grey" };
	const isBad = (why) => line.why === why && !line.recovering;
	const bad = (why) => (isBad(why) ? `cell.${line.light}` : "cell");
	const flows =
		line.expected_flows == null ? NONE : `${line.present_flows}/${line.expected_flows}`;
	return element(
		`div.line.${direction}.${line.light}`,
		{ "data-light": line.light },
		element("span.state", lamp(line.light)),
		element(
			"span.five",
			sparkline(history(lesson.session, school.endpoint, direction)),
		),
		element(`span.loss.${bad("loss")}`, percent(line.loss_ratio)),
		element(`span.jitter.${bad("jitter")}`, milliseconds(line.jitter_ms)),
		element(`span.rate.${bad("silent")}`, rate(line.kbit_s)),
		element(`span.flows.${bad("missing_flow")}`, flows),
	);
}

function comingNext(data) {
	const now = relayNow();
	return element(
		"aside.next",
		{ "aria-label": say("next.title"), "data-key": "next" },
		element("h2", say("next.title")),
		data.next.length ? null : element("p.quiet", say("next.none")),
		data.next.slice(0, NEXT_SHOWN).map((lesson) => nextCard(lesson, now)),
	);
}

function nextCard(lesson, now) {
	const seconds = (Date.parse(lesson.starts_at) - now) / 1000;
	return element(
		"article",
		{ class: seconds < 180 ? "soon" : "", "data-key": lesson.lesson },
		element(
			"header",
			element("b", timeOf(lesson.starts_at)),
			element("span", lesson.title),
			element("span.in", say("next.in", countdown(seconds))),
		),
		element(
			"ul",
			lesson.parts.map((part) => presence(part, seconds)),
		),
	);
}

// Whoever is missing shortly before the bell is what matters here.
function presence(part, seconds) {
	const light = part.connected ? "green" : seconds < 180 ? "amber" : "grey";
	const seen = part.last_seen ? say("last_seen", timeOf(part.last_seen)) : say("never_seen");
	return element(
		"li",
		{ class: light },
		shape(light),
		element("span", part.school_name),
		element("small", part.connected ? say("present") : seen),
	);
}

export function partNames(parts) {
	return parts.map((part) => part.school_name).join(parts.length === 2 ? " ⇄ " : "、");
}
