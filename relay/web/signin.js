/* SPDX-License-Identifier: BSD-3-Clause */
// signin.js - the form for a token. The relay answers with a cookie that no script can read.
import { change } from "./api.js";
import { element } from "./dom.js";
import { say } from "./words.js";

export function showSignIn(main, done) {
	const input = element("input", {
		type: "password",
		name: "token",
		id: "token",
		required: true,
		autocomplete: "current-password",
		spellcheck: "false",
		"aria-describedby": "token-hint",
	});
	const wrong = element("p.wrong", { role: "alert" });
	const form = element(
		"form.signin",
		element("h1", say("product")),
		element("label", { for: "token" }, say("signin.token")),
		// Password keepers file a token under a name.
		element("input.unseen", {
			value: "relay",
			autocomplete: "username",
			tabindex: -1,
			readonly: true,
			"aria-hidden": "true",
		}),
		input,
		element("p", { id: "token-hint", class: "quiet" }, say("signin.hint")),
		wrong,
		element("button", { type: "submit", class: "strong" }, say("signin.go")),
		element(
			"button",
			{ type: "button", "data-act": "language" },
			say("language.other"),
		),
	);
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		const token = input.value.trim();
		input.value = "";
		try {
			await change("POST", "/v1/signin", { token });
			done();
		} catch (refusal) {
			const key = { 401: "signin.wrong", 403: "signin.role" }[refusal.status];
			wrong.textContent = key
				? say(key)
				: refusal.message || say("error.unreachable");
			input.focus();
		}
	});
	main.className = "sign";
	main.replaceChildren(form);
	input.focus();
}
