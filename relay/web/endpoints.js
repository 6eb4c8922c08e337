/* SPDX-License-Identifier: BSD-3-Clause */
// endpoints.js - every classroom's device: is it there, by which path, and how its check went.
import { change, get } from "./api.js";
import { closeDialog, openDialog, tell, tellRefusal } from "./dialog.js";
import { element } from "./dom.js";
import { dateOf, milliseconds, NONE, percent, rate, timeOf } from "./format.js";
import { lamp } from "./lights.js";
import { live, relayNow } from "./live.js";
import { call } from "./now.js";
import { currentLanguage, say } from "./words.js";

const SOON_S = 600;
const LOOK_MS = 2000; // while a check runs
const list = { endpoints: null, filter: "", isOpen: false, timer: 0 };
let redraw = () => {};

export async function loadEndpoints() {
	list.endpoints = (await get("/v1/endpoints")).endpoints;
	clearTimeout(list.timer);
	if (list.isOpen && isChecking()) list.timer = setTimeout(lookAgain, LOOK_MS);
	redraw();
}

// Where the relay is away, its events bring the list when it is back.
function lookAgain() {
	loadEndpoints().catch(tellRefusal);
}

export function openEndpoints(draw) {
	redraw = draw;
	list.isOpen = true;
	return loadEndpoints();
}

export function closeEndpoints() {
	list.isOpen = false;
	clearTimeout(list.timer);
}

export const endpointActions = {
	filter({ value }) {
		list.filter = value.trim().toLowerCase();
		redraw();
	},
	check,
	revoke,
	revoking,
};

export function renderEndpoints({ may }) {
	if (!list.endpoints) return element("p.empty", say("banner.wait_first"));
	const shown = list.endpoints.filter(matches).sort(order);
	const there = list.endpoints.filter((one) => one.connected).length;
	const names = ["state", "school", "device", "path", "version", "next", "check"];
	return [
		element(
			"header.bar",
			{ "data-key": "bar" },
			element("h1", say("endpoints.title", there, list.endpoints.length)),
			element("span.gap"),
			element("input", {
				type: "search",
				"data-input": "filter",
				placeholder: say("endpoints.filter"),
				"aria-label": say("endpoints.filter"),
			}),
		),
		element(
			"table.list",
			{ "data-key": "list" },
			element(
				"thead",
				element(
					"tr",
					names.map((name) =>
						element(
							"th",
							{ scope: "col" },
							say(`device.${name}`),
						),
					),
					may.administer ? element("th", { scope: "col" }) : null,
				),
			),
			element(
				"tbody",
				shown.map((one) => row(one, may)),
			),
		),
	];
}

function matches(one) {
	const text = [one.id, one.school, one.school_name, one.room, one.address]
		.join(" ")
		.toLowerCase();
	return text.includes(list.filter);
}

// Who should be there and is not comes first; then by school.
function order(a, b) {
	return urgency(b) - urgency(a) || a.school_name.localeCompare(b.school_name, "zh");
}

function urgency(one) {
	if (one.connected) return 0;
	return secondsToNext(one) < SOON_S ? 2 : 1;
}

function secondsToNext(one) {
	if (one.session) return 0;
	return one.next_starts_at ? (Date.parse(one.next_starts_at) - relayNow()) / 1000 : Infinity;
}

function light(one) {
	return ["green", "grey", "red"][urgency(one)];
}

function legOf(id) {
	for (const lesson of live.data?.lessons ?? []) {
		const found = lesson.schools.find((school) => school.endpoint === id);
		if (found) return found;
	}
	return null;
}

function day(moment) {
	return dateOf(moment) === dateOf(relayNow())
		? timeOf(moment)
		: `${dateOf(moment)} ${timeOf(moment)}`;
}

