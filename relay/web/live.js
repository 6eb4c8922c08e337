/* SPDX-License-Identifier: BSD-3-Clause */
// live.js - what the relay said last: the lessons of now, and each line's last five minutes.
import { get, listen } from "./api.js";

const HISTORY_S = 300;
const OLD_AFTER_MS = 4000; // LIVE comes once a second

export const live = {
	data: null, // LIVE
	at: 0, // when it came, by performance.now()
	lost_at: 0, // when the connection was last lost; 0: it stands
};

const histories = new Map(); // session -> endpoint -> direction -> {kbit_s: [], loss_ratio: [], …}
const asked = new Set();
const FIELDS = ["kbit_s", "loss_ratio", "jitter_ms"];

// handlers: changed() after each LIVE and when the connection comes or goes, lessons() when the
// day's lessons changed, hello(HELLO).
export function follow(handlers) {
	return listen({
		connection(stands) {
			if (!stands && !live.lost_at) live.lost_at = performance.now();
			if (stands) {
				live.lost_at = 0;
				asked.clear();
			}
			handlers.changed();
		},
		hello: handlers.hello,
		live(data) {
			take(data);
			handlers.changed();
		},
		lessons: handlers.lessons,
		presence: handlers.lessons,
		alarm: handlers.changed,
	});
}

// Whoever signs in next sees nothing of what the last one saw.
export function forget() {
	Object.assign(live, { data: null, at: 0, lost_at: 0 });
	histories.clear();
	asked.clear();
}

// Seconds without news, where that is too long; else 0.
export function silence() {
	const since = live.lost_at || live.at;
	const quiet_ms = since ? performance.now() - since : 0;
	return live.lost_at || quiet_ms > OLD_AFTER_MS
		? Math.max(1, Math.round(quiet_ms / 1000))
		: 0;
}

// The relay's clock: this machine's may be wrong.
export function relayNow() {
	if (!live.data) return new Date();
	return new Date(Date.parse(live.data.now) + performance.now() - live.at);
}

export function history(session, endpoint, direction) {
	return histories.get(session)?.get(endpoint)?.[direction];
}

function take(data) {
	live.data = data;
	live.at = performance.now();
	const sessions = new Set(data.lessons.map((lesson) => lesson.session));
	for (const session of histories.keys()) {
		if (!sessions.has(session)) histories.delete(session);
	}
	for (const lesson of data.lessons) {
		for (const school of lesson.schools) append(lesson.session, school);
		if (!asked.has(lesson.session)) fill(lesson.session);
	}
}

function lines(session, endpoint) {
	if (!histories.has(session)) histories.set(session, new Map());
	const endpoints = histories.get(session);
	if (!endpoints.has(endpoint)) {
		const empty = () => Object.fromEntries(FIELDS.map((field) => [field, []]));
		endpoints.set(endpoint, { uplink: empty(), downlink: empty() });
	}
	return endpoints.get(endpoint);
}

function append(session, school) {
	const kept = lines(session, school.endpoint);
	for (const direction of ["uplink", "downlink"]) {
		for (const field of FIELDS) {
			const values = kept[direction][field];
			values.push(school[direction]?.[field] ?? null);
			if (values.length > HISTORY_S) values.shift();
		}
	}
}

// The five minutes before the page looked.
async function fill(session) {
	asked.add(session);
	let answer;
	try {
		answer = await get(`/v1/live/history?session=${encodeURIComponent(session)}`);
	} catch {
		return; // the picture grows from now on
	}
	if (!histories.has(session)) return;
	for (const school of answer.schools) {
		const kept = lines(session, school.endpoint);
		for (const direction of ["uplink", "downlink"]) {
			for (const field of FIELDS)
				kept[direction][field] = (school[direction]?.[field] ?? []).slice(
					-HISTORY_S,
				);
		}
	}
}
