/* SPDX-License-Identifier: BSD-3-Clause */
// judge.js - what is wrong, the worst first, and in which words. Pure: from LIVE to lists and text.
import { milliseconds, percent } from "./format.js";
import { currentLanguage, say } from "./words.js";

const GRAVITY = { red: 3, amber: 2, grey: 1, green: 0 };

export function gravity(light) {
	return GRAVITY[light] ?? GRAVITY.grey;
}

export function worse(a, b) {
	return gravity(a) >= gravity(b) ? a : b;
}

// Every line that is amber or red, the worst first: [{lesson, school, direction ("uplink",
// "downlink"), line, light, cause}]. Who is absent before the bell has no line yet, so no
// direction. What a partner's uplink loses, the school cannot receive: its downlink then names that
// school as the cause, and is nobody's to mend.
export function troubles(lessons) {
	const found = lessons.flatMap((lesson) =>
		lesson.schools.flatMap((school) =>
			troublesOf(lesson, school).map((trouble) => ({
				lesson,
				school,
				...trouble,
			})),
		),
	);
	const rank = (one) => 10 * gravity(one.light) + (one.direction === "uplink" ? 1 : 0);
	return found.sort(
		(a, b) =>
			Boolean(a.cause) - Boolean(b.cause) ||
			rank(b) - rank(a) ||
			severity(b.line) - severity(a.line),
	);
}

// Those that somebody has to mend.
export function ownTroubles(lessons) {
	return troubles(lessons).filter((one) => !one.cause);
}

function troublesOf(lesson, school) {
	const bad = ["uplink", "downlink"]
		.map((direction) => ({
			direction,
			line: school[direction],
			light: school[direction]?.light,
		}))
		.filter(({ light }) => gravity(light) >= GRAVITY.amber)
		.map((one) => ({ ...one, cause: causeOf(lesson, school, one) }));
	if (!bad.length && school.words)
		return [{ direction: null, line: {}, light: "amber", cause: null }];
	return bad;
}

function causeOf(lesson, school, { direction, line }) {
	if (direction === "uplink") return null;
	const explains = (other) =>
		other !== school && other.uplink && isSource(other.uplink, line);
	return lesson.schools.find(explains) ?? null;
}

// Whether an uplink's trouble is enough to make a downlink of the same lesson this bad.
function isSource(uplink, downlink) {
	const gaps = ["silent", "missing_flow"];
	if (gravity(uplink.light) < GRAVITY.amber) return false;
	if (gaps.includes(uplink.why))
		return gaps.includes(downlink.why) || downlink.why === "loss";
	if (uplink.why !== downlink.why) return false;
	if (uplink.why === "loss") return downlink.loss_ratio <= 1.3 * uplink.loss_ratio + 0.005;
	return uplink.why === "jitter" && downlink.jitter_ms <= 1.3 * uplink.jitter_ms + 5;
}

// How far a line is beyond what is good, for the order among lines of one colour.
function severity(line) {
	if (line.why === "silent") return 1000 + (line.silent_s ?? 0);
	if (line.why === "missing_flow") return 500;
	return 100 * (line.loss_ratio ?? 0) + (line.jitter_ms ?? 0) / 50;
}

// The worst of what is the school's own: grey or green where it has no trouble but others'.
export function schoolLight(lesson, school) {
	const own = troublesOf(lesson, school).filter((one) => !one.cause);
	if (own.length) return own.map((one) => one.light).reduce(worse);
	return gravity(school.uplink?.light) === GRAVITY.grey ? "grey" : "green";
}

// What is wrong with a line, as a short phrase: "丢包 6.2 %".
export function complaint(line, school) {
	switch (line?.why) {
		case "loss":
			return say("why.loss", percent(line.loss_ratio));
		case "jitter":
			return say("why.jitter", milliseconds(line.jitter_ms));
		case "round_trip":
			return say("why.round_trip", milliseconds(school?.rtt_ms));
		case "silent":
			return line.silent_s == null
				? say("why.silent_always")
				: say("why.silent", Math.round(line.silent_s));
		case "missing_flow":
			return say("why.missing_flow", line.expected_flows - line.present_flows);
		default:
			return say(`light.${line?.light ?? "grey"}`);
	}
}

// The sentence for a school: the relay's own where it has one.
export function sentence(trouble) {
	if (trouble.cause)
		return say("caused", trouble.school.school_name, trouble.cause.school_name);
	const words = trouble.school.words?.[currentLanguage()];
	if (words) return words;
	const what = complaint(trouble.line, trouble.school);
	return say("trouble", trouble.school.school_name, say(trouble.direction), what);
}

// What to do about it, for somebody who knows no networks.
export function advice({ school, direction, line }) {
	if (!school.connected && !school.up) return say("advice.absent");
	if (line.why === "silent" && school.up) return say("advice.silent_up");
	if (line.why === "silent") return say("advice.silent_down");
	if (line.why === "missing_flow") return say("advice.missing_flow");
	return say(direction === "uplink" ? "advice.uplink" : "advice.downlink");
}

// The lessons in the order of `before` (session ids), newcomers first.
export function inOrder(lessons, before) {
	const place = (lesson) => before.indexOf(lesson.session);
	return [...lessons].sort((a, b) => place(a) - place(b));
}

// One light for everything that is on; null where nothing is.
export function overall(lessons) {
	if (lessons.length === 0) return null;
	return lessons.map((lesson) => lesson.light).reduce(worse);
}

// What a screen reader should hear: changes only when who has trouble changes.
export function spoken(lessons) {
	const lines = ownTroubles(lessons);
	if (lessons.length === 0) return say("banner.none");
	if (lines.length === 0) return say("banner.good", lessons.length);
	return lines.map(spokenLine).join("; ");
}

function spokenLine(trouble) {
	const { school, direction, line } = trouble;
	if (!direction) return sentence(trouble);
	return say(
		"trouble",
		school.school_name,
		say(direction),
		say(`reason.${line.why ?? "other"}`),
	);
}