function row(one, may) {
	const seen = one.last_seen ? say("last_seen", day(one.last_seen)) : say("never_seen");
	const since = one.connected_since ? say("since", day(one.connected_since)) : seen;
	return element(
		`tr.${light(one)}`,
		{ "data-key": one.id, "data-endpoint": one.id, tabindex: 0 },
		element(
			"td",
			lamp(light(one), say(one.connected ? "present" : "away")),
			element("small", since),
		),
		element(
			"td",
			element("b", one.school_name),
			element("small", one.room, one.connected ? null : call(one)),
		),
		element(
			"td",
			one.id,
			element(
				"small",
				(one.streams ?? []).map((kind) => say(`kind.${kind}`)).join(" · "),
			),
		),
		element("td", pathCells(one)),
		element("td", one.version ?? NONE),
		element(
			"td",
			one.session
				? element("b", say("device.on_air"))
				: one.next_starts_at
					? day(one.next_starts_at)
					: NONE,
		),
		element("td.check", checkCells(one, may)),
		may.administer
			? element(
					"td",
					element(
						"button",
						{
							type: "button",
							"data-act": "revoke",
							"data-id": one.id,
						},
						say("revoke"),
					),
				)
			: null,
	);
}

function pathCells(one) {
	const leg = legOf(one.id);
	const address = leg?.address ?? one.address ?? NONE;
	const state = !leg
		? null
		: leg.up
			? say("round_trip", milliseconds(leg.rtt_ms))
			: say("path_down");
	return [address, element("small", state ?? say("path.control"))];
}

// --- connection checks

function isChecking() {
	return list.endpoints.some((one) => one.check?.state === "running");
}

// The last check's figures, which lead to its page, and the button that begins another.
function checkCells(one, may) {
	const button = may.operate
		? element(
				"button",
				{
					type: "button",
					"data-act": "check",
					"data-school": one.school,
					"data-name": one.school_name,
					disabled: isChecking(),
				},
				say("check.begin"),
			)
		: null;
	if (!one.check) return [button ?? NONE];
	const page = `/v1/checks/${encodeURIComponent(one.check.id)}.html`;
	return [
		button,
		element(
			"a",
			{
				href: `${page}?language=${currentLanguage()}`,
				target: "_blank",
				rel: "noopener",
			},
			day(one.check.started_at),
		),
		found(one.check).map((text) => element("small", text)),
	];
}

// What a check found, in lines.
function found(check) {
	if (check.state === "running") return [say("check.running")];
	const lines = [];
	if (check.state !== "done") lines.push(say("check.cut"));
	if (!check.reachable) return [...lines, say("check.unreached")];
	for (const way of ["uplink", "downlink"]) {
		const kbit_s = check[`${way}_kbit_s`];
		if (kbit_s == null) continue;
		const lost = percent(check[`${way}_loss_ratio`]);
		lines.push(say("check.line", say(way), rate(kbit_s), lost));
	}
	return lines;
}

async function check({ school, name }) {
	let begun;
	try {
		begun = await change("POST", "/v1/checks", { schools: [school] });
	} catch (refusal) {
		if (refusal.status !== 409) throw refusal;
		await loadEndpoints();
		const because = say(`hindrance.${hindrance(school)}`);
		return tell(say("check.refused", name, because, refusal.message), true);
	}
	const names = begun.schools.map((one) => one.school_name).join(" ⇄ ");
	tell(say("check.begun", names, begun.remaining_s));
	await loadEndpoints();
}

// Why the relay may have refused, for who does not read its own English words.
function hindrance(school) {
	if (isChecking()) return "busy";
	const rooms = list.endpoints.filter((one) => one.school === school);
	return rooms.some((one) => one.session) ? "lesson" : "alone";
}

// --- revoking

// The tokens that open this device's way in.
async function revoke({ id }) {
	const { tokens } = await get("/v1/tokens");
	const names = tokens.filter((token) => token.endpoint === id).map((token) => token.name);
	if (names.length === 0) return tell(say("revoke.none", id));
	openDialog(
		say("revoke"),
		element("p", say("revoke.sure", id)),
		element(
			"ul",
			names.map((name) => element("li", element("b", name))),
		),
		element(
			"div.choices",
			element("button", { type: "button", "data-act": "close" }, say("cancel")),
			element(
				"button.danger",
				{
					type: "button",
					"data-act": "revoking",
					"data-names": JSON.stringify(names),
				},
				say("revoke"),
			),
		),
	);
}

async function revoking({ names }) {
	for (const name of JSON.parse(names))
		await change("DELETE", `/v1/tokens/${encodeURIComponent(name)}`);
	closeDialog();
	tell(say("revoke.done", JSON.parse(names).join(", ")));
	await loadEndpoints();
}
