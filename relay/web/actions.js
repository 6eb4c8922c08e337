/* SPDX-License-Identifier: BSD-3-Clause */
// actions.js - what buttons and keys do. A button names its action: data-act="extend".
import { change } from "./api.js";
import { closeDialog, openDialog, tell, tellRefusal } from "./dialog.js";
import { element } from "./dom.js";
import { timeOf } from "./format.js";
import { live } from "./live.js";
import { say } from "./words.js";

const KEYS = [
	["1 – 5", "help.views"],
	["J  K", "help.cards"],
	["E", "help.extend"],
	["M", "help.more"],
	["L", "help.language"],
	["D", "help.theme"],
	["W", "help.wide"],
	["?", "help.this"],
];
const SHORTCUTS = { l: "language", d: "theme", w: "wide", "?": "help", e: "extend", m: "session" };
const EXTEND_MINUTES = [5, 10, 20];

// Each is called with what its button or the selected card carries in data-…
const actions = { close: closeDialog, help, extend, session, end, ending, cut, prepare };

export function installActions(more) {
	Object.assign(actions, more);
	document.addEventListener("click", (event) => {
		const button = event.target.closest("[data-act]");
		if (button) run(button.dataset.act, button.dataset);
	});
	document.addEventListener("keydown", onKey);
	for (const kind of ["change", "input"]) {
		document.addEventListener(kind, ({ target }) => {
			const name = target.dataset[kind];
			if (name) run(name, { ...target.dataset, value: target.value });
		});
	}
	document.addEventListener("submit", (event) => {
		const { submit: name } = event.target.dataset;
		if (!name) return;
		event.preventDefault();
		run(name, { ...event.target.dataset, ...fieldsOf(event.target) });
	});
}

// A form's values by their names; of a field that takes several, a list.
function fieldsOf(form) {
	const values = {};
	for (const field of form.elements) {
		if (field.multiple)
			values[field.name] = [...field.selectedOptions].map((one) => one.value);
		else if (field.name) values[field.name] = field.value;
	}
	return values;
}

async function run(name, data) {
	try {
		await actions[name]?.(data);
	} catch (refusal) {
		if (!("status" in refusal)) throw refusal;
		tellRefusal(refusal);
	}
}

function onKey(event) {
	const typing = event.target.closest("input, select, textarea, dialog");
	if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
	const selected = document.activeElement?.closest("[data-session]");
	if (/^[1-9]$/.test(event.key)) actions.view(Number(event.key));
	else if (event.key === "j" || event.key === "k") actions.card(event.key === "j" ? 1 : -1);
	else if (event.key === "Escape") document.activeElement?.blur();
	else if (SHORTCUTS[event.key.toLowerCase()]) {
		const name = SHORTCUTS[event.key.toLowerCase()];
		if ((name === "extend" || name === "session") && !selected) return;
		run(name, selected?.dataset ?? {});
	} else return;
	event.preventDefault();
}

function help() {
	const rows = KEYS.map(([keys, text]) =>
		element("div", element("dt", element("kbd", keys)), element("dd", say(text))),
	);
	openDialog(say("help"), element("dl.keys", rows));
}

function sessionPath(id, verb = "") {
	return `/v1/sessions/${encodeURIComponent(id)}${verb}`;
}

async function extend({ session: id, minutes = 5 }) {
	const changed = await change("POST", sessionPath(id, "/extend"), {
		minutes: Number(minutes),
	});
	closeDialog();
	tell(say("session.extended", changed.title, timeOf(changed.ends_at)));
	actions.redraw();
}

async function cut({ session: id, minutes }) {
	const changed = await change("POST", sessionPath(id, "/cut"), { minutes: Number(minutes) });
	closeDialog();
	tell(say("session.extended", changed.title, timeOf(changed.ends_at)));
}

function lessonOf(id) {
	return live.data?.lessons.find((lesson) => lesson.session === id);
}

// Everything that can be done with a lesson that is on.
function session({ session: id }) {
	const lesson = lessonOf(id);
	if (!lesson) return;
	const button = (act, text, more = {}) =>
		element(
			"button",
			{ type: "button", "data-act": act, "data-session": id, ...more },
			text,
		);
	const names = lesson.schools.map((school) => school.school_name).join(" ⇄ ");
	openDialog(
		`${lesson.title} · ${names}`,
		element(
			"div.choices",
			element("h3", say("session.extend")),
			EXTEND_MINUTES.map((minutes) =>
				button("extend", `+${say("minutes", minutes)}`, {
					"data-minutes": minutes,
				}),
			),
			button("cut", say("session.cut", 5), { "data-minutes": 5 }),
		),
		element(
			"div.choices",
			button("regroup", say("session.regroup")),
			button("ending", say("session.end"), { class: "danger" }),
		),
	);
}

function ending({ session: id }) {
	const title = lessonOf(id)?.title ?? "";
	openDialog(
		say("session.end"),
		element("p", say("session.end.sure", title)),
		element(
			"div.choices",
			element("button", { type: "button", "data-act": "close" }, say("cancel")),
			element(
				"button",
				{
					type: "button",
					class: "danger",
					"data-act": "end",
					"data-session": id,
				},
				say("session.end"),
			),
		),
	);
}

async function end({ session: id }) {
	const ended = await change("DELETE", sessionPath(id));
	closeDialog();
	tell(say("session.ended", ended.title));
}

// A short call with a paired school.
async function prepare({ school, name }) {
	const call = await change("POST", "/v1/calls", { school });
	tell(say("prepare.opened", name, timeOf(call.ends_at)));
}
