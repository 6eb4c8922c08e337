/* SPDX-License-Identifier: BSD-3-Clause */
// dom.js - elements from descriptions, and a tree that becomes another one in place.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "rect", "circle"]);

// element("a.on", { href: "#now" }, "text", child, [more], null): classes follow the tag by dots,
// and the attributes may be left out.
export function element(what, ...rest) {
	const [tag, ...classes] = what.split(/[. ]/).filter(Boolean);
	const node = SVG_TAGS.has(tag)
		? document.createElementNS(SVG, tag)
		: document.createElement(tag);
	if (classes.length) node.setAttribute("class", classes.join(" "));
	if (isAttributes(rest[0])) {
		for (const [name, value] of Object.entries(rest.shift())) {
			if (name === "style") setStyle(node, value);
			else if (value === true) node.setAttribute(name, "");
			else if (value !== false && value != null) node.setAttribute(name, value);
		}
	}
	node.append(...solid(rest));
	return node;
}

// By the object model, which the content policy allows: text in an attribute it does not.
function setStyle(node, properties) {
	for (const [name, value] of Object.entries(properties)) node.style.setProperty(name, value);
}

function isAttributes(value) {
	return value?.constructor === Object;
}

function solid(children) {
	return children.flat(Infinity).filter((child) => child != null && child !== false);
}

// Makes what is inside `parent` be `children`, keeping the nodes that stay: focus, selection and
// scroll position outlive a change. Children are the same by data-key, else by their place.
export function morph(parent, ...children) {
	const wanted = solid(children);
	const keyed = new Map();
	for (const child of parent.childNodes) {
		if (key(child)) keyed.set(key(child), child);
	}
	let at = parent.firstChild;
	for (let next of wanted) {
		if (!(next instanceof Node)) next = document.createTextNode(String(next));
		let have = key(next) ? keyed.get(key(next)) : at;
		if (!have || key(have) !== key(next) || have.nodeName !== next.nodeName) {
			parent.insertBefore(next, at);
			continue;
		}
		if (have !== at) parent.insertBefore(have, at);
		else at = at.nextSibling;
		become(have, next);
	}
	while (at) {
		const gone = at;
		at = at.nextSibling;
		gone.remove();
	}
}

function key(node) {
	return node.dataset?.key;
}

function become(have, next) {
	if (have.nodeType === Node.TEXT_NODE) {
		if (have.data !== next.data) have.data = next.data;
		return;
	}
	for (const { name } of [...have.attributes]) {
		if (!next.hasAttribute(name) && name !== "open" && name !== "style")
			have.removeAttribute(name);
	}
	for (const { name, value } of next.attributes) {
		if (name !== "style" && have.getAttribute(name) !== value)
			have.setAttribute(name, value);
	}
	// What a program draws into a marked element is its own business.
	if (have.hasAttribute("data-own")) return;
	if (have.style && have.style.cssText !== next.style.cssText)
		have.style.cssText = next.style.cssText;
	morph(have, [...next.childNodes]);
}
