/* SPDX-License-Identifier: BSD-3-Clause */
// words.js - what the page says, in Chinese and English.
import { WORDS } from "./dictionary.js";

export const LANGUAGES = ["zh", "en"];
let language = "zh";

// Chinese where the browser names it before any other language that the page knows.
export function preferred(browserLanguages) {
	for (const one of browserLanguages || []) {
		const found = LANGUAGES.find((known) => one.toLowerCase().startsWith(known));
		if (found) return found;
	}
	return "zh";
}

export function setLanguage(wanted) {
	language = LANGUAGES.includes(wanted) ? wanted : "zh";
}

export function currentLanguage() {
	return language;
}

// The text of a key; {0}, {1}, … are filled in. A key without a text is shown as it is.
export function say(key, ...values) {
	const texts = WORDS[key];
	if (!texts) return key;
	return texts[LANGUAGES.indexOf(language)].replace(
		/\{(\d)\}/g,
		(whole, at) => values[at] ?? "",
	);
}

// A name of the API ("lead", "planned") as a word, or as it is.
export function sayName(group, name) {
	const key = `${group}.${name}`;
	return key in WORDS ? say(key) : (name ?? "");
}
