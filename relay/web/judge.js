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

// Every line that is amber or red, the worst first:
// [{lesson, school, direction ("uplink", "downlink"), line, light}]. Who is absent before the bell
// has no line yet, so no direction.
export function troubles(lessons) {
	const found = lessons.flatMap((lesson) =>
		lesson.schools.flatMap((school) =>
			troublesOf(school).map((trouble) => ({ lesson, school, ...trouble })),
		),
	);
	const rank = (one) => 10 * gravity(one.light) + (one.direction === "uplink" ? 1 : 0);
	return found.sort((a, b) => rank(b) - rank(a) || severity(b.line) - severity(a.line));
}

function troublesOf(school) {
	const bad = ["uplink", "downlink"]
		.map((direction) => ({
			direction,
			line: school[direction],
			light: school[direction]?.light,
		}))
		.filter(({ light }) => gravity(light) >= GRAVITY.amber);
	if (!bad.length && school.words) return [{ direction: null, line: {}, light: "amber" }];
	return bad;
}

// How far a line is beyond what is good, for the order among lines of one colour.
function severity(line) {
	if (line.why === "silent") return 1000 + (line.silent_s ?? 0);
	if (line.why === "missing_flow") return 500;
	return 100 * (line.loss_ratio ?? 0) + (line.jitter_ms ?? 0) / 50;
}

// The worse of its lines; amber where the relay has words for it and no line has.
export function schoolLight(school) {
	const light = worse(school.uplink?.light, school.downlink?.light);
	return school.words && gravity(light) < GRAVITY.amber ? "amber" : light;
}

// What is wrong with a line, as a short phrase: "丢包 6.2 %".
export function complaint(line, school) {
	if (line?.recovering) return say("why.recovering");
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
	const words = trouble.school.words?.[currentLanguage()];
	if (words) return words;
	const what = complaint(trouble.line, trouble.school);
	return say("trouble", trouble.school.school_name, say(trouble.direction), what);
}

// What to do about it, for somebody who knows no networks.
export function advice({ school, direction, line }) {
	if (!school.connected && !school.up) return say("advice.absent");
	if (line.recovering) return say("advice.recovering");
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
	const lines = troubles(lessons);
	if (lessons.length === 0) return say("banner.none");
	if (lines.length === 0) return say("banner.good", lessons.length);
	return lines.map(spokenLine).join("; ");
}

function spokenLine(trouble) {
	const { school, direction, line } = trouble;
	if (!direction || line.recovering) return sentence(trouble);
	return say(
		"trouble",
		school.school_name,
		say(direction),
		say(`reason.${line.why ?? "other"}`),
	);
}
