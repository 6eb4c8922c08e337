/* SPDX-License-Identifier: BSD-3-Clause */
// school.js - a classroom's own view: on air or not, for how long, and whose line is bad.
import { element } from "./dom.js";
import { countdown, timeOf } from "./format.js";
import { gravity, schoolLight, sentence, troubles } from "./judge.js";
import { lamp, shape } from "./lights.js";
import { live, relayNow, silence } from "./live.js";
import { say } from "./words.js";

const NEXT_SHOWN = 4;

export function renderSchool({ me }) {
	const data = live.data;
	if (!data || silence()) return air("grey", say("air.lost"), say("banner.lost.hint"));
	const lesson = current(data.lessons);
	return [
		lesson ? onAir(lesson, me.school) : offAir(data.next[0]),
		lesson
			? element(
					"div.ways",
					lineOf(lesson, me.school, true),
					lineOf(lesson, me.school, false),
				)
			: null,
		element(
			"div.deeds",
			lesson && lesson.state !== "open"
				? element(
						"button.strong",
						{
							type: "button",
							"data-act": "extend",
							"data-session": lesson.session,
						},
						say("extend5"),
					)
				: null,
			lesson ? null : partners(data, me.school).map(callButton),
		),
		comingUp(data.next),
	];
}

// The lesson that counts now: one that is live before one that is being checked.
function current(lessons) {
	const rank = { live: 3, grace: 2, open: 1 };
	return [...lessons]
		.sort((a, b) => (rank[b.state] ?? 0) - (rank[a.state] ?? 0))
		.find((lesson) => rank[lesson.state]);
}

function air(light, headline, under, ...more) {
	return element(
		`section.air.${light}`,
		{ "data-key": "air" },
		shape(light, "huge"),
		element("div", element("h1", headline), under ? element("p", under) : null),
		more,
	);
}

function onAir(lesson, school) {
	const others = lesson.schools
		.filter((one) => one.school !== school)
		.map((one) => one.school_name);
	const under = `${lesson.title} · ${others.join("、")}`;
	const now = relayNow();
	const toBell = (Date.parse(lesson.starts_at) - now) / 1000;
	const left = (Date.parse(lesson.ends_at) - now) / 1000;
	const time = (seconds, key) =>
		element("p.time", element("b", countdown(seconds)), say(key));
	if (lesson.state === "open")
		return air("grey", say("air.soon"), under, time(toBell, "bell_in"));
	if (lesson.state === "grace") return air("grey", say("air.over"), under);
	return air(lesson.light, say("air.on"), under, time(left, "left"));
}

function offAir(next) {
	if (!next) return air("calm", say("air.off"), say("banner.no_next"));
	const seconds = (Date.parse(next.starts_at) - relayNow()) / 1000;
	return air(
		"calm",
		say("air.off"),
		`${say("next.title")}: ${next.title} ${timeOf(next.starts_at)}`,
		element("p.time", element("b", countdown(seconds)), say("bell_in")),
	);
}

// Our line, or theirs, in one sentence.
function lineOf(lesson, school, ours) {
	const schools = lesson.schools.filter((one) => (one.school === school) === ours);
	return schools.map((one) => {
		const light = schoolLight(one);
		const wrong = troubles([lesson]).find((trouble) => trouble.school === one);
		return element(
			`section.way.${light}`,
			{ "data-key": one.endpoint, "data-school": one.school },
			element("h2", ours ? say("way.ours") : say("way.theirs", one.school_name)),
			lamp(light),
			wrong
				? element(
						"p",
						element("b", sentence(wrong)),
						" ",
						ours ? say("advice.own") : say("way.not_you"),
					)
				: null,
			!wrong && gravity(light) === 1 ? element("p", say("way.unknown")) : null,
		);
	});
}

// Whom this school shares lessons with now and next: a call to talk a lesson over.
function partners(data, school) {
	const found = new Map();
	const lessons = [
		...data.lessons.map((one) => one.schools),
		...data.next.map((one) => one.parts),
	];
	for (const part of lessons.flat()) {
		if (part.school !== school) found.set(part.school, part);
	}
	return [...found.values()];
}

function callButton({ school, school_name: name, connected }) {
	return element(
		"button",
		{
			type: "button",
			"data-act": "prepare",
			"data-school": school,
			"data-name": name,
			"data-key": school,
		},
		shape(connected ? "green" : "grey"),
		" ",
		say("prepare", name),
	);
}

function comingUp(next) {
	if (!next.length) return null;
	return element(
		"section.coming",
		{ "data-key": "coming" },
		element("h2", say("next.title")),
		element(
			"ul",
			next
				.slice(0, NEXT_SHOWN)
				.map((lesson) =>
					element(
						"li",
						{ "data-key": lesson.lesson },
						element("b", timeOf(lesson.starts_at)),
						element("span", lesson.title),
						element(
							"span.quiet",
							lesson.parts
								.map((part) => part.school_name)
								.join(" ⇄ "),
						),
					),
				),
		),
	);
}
