/* SPDX-License-Identifier: BSD-3-Clause */
// endpoints.js - every classroom's device: is it there, by which path, and how its check went.
import { change, get } from "./api.js";
import { closeDialog, openDialog, tell } from "./dialog.js";
import { element } from "./dom.js";
import { dateOf, milliseconds, NONE, timeOf } from "./format.js";
import { lamp } from "./lights.js";
import { live, relayNow } from "./live.js";
import { call } from "./now.js";
import { say } from "./words.js";

const SOON_S = 600;
const list = { endpoints: null, filter: "" };
let redraw = () => {};

export async function loadEndpoints() {
	list.endpoints = (await get("/v1/endpoints")).endpoints;
	redraw();
}

export function openEndpoints(draw) {
	redraw = draw;
	return loadEndpoints();
}

export const endpointActions = {
	filter({ value }) {
		list.filter = value.trim().toLowerCase();
		redraw();
	},
	revoke,
	revoking,
};

export function renderEndpoints({ may }) {
	if (!list.endpoints) return element("p.empty", say("banner.wait_first"));
	const shown = list.endpoints.filter(matches).sort(order);
	const there = list.endpoints.filter((one) => one.connected).length;
	const names = ["state", "school", "device", "path", "version", "next"];
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
