/* SPDX-License-Identifier: BSD-3-Clause */
// pure.mjs - what the page's modules compute without a browser: words, figures, who is worst.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

// Where the modules are, as ES modules: the caller's copy with its package.json.
const folder = process.env.PAGE_MODULES;
const load = (name) => import(pathToFileURL(join(folder, name)));
const { WORDS } = await load("dictionary.js");
const words = await load("words.js");
const format = await load("format.js");
const judge = await load("judge.js");
const { sparkPaths } = await load("lights.js");
const { bySchool } = await load("ledger.js");

function line(light, more = {}) {
	return { light, why: null, expected_flows: 2, present_flows: 2, ...more };
}

function school(name, uplink, downlink, more = {}) {
	const there = { connected: true, up: true, words: null };
	return {
		school: name,
		school_name: name,
		endpoint: name,
		uplink,
		downlink,
		...there,
		...more,
	};
}

const good = () => school("good", line("green"), line("green"));
const lossy = school("lossy", line("amber", { why: "loss", loss_ratio: 0.03 }), line("green"));
const silent = school("silent", line("red", { why: "silent", silent_s: 42 }), line("green"));

test("every text is there in both languages, with the same blanks", () => {
	const blanks = (text) => [...text.matchAll(/\{\d\}/g)].map(String).sort();
	for (const [key, texts] of Object.entries(WORDS)) {
		assert.equal(texts.length, words.LANGUAGES.length, key);
		assert.ok(
			texts.every((text) => text.length > 0),
			key,
		);
		assert.deepEqual(blanks(texts[0]), blanks(texts[1]), key);
	}
});

