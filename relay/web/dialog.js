/* SPDX-License-Identifier: BSD-3-Clause */
// dialog.js - one question at a time, and short messages.
import { element } from "./dom.js";
import { say } from "./words.js";

const MESSAGE_MS = 8000;
const at = (id) => document.getElementById(id);

// Opens the dialog with these contents; the first button or field gets the focus.
export function openDialog(title, ...contents) {
	const dialog = at("dialog");
	dialog.replaceChildren(
		element(
			"header",
			element("h2", title),
			element(
				"button",
				{ type: "button", "data-act": "close", "aria-label": say("close") },
				"✕",
			),
		),
		...contents.flat(Infinity).filter(Boolean),
	);
	dialog.setAttribute("aria-label", title);
	if (!dialog.open) dialog.showModal();
	dialog.querySelector("[autofocus], input, select, button:not([data-act=close])")?.focus();
}

export function closeDialog() {
	at("dialog").close();
}

export function tell(text, isBad = false) {
	const toast = element("p", { class: isBad ? "bad" : "good" }, text);
	at("toasts").append(toast);
	setTimeout(() => toast.remove(), isBad ? 2 * MESSAGE_MS : MESSAGE_MS);
}

// Says what the relay refused.
export function tellRefusal(refusal) {
	tell(
		refusal.status === 0
			? say("error.unreachable")
			: `${say("error.title")}: ${refusal.message}`,
		true,
	);
}
