/* SPDX-License-Identifier: BSD-3-Clause */
// chart.js - a dygraph within the page's tree: drawn once, then given new rows.
import { element } from "./dom.js";
import { clockOf, dateOf, timeOf } from "./format.js";

const HOURS_MS = 4 * 3600 * 1000;
const DAYS_MS = 3 * 86400 * 1000;

const drawn = new WeakMap(); // element -> {graph, kind}

// An element that shows rows of [Date, value, …]; `kind` tells when it must be drawn afresh.
export function chart(key, kind, rows, labels, format) {
	const theme = document.documentElement.dataset.theme;
	const node = element(
		"figure.chart",
		{ "data-key": key },
		element("figcaption", { "data-own": true }),
		element("div.plot", { "data-own": true }),
	);
	// The tree decides first which element stays.
	queueMicrotask(() => {
		const figure = document.querySelector(`figure[data-key="${key}"]`);
		if (figure)
			draw(
				figure.querySelector(".plot"),
				`${kind} ${theme} ${labels}`,
				rows,
				labels,
				format,
			);
	});
	return node;
}

function draw(plot, kind, rows, labels, format) {
	const before = drawn.get(plot);
	if (before?.kind === kind) {
		before.graph.updateOptions({ file: rows.length ? rows : empty(labels) });
		return;
	}
	before?.graph.destroy();
	const style = getComputedStyle(document.documentElement);
	const colour = (name) => style.getPropertyValue(name).trim();
	const graph = new (withoutLegend(window.Dygraph))(
		plot,
		rows.length ? rows : empty(labels),
		{
			labels: ["", ...labels],
			colors: [colour("--blue"), colour("--amber-fill")],
			strokeWidth: 2,
			series: {
				[labels[0]]: { fillGraph: true },
				[labels[1]]: { strokePattern: [8, 4] },
			},
			fillAlpha: 0.12,
			includeZero: true,
			legend: "never",
			gridLineColor: colour("--rule"),
			axisLineColor: colour("--rule"),
			axes: {
				x: {
					axisLabelFormatter: (moment, _step, _option, shown) =>
						momentLabel(moment, shown),
				},
				y: { axisLabelFormatter: format, axisLabelWidth: 90 },
			},
			highlightCallback: (_event, moment, points) =>
				caption(plot, labels, points, format),
			unhighlightCallback: () => caption(plot, labels, [], format),
		},
	);
	drawn.set(plot, { graph, kind });
	caption(plot, labels, [], format);
}

// In the county's time, as finely as the span needs.
function momentLabel(moment, shown) {
	const [from, until] = shown?.xAxisRange() ?? [0, 0];
	if (until - from > DAYS_MS) return dateOf(moment).slice(5);
	return until - from > HOURS_MS ? timeOf(moment) : clockOf(moment);
}

// Its legend writes style attributes, which the content policy forbids: the caption stands for it.
function withoutLegend(Dygraph) {
	Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
	return Dygraph;
}

function empty(labels) {
	return [[new Date(), ...labels.map(() => null)]];
}

// What the lines are, by their strokes and names, and their values under the pointer.
function caption(plot, labels, points, format) {
	const text = labels.map((label, at) => {
		const point = points.find((one) => one.name === label);
		return element(
			`span.series.s${at}`,
			label,
			point ? element("b", ` ${format(point.yval)}`) : null,
		);
	});
	plot.parentElement.querySelector("figcaption").replaceChildren(...text);
}
