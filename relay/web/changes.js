/* SPDX-License-Identifier: BSD-3-Clause */
// changes.js - the dialogs that change a lesson of the board, a running session, or open one.
import { change, get } from "./api.js";
import { closeDialog, openDialog, tell } from "./dialog.js";
import { element } from "./dom.js";
import { timeOf } from "./format.js";
import { live } from "./live.js";
import { exceptionOf, lessonOnBoard, loadTimetable } from "./timetable.js";
import { say, sayName } from "./words.js";

const MINUTES = [5, 10, 15, 20, 40, 60];

export const changeActions = {
	lesson,
	cancel,
	restore,
	move,
	moved,
	adhoc,
	opened,
	regroup,
	regrouped,
};

const button = (act, text, attributes = {}) =>
	element("button", { type: "button", "data-act": act, ...attributes }, text);

// A form whose fields go to the action as an object, beside what its button carries.
function form(act, data, submit, ...fields) {
	return element(
		"form",
		{ "data-submit": act, ...data },
		element("div.fields", fields),
		element(
			"div.choices",
			button("close", say("cancel")),
			element("button.strong", { type: "submit" }, submit),
		),
	);
}

function field(name, label, control) {
	control.setAttribute("name", name);
	control.id = `field-${name}`;
	return [element("label", { for: control.id }, label), control];
}

function select(options, chosen, attributes = {}) {
	return element(
		"select",
		attributes,
		options.map(([value, text]) =>
			element(
				"option",
				{ value, selected: [chosen].flat().includes(value) },
				text,
			),
		),
	);
}

// One lesson of the board: what it is, and what can be done with it.
function lesson({ id }) {
	const one = lessonOnBoard(id);
	if (!one) return;
	const state = one.reason ? "cancelled" : one.state;
	const exception = exceptionOf(id);
	const facts = [
		[
			say("fact.time"),
			`${one.date ?? ""} ${timeOf(one.starts_at)} – ${timeOf(one.ends_at)}`,
		],
		[
			say("fact.state"),
			say(`state.${state}`) +
				(one.reason ? ` · ${sayName("reason", one.reason)}` : ""),
		],
		[say("fact.form"), sayName("form", one.form)],
		...(one.parts ?? []).map((part) => [
			say(`role.${part.role}`),
			`${part.school_name} · ${part.endpoint}`,
		]),
	];
	if (exception) {
		const how = sayName("exception", exception.kind);
		facts.push([say("fact.exception"), `${how} · ${exception.made_by}`]);
	}
	const data = { "data-id": id, "data-session": id };
	const isOn = ["open", "live", "grace"].includes(state);
	openDialog(
		`${one.title} · ${timeOf(one.starts_at)}`,
		element(
			"dl.facts",
			facts.map(([name, value]) =>
				element("div", element("dt", name), element("dd", value)),
			),
		),
		element(
			"div.choices.operate",
			isOn && state !== "grace" ? button("extend", say("extend5"), data) : null,
			isOn ? button("session", say("more"), data) : null,
			state === "planned" ? button("move", say("lesson.move"), data) : null,
			state === "planned"
				? button("cancel", say("lesson.cancel"), {
						...data,
						class: "danger",
					})
				: null,
			exception
				? button("restore", say("lesson.restore"), {
						"data-number": exception.number,
					})
				: null,
		),
	);
}

async function done(text) {
	closeDialog();
	tell(text);
	await loadTimetable();
}

async function cancel({ id }) {
	await change("POST", "/v1/exceptions", { kind: "cancel", lesson: id });
	await done(say("lesson.cancelled", lessonOnBoard(id)?.title ?? id));
}

async function restore({ number }) {
	await change("DELETE", `/v1/exceptions/${number}`);
	await done(say("lesson.restored"));
}

function move({ id }) {
	const one = lessonOnBoard(id);
	const times = `${timeOf(one.starts_at)}-${timeOf(one.ends_at)}`;
	openDialog(
		say("lesson.move"),
		form(
			"moved",
			{ "data-id": id },
			say("lesson.move"),
			field(
				"date",
				say("board.date"),
				element("input", { type: "date", value: one.date, required: true }),
			),
			field(
				"times",
				say("fact.time"),
				element("input", {
					value: times,
					required: true,
					pattern: "\\d{1,2}:\\d{2}-\\d{1,2}:\\d{2}",
					placeholder: "10:00-10:40",
				}),
			),
		),
	);
}

async function moved({ id, date, times }) {
	await change("POST", "/v1/exceptions", {
		kind: "move",
		lesson: id,
		to_date: date,
		to_times: times,
	});
	await done(say("lesson.moved", lessonOnBoard(id)?.title ?? id, date, times));
}

async function endpointOptions() {
	const { endpoints } = await get("/v1/endpoints");
	return endpoints.map((one) => [
		one.id,
		`${one.connected ? "●" : "○"} ${one.school_name} ${one.room ?? ""} (${one.id})`,
	]);
}

async function adhoc() {
	const options = await endpointOptions();
	openDialog(
		say("adhoc.open"),
		form(
			"opened",
			{},
			say("adhoc.go"),
			field(
				"title",
				say("adhoc.name"),
				element("input", {
					value: say("adhoc.default"),
					required: true,
					maxlength: 60,
				}),
			),
			field("lead", say("role.lead"), select(options)),
			field(
				"others",
				say("adhoc.others"),
				select(options, options[1]?.[0], {
					multiple: true,
					size: 6,
					required: true,
				}),
			),
			field(
				"minutes",
				say("adhoc.minutes"),
				select(
					MINUTES.map((count) => [count, say("minutes", count)]),
					15,
				),
			),
		),
	);
}

async function opened({ title, lead, others, minutes }) {
	const endpoints = [lead, ...others.filter((one) => one !== lead)];
	await change("POST", "/v1/sessions", { endpoints, minutes: Number(minutes), title });
	await done(say("adhoc.opened", title));
}

async function regroup({ session: id }) {
	const options = await endpointOptions();
	const on = live.data?.lessons.find((one) => one.session === id);
	const was = on.schools.map((school) => school.endpoint);
	const speaking = on.schools
		.filter((school) => school.role !== "listen")
		.map((school) => school.endpoint);
	openDialog(
		say("session.regroup"),
		form(
			"regrouped",
			{ "data-id": id, "data-was": was.join(" ") },
			say("session.regroup"),
			field("lead", say("role.lead"), select(options, speaking[0])),
			field(
				"others",
				say("adhoc.others"),
				select(options, speaking.slice(1), {
					multiple: true,
					size: 8,
					required: true,
				}),
			),
		),
	);
}

async function regrouped({ id, was, lead, others }) {
	const endpoints = [lead, ...others.filter((one) => one !== lead)];
	const session = await change("PATCH", `/v1/sessions/${encodeURIComponent(id)}`, {
		endpoints,
		was: was.split(" "),
	});
	await done(say("session.changed", session.title));
}