test("every text that a module names is in the dictionary, and every one there is named", () => {
	const modules = readdirSync(folder).filter((name) => name.endsWith(".js"));
	const source = modules
		.filter((name) => !name.startsWith("dictionary"))
		.map((name) => readFileSync(join(folder, name), "utf8"))
		.join("\n");
	for (const [, key] of source.matchAll(/\bsay\(\s*"([^"]+)"/g)) assert.ok(key in WORDS, key);
	const groups = [...source.matchAll(/`([a-z_]+)\.\$\{/g)].map(([, group]) => group);
	groups.push(...[...source.matchAll(/sayName\("([a-z]+)"/g)].map(([, group]) => group));
	for (const key of Object.keys(WORDS)) {
		const isNamed = source.includes(`"${key}"`) || groups.includes(key.split(".")[0]);
		assert.ok(
			isNamed || key.endsWith(".1") || key.includes("link."),
			`${key} is never said`,
		);
	}
});

test("every reason for which the relay drops a packet has its words", () => {
	const header = new URL("../../include/platform/drop_reasons.h", import.meta.url);
	const reasons = [...readFileSync(header, "utf8").matchAll(/X\([A-Z_]+, "([a-z_]+)"/g)];
	assert.ok(reasons.length > 20);
	for (const [, reason] of reasons) assert.ok(`drop.${reason}` in WORDS, reason);
});

test("the browser's first known language counts, and Chinese where it knows none", () => {
	assert.equal(words.preferred(["en-GB", "zh-CN"]), "en");
	assert.equal(words.preferred(["fr", "zh-TW", "en"]), "zh");
	assert.equal(words.preferred(["fr"]), "zh");
	assert.equal(words.preferred(undefined), "zh");
});

test("a small loss never reads as none", () => {
	assert.equal(format.percent(0), "0 %");
	assert.equal(format.percent(0.0001), "< 0.1 %");
	assert.equal(format.percent(0.0623), "6.2 %");
	assert.equal(format.percent(0.5), "50 %");
	assert.equal(format.percent(null), "–");
});

test("rates, counts and durations are read as people write them", () => {
	assert.equal(format.rate(999.4), "999 kbit/s");
	assert.equal(format.rate(2345), "2.35 Mbit/s");
	assert.equal(format.rate(1234567), "1.23 Gbit/s");
	assert.equal(format.count(1234567), "1\u202f234\u202f567");
	assert.equal(format.countdown(65), "1:05");
	assert.equal(format.countdown(4005), "1:06:45");
	assert.equal(format.countdown(-3), "0:00");
});

test("times are the county's, whatever the browser's zone is", () => {
	format.setZone("Asia/Shanghai");
	assert.equal(format.timeOf("2026-11-22T16:05:00Z"), "00:05");
	assert.equal(format.dateOf("2026-11-22T16:05:00Z"), "2026-11-23");
	assert.equal(format.minuteOf("2026-11-23T01:20:00Z"), 9 * 60 + 20);
	assert.equal(format.mondayOf("2026-11-29"), "2026-11-23");
	assert.equal(format.addDays("2026-12-31", 1), "2027-01-01");
});

test("the worst line comes first", () => {
	const lessons = [
		{ session: "a", light: "amber", schools: [good(), lossy] },
		{ session: "b", light: "red", schools: [good(), silent] },
	];
	const found = judge.troubles(lessons).map((one) => `${one.school.school} ${one.direction}`);
	assert.deepEqual(found, ["silent uplink", "lossy uplink"]);
	assert.equal(judge.overall(lessons), "red");
	assert.deepEqual(judge.troubles([{ session: "c", light: "green", schools: [good()] }]), []);
	assert.equal(judge.overall([]), null);
});

test("cards keep their places while somebody is about to press", () => {
	const lessons = ["a", "b", "new", "c"].map((session) => ({ session }));
	const order = judge.inOrder(lessons, ["c", "b", "a"]).map((lesson) => lesson.session);
	assert.deepEqual(order, ["new", "c", "b", "a"]);
});

test("a line that recovers is not blamed, and nobody is sent to call", () => {
	const over = line("amber", { why: "loss", loss_ratio: 0, recovering: true });
	const [trouble] = judge.troubles([{ schools: [school("over", line("green"), over)] }]);
	words.setLanguage("zh");
	assert.equal(judge.sentence(trouble), "over：下行正在恢复");
	assert.doesNotMatch(judge.advice(trouble), /请打电话/);
	words.setLanguage("en");
	assert.equal(judge.sentence(trouble), "over: downlink is recovering");
});

test("a line is blamed in words, in the language of the page", () => {
	const [trouble] = judge.troubles([{ session: "a", light: "amber", schools: [lossy] }]);
	words.setLanguage("zh");
	assert.equal(judge.sentence(trouble), "lossy：上行丢包 3.0 %");
	words.setLanguage("en");
	assert.equal(judge.sentence(trouble), "lossy: uplink loses 3.0 %");
	assert.match(judge.advice(trouble), /uploading/);
	const own = { ...lossy, words: { zh: "甲", en: "the relay's words" } };
	assert.equal(judge.sentence({ ...trouble, school: own }), "the relay's words");
	const absent = { ...silent, connected: false, up: false };
	assert.match(
		judge.advice({ ...trouble, school: absent, line: silent.uplink }),
		/not connected/,
	);
});

test("who is absent before the bell is told, though no line is measured yet", () => {
	const grey = () => line("grey");
	const absent = school("late", grey(), grey(), {
		connected: false,
		up: false,
		words: { zh: "late：还没有连上", en: "late: has not connected" },
	});
	const lessons = [{ session: "a", light: "amber", schools: [good(), absent] }];
	const [trouble, ...more] = judge.troubles(lessons);
	assert.deepEqual(more, []);
	assert.equal(judge.sentence(trouble), "late: has not connected");
	assert.match(judge.advice(trouble), /not connected/);
	assert.equal(judge.schoolLight(absent), "amber");
	assert.equal(judge.schoolLight(school("x", grey(), grey())), "grey");
	assert.match(judge.spoken(lessons), /has not connected/);
});

test("what a screen reader hears does not change with every figure", () => {
	const say = (loss_ratio) =>
		judge.spoken([
			{
				session: "a",
				light: "amber",
				schools: [
					school(
						"x",
						line("amber", { why: "loss", loss_ratio }),
						line("green"),
					),
				],
			},
		]);
	assert.equal(say(0.02), say(0.03));
	assert.notEqual(
		say(0.02),
		judge.spoken([{ session: "a", light: "green", schools: [good()] }]),
	);
});

test("the five minutes show silence as a gap and loss as bars", () => {
	const flat = { kbit_s: new Array(300).fill(2000), loss_ratio: new Array(300).fill(0) };
	const bars = (path) => (path.match(/M/g) ?? []).length;
	assert.equal(bars(sparkPaths(flat, 300).area), 100);
	assert.equal(bars(sparkPaths(flat, 300).amber) + bars(sparkPaths(flat, 300).red), 0);
	flat.kbit_s.fill(0, 270);
	flat.loss_ratio.fill(0.02, 0, 30);
	flat.loss_ratio.fill(0.2, 30, 60);
	assert.equal(bars(sparkPaths(flat, 300).area), 90);
	assert.equal(bars(sparkPaths(flat, 300).amber), 10);
	assert.equal(bars(sparkPaths(flat, 300).red), 10);
	const short = { kbit_s: [100, 100, 100], loss_ratio: [0, 0, 0] };
	assert.equal(
		sparkPaths(short, 300).area.indexOf("M99"),
		0,
		"the newest stands at the right",
	);
});

test("the school that held least of its lessons heads the ledger", () => {
	const cell = (name, week, planned, delivered) => ({
		school: name,
		school_name: name,
		week,
		planned,
		delivered,
	});
	const cells = [
		cell("a", "1", 4, 4),
		cell("a", "2", 4, 3),
		cell("b", "1", 4, 2),
		cell("c", "1", 0, 0),
	];
	const rows = bySchool(cells);
	assert.deepEqual(
		rows.map((row) => row.school),
		["b", "a", "c"],
	);
	assert.equal(rows[1].weeks.get("2").delivered, 3);
});
