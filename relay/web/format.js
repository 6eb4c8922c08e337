/* SPDX-License-Identifier: BSD-3-Clause */
// format.js - numbers, times and durations as people read them. Pure: no document, no clock.

export const NONE = "–";
let zone; // of the county; undefined: the browser's

export function setZone(name) {
	zone = name;
}

// 0.0123 -> "1.2 %". Small but not nothing never reads as nothing.
export function percent(ratio) {
	if (ratio == null) return NONE;
	const value = ratio * 100;
	if (value === 0) return "0 %";
	if (value < 0.1) return "< 0.1 %";
	return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} %`;
}

export function milliseconds(value) {
	if (value == null) return NONE;
	return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

// 1234 kbit/s -> "1.23 Mbit/s"
export function rate(kbit) {
	if (kbit == null) return NONE;
	if (kbit < 999.5) return `${kbit.toFixed(0)} kbit/s`;
	const mega = kbit / 1000;
	if (mega < 999.5) return `${short(mega)} Mbit/s`;
	return `${short(mega / 1000)} Gbit/s`;
}

export function bitRate(bit_s) {
	return rate(bit_s == null ? null : bit_s / 1000);
}

// Three digits that count: 1.23, 12.3, 123.
export function short(value) {
	if (value == null) return NONE;
	return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

// 12345 -> "12 345", with a narrow space that does not break.
export function count(value) {
	if (value == null) return NONE;
	return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

// 4005 s -> "1:06:45", 65 s -> "1:05"
export function countdown(seconds) {
	const whole = Math.max(0, Math.ceil(seconds));
	const parts = [Math.floor((whole % 3600) / 60), whole % 60];
	if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
	return parts.map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
}

export function timeOf(moment) {
	return moment ? inZone(moment, { hour: "2-digit", minute: "2-digit" }) : NONE;
}

export function clockOf(moment) {
	return inZone(moment, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

// "2026-11-23", in the county.
export function dateOf(moment) {
	const options = { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone };
	return new Intl.DateTimeFormat("sv-SE", options).format(new Date(moment));
}

// Minutes since midnight in the county.
export function minuteOf(moment) {
	const [hours, minutes] = timeOf(moment).split(":").map(Number);
	return hours * 60 + minutes;
}

function inZone(moment, options) {
	const complete = { ...options, hourCycle: "h23", timeZone: zone };
	return new Intl.DateTimeFormat("en-GB", complete).format(new Date(moment));
}

export function addDays(date, days) {
	const moment = new Date(`${date}T12:00:00Z`);
	moment.setUTCDate(moment.getUTCDate() + days);
	return moment.toISOString().slice(0, 10);
}

// The Monday of a date's week.
export function mondayOf(date) {
	return addDays(date, -((new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7));
}
