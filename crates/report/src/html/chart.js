// Bars of risk, one a run, in a part for each severity. What it shows stands in the table under it, too.

const MARGIN = { top: 24, right: 8, bottom: 28, left: 48 };
const HEIGHT = 260;

function s(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

// A round step that cuts a scale up to `most` into about four.
function stepFor(most) {
    const rough = Math.max(1, most / 4);
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

function grid(top, step, width, y) {
    const lines = [];
    for (let value = 0; value <= top; value += step) {
        lines.push(s("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }),
            s("text", { x: MARGIN.left - 8, y: y(value) + 4, "text-anchor": "end" }, value.toLocaleString("en")));
    }
    return lines;
}

function barOf(run, x, width, y) {
    let below = 0;
    const parts = run.severities.filter((share) => share.risk > 0).map((share) => {
        const from = below;
        below += share.risk;
        const title = s("title", {}, `${run.name}: ${count(share.findings, share.severity)}, risk ${share.risk}`);
        return s("rect", { class: `area ${share.severity}`, x, y: y(below), width, height: y(from) - y(below) }, title);
    });
    const labelled = width >= 22 ? [s("text", { class: "value", x: x + width / 2, y: y(below) - 6, "text-anchor": "middle" }, run.risk.toLocaleString("en"))] : [];
    return [...parts, ...labelled];
}

// Names under the bars, as many as there is room for; the last one always.
function names(runs, center, slot, width) {
    const room = Math.max(...runs.map((run) => run.name.length)) * 7 + 12;
    const every = Math.max(1, Math.ceil(room / slot));
    const shown = runs.map((run, at) => [run, at]).filter(([, at]) => (runs.length - 1 - at) % every === 0);
    const longest = Math.max(4, Math.floor((slot * every) / 7));
    return shown.map(([run, at]) => {
        const name = run.name.length > longest ? `…${run.name.slice(1 - longest)}` : run.name;
        const half = name.length * 3.8;
        const x = Math.min(Math.max(center(at), half), width - half);
        return s("text", { x, y: HEIGHT - 8, "text-anchor": "middle" }, name);
    });
}

function chart(runs, width) {
    const most = Math.max(1, ...runs.map((run) => run.risk));
    const step = stepFor(most);
    const top = Math.ceil(most / step) * step;
    const slot = (width - MARGIN.left - MARGIN.right) / runs.length;
    const y = (value) => HEIGHT - MARGIN.bottom - (value / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    const bar = Math.min(64, slot * 0.7);
    const center = (at) => MARGIN.left + slot * (at + 0.5);
    const label = `Risk of ${count(runs.length, "run")}, from ${runs[0].risk} to ${runs.at(-1).risk}; the table below has the numbers`;
    return s("svg", { class: "chart", viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
        ...grid(top, step, width, y), ...runs.flatMap((run, at) => barOf(run, center(at) - bar / 2, bar, y)), ...names(runs, center, slot, width));
}
