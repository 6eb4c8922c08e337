/* SPDX-License-Identifier: BSD-3-Clause */
// api.js - asks the relay, and hears its events.

// What the relay refused, or that it could not be reached (status 0).
export class Refusal extends Error {
	constructor(status, text) {
		super(text);
		this.status = status;
	}
}

export async function get(path) {
	return ask("GET", path);
}

export async function change(method, path, body) {
	return ask(method, path, body ?? {});
}

async function ask(method, path, body) {
	const headers = {};
	if (method !== "GET") {
		headers["Content-Type"] = "application/json";
		// No form and no foreign page can send this.
		headers["X-Relay"] = "1";
	}
	let response;
	try {
		response = await fetch(path, {
			method,
			headers,
			body: method === "GET" ? undefined : JSON.stringify(body),
			credentials: "same-origin",
			cache: "no-store",
		});
	} catch {
		throw new Refusal(0, "");
	}
	const type = response.headers.get("Content-Type") || "";
	const value = type.includes("json") ? await response.json() : await response.text();
	if (response.ok) return value;
	const text = value?.detail || value?.error || value?.title || `HTTP ${response.status}`;
	throw new Refusal(response.status, text);
}

// Keeps the stream of events open. handlers: {name: (data) => …}; a name "connection" hears true
// and false. The browser connects again by itself but where the relay refused: then we do.
export function listen(handlers) {
	let source;
	let timer;
	function open() {
		source = new EventSource("/v1/events");
		source.onopen = () => handlers.connection(true);
		source.onerror = () => {
			handlers.connection(false);
			if (source.readyState === EventSource.CLOSED)
				timer = setTimeout(open, 2000);
		};
		for (const [name, handler] of Object.entries(handlers)) {
			if (name !== "connection")
				source.addEventListener(name, (event) =>
					handler(JSON.parse(event.data)),
				);
		}
	}
	open();
	return () => {
		clearTimeout(timer);
		source.close();
	};
}
