/* SPDX-License-Identifier: BSD-3-Clause */
// lights.js - a state as shape, colour and word, and five minutes as a small picture.
import { element } from "./dom.js";
import { say } from "./words.js";

// Circle with a tick, triangle, square with a cross, hollow ring: told apart without colour.
const SHAPES = {
	green: [
		["circle", { cx: 12, cy: 12, r: 11, class: "body" }],
		["path", { d: "m7 12.5 3.5 3.5L17.5 8.5" }],
	],
	amber: [
		["path", { d: "M12 1.5 23.5 22H.5Z", class: "body" }],
		["path", { d: "M12 9v6m0 2.7v.6" }],
	],
	red: [
		["rect", { x: 1, y: 1, width: 22, height: 22, rx: 3, class: "body" }],
		["path", { d: "m7.5 7.5 9 9m0-9-9 9" }],
	],
	grey: [
		["circle", { cx: 12, cy: 12, r: 9.5, class: "ring" }],
		["path", { d: "M8 12h8", class: "ring" }],
	],
};

export function shape(light, className = "") {
	const parts = (SHAPES[light] || SHAPES.grey).map(([tag, attributes]) =>
		element(tag, attributes),
	);
	const attributes = { viewBox: "0 0 24 24", class: `shape ${light || "grey"} ${className}` };
	return element("svg", { ...attributes, "aria-hidden": "true" }, parts);
}

// Shape and word.
export function lamp(light, word = say(`light.${light || "grey"}`)) {
	return element(`span.lamp.${light || "grey"}`, shape(light), element("b", word));
}

const WIDTH = 100;
const HEIGHT = 24;
const LOSS_FULL = 0.1; // a bar of the whole height
const LOSS_AMBER = 0.01;
const LOSS_RED = 0.05;

// Samples a second each, the newest last: {kbit_s: [], loss_ratio: []}, null where there is none.
export function sparkline(samples, seconds = 300) {
	const { area, amber, red } = sparkPaths(samples, seconds);
	return element(
		"svg",
		{
			viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
			class: "spark",
			preserveAspectRatio: "none",
			role: "img",
			"aria-label": say("chart.five"),
		},
		element("path.rate", { d: area }),
		element("path.lost.amber", { d: amber }),
		element("path.lost.red", { d: red }),
	);
}

// The picture's outlines. Pure.
export function sparkPaths(samples, seconds) {
	const rates = buckets(samples?.kbit_s, seconds, (a, b) => Math.min(a, b));
	const losses = buckets(samples?.loss_ratio, seconds, (a, b) => Math.max(a, b));
	const top = Math.max(1, ...rates.filter((value) => value != null));
	const bar = (at, high) => `M${at} ${HEIGHT}V${round(HEIGHT - high)}h1V${HEIGHT}z`;
	const paths = { area: "", amber: "", red: "" };
	rates.forEach((value, at) => {
		if (value) paths.area += bar(at, (value / top) * (HEIGHT - 4));
	});
	losses.forEach((value, at) => {
		if (!value || value < LOSS_AMBER / 4) return;
		const high = Math.max(3, HEIGHT * Math.sqrt(Math.min(1, value / LOSS_FULL)));
		paths[value >= LOSS_RED ? "red" : "amber"] += bar(at, high);
	});
	return paths;
}

function round(value) {
	return Math.round(value * 10) / 10;
}

// The last `seconds` samples as WIDTH values, each merged from those that fall into it.
function buckets(values, seconds, merge) {
	const merged = new Array(WIDTH).fill(null);
	const from = (values?.length ?? 0) - seconds;
	for (let i = Math.max(0, from); i < (values?.length ?? 0); i++) {
		const at = Math.floor(((i - from) * WIDTH) / seconds);
		if (values[i] != null)
			merged[at] = merged[at] == null ? values[i] : merge(merged[at], values[i]);
	}
	return merged;
}
