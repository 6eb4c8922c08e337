/* SPDX-License-Identifier: BSD-3-Clause */
// app.js - the page's frame: who looks, which view, in which language, and what keys do.
import { change, get } from "./api.js";
import { installActions } from "./actions.js";
import {
	closeEndpoints,
	endpointActions,
	loadEndpoints,
	openEndpoints,
	renderEndpoints,
} from "./endpoints.js";
import { element, morph } from "./dom.js";
import { clockOf, setZone } from "./format.js";
import { overall, spoken, troubles } from "./judge.js";
import { ledgerActions, loadLedger, openLedger, renderLedger } from "./ledger.js";
import { follow, forget, live, relayNow, silence } from "./live.js";
import { renderNow } from "./now.js";
import { renderSchool } from "./school.js";
import { loadTimetable, openTimetable, renderTimetable, timetableActions } from "./timetable.js";
import { changeActions } from "./changes.js";
import { tellRefusal } from "./dialog.js";
import { showSignIn } from "./signin.js";
import {
	closeThroughput,
	openThroughput,
	renderThroughput,
	throughputActions,
} from "./throughput.js";
import { currentLanguage, preferred, say, setLanguage } from "./words.js";

const VIEWS = {
	now: { render: renderNow },
	throughput: { render: renderThroughput, open: openThroughput, close: closeThroughput },
	timetable: { render: renderTimetable, open: openTimetable, changed: loadTimetable },
	endpoints: {
		render: renderEndpoints,
		open: openEndpoints,
		close: closeEndpoints,
		changed: loadEndpoints,
	},
	ledger: { render: renderLedger, open: openLedger, changed: loadLedger },
	school: { render: renderSchool },
};
const page = { me: null, view: null, stop: null };
const at = (id) => document.getElementById(id);

function remembered(name) {
	try {
		return localStorage.getItem(name);
	} catch {
		return null; // a browser that keeps nothing
	}
}

function remember(name, value) {
	try {
		localStorage.setItem(name, value);
	} catch {
		// then it holds for this visit
	}
}

function may() {
	const role = page.me?.role;
	return {
		operate: role === "operator" || role === "administrator",
		administer: role === "administrator",
	};
}

function viewNames() {
	return Object.keys(VIEWS).filter(
		(name) => (name === "school") === (page.me.role === "school"),
	);
}

function openView() {
	const wanted = location.hash.slice(1).split("/")[0];
	const name = viewNames().includes(wanted) ? wanted : viewNames()[0];
	if (page.view !== name) {
		VIEWS[page.view]?.close?.();
		page.view = name;
		at("main").replaceChildren();
		VIEWS[name].open?.(draw)?.catch(tellRefusal);
	}
	draw();
}

function draw() {
	if (!page.me) return;
	morph(at("top"), top());
	morph(at("main"), VIEWS[page.view].render({ may: may(), me: page.me }));
	at("main").className = page.view;
	const lessons = live.data?.lessons || [];
	const news = live.data && !silence() ? spoken(lessons) : "";
	if (at("spoken").textContent !== news) at("spoken").textContent = news;
	const wrong = troubles(lessons).length;
	const sign = silence()
		? "… "
		: wrong
			? `${overall(lessons) === "red" ? "✕" : "▲"} ${wrong} · `
			: "";
	document.title = sign + say("product");
}

function top() {
	const names = viewNames();
	const links =
		names.length < 2
			? []
			: names.map((name, index) =>
					element(
						"a",
						{
							href: `#${name}`,
							"aria-current":
								name === page.view ? "page" : null,
							"aria-keyshortcuts": String(index + 1),
						},
						element("kbd", String(index + 1)),
						say(`view.${name}`),
					),
				);
	const dark = document.documentElement.dataset.theme === "dark";
	return [
		element(
			"span.brand",
			element("span.mark", { "aria-hidden": "true" }),
			say("product"),
		),
		element("nav", { "aria-label": say("product") }, links),
		element(
			`time.clock.${silence() ? "old" : ""}`,
			live.data ? clockOf(relayNow()) : "",
		),
		element(
			"button",
			{ type: "button", "data-act": "language", "aria-keyshortcuts": "L" },
			say("language.other"),
		),
		element(
			"button",
			{ type: "button", "data-act": "theme", "aria-keyshortcuts": "D" },
			say(dark ? "theme.light" : "theme.dark"),
		),
		element(
			"button",
			{
				type: "button",
				"data-act": "help",
				"aria-label": say("help"),
				"aria-keyshortcuts": "?",
			},
			"?",
		),
		who(),
	];
}

// Who comes from the relay's own machine has signed nowhere in.
function who() {
	const { name, role } = page.me;
	const isLocal = name === "localhost";
	return element(
		"span.me",
		element("span", `${isLocal ? say("local") : name} · ${say(`role.${role}`)}`),
		isLocal
			? null
			: element(
					"button",
					{ type: "button", "data-act": "sign_out" },
					say("sign_out"),
				),
	);
}

function dress() {
	document.documentElement.lang = currentLanguage() === "zh" ? "zh-CN" : "en";
	at("skip").textContent = say("skip");
}

function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
}

installActions({
	...timetableActions,
	...changeActions,
	...endpointActions,
	...ledgerActions,
	...throughputActions,
	language() {
		setLanguage(currentLanguage() === "zh" ? "en" : "zh");
		remember("language", currentLanguage());
		dress();
		if (page.me) draw();
		else begin();
	},
	theme() {
		setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
		remember("theme", document.documentElement.dataset.theme);
		draw();
	},
	wide() {
		const isWide = document.documentElement.classList.toggle("wide");
		remember("wide", isWide ? "yes" : "no");
		draw();
	},
	view(number) {
		const name = viewNames()[number - 1];
		if (name) location.hash = name;
	},
	card(step) {
		const cards = [
			...document.querySelectorAll("main article[tabindex], main tr[tabindex]"),
		];
		const next = cards.indexOf(document.activeElement.closest?.("[tabindex]")) + step;
		cards[Math.max(0, Math.min(cards.length - 1, next))]?.focus();
	},
	async sign_out() {
		await change("POST", "/v1/signout");
		await begin();
	},
	redraw: () => draw(),
});

async function begin() {
	page.stop?.();
	forget();
	try {
		page.me = await get("/v1/me");
	} catch (refusal) {
		page.me = null;
		morph(at("top"));
		if (refusal.status === 401 || refusal.status === 403) showSignIn(at("main"), begin);
		else {
			morph(at("main"), element("p.quiet", say("banner.wait_first")));
			setTimeout(begin, 2000); // the relay is starting, or away
		}
		return;
	}
	document.documentElement.dataset.role = page.me.role;
	setZone(page.me.zone);
	page.stop = follow({
		changed: draw,
		hello: (hello) => (page.hello = hello),
		lessons: () => VIEWS[page.view].changed?.().catch(tellRefusal),
	});
	openView();
}

setLanguage(remembered("language") || preferred(navigator.languages));
setTheme(
	remembered("theme") ||
		(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
);
document.documentElement.classList.toggle("wide", remembered("wide") === "yes");
dress();
addEventListener("hashchange", openView);
setInterval(() => silence() && draw(), 1000); // the moment when news stop coming
begin();
