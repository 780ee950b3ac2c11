// The page of several runs.

const ENTRIES = 200;
const last = data.runs.at(-1);
const before = data.runs.at(-2);
const parts = { chart: h("div"), modules: h("div") };
let folder = "";
let isOpen = false;

function drawChart() {
    parts.chart.replaceChildren(chart(data.runs, Math.max(280, parts.chart.clientWidth)));
}

function signed(number) {
    if (number === 0) return "as before";
    return `${number > 0 ? "+" : "−"}${Math.abs(number).toLocaleString("en")}`;
}

function overview() {
    const step = data.steps.at(-1);
    const difference = before && last.risk - before.risk;
    return figures([
        ["Risk now", last.risk.toLocaleString("en")],
        before && ["Since the run before", signed(difference), difference < 0 ? "good" : difference > 0 && "error"],
        step && ["New", step.new.length.toLocaleString("en"), step.new.length > 0 && "error"],
        step && ["Fixed", step.fixed.length.toLocaleString("en"), step.fixed.length > 0 && "good"],
        ["Findings", last.findings.toLocaleString("en")],
        ["Not scanned in full", last.not_scanned.toLocaleString("en"), last.not_scanned > 0 && "error"],
    ].filter(Boolean));
}

function legend() {
    const words = { error: "errors", warning: "warnings", note: "notes" };
    const entries = SEVERITIES.map((severity) => h("li", { class: severity }, h("span", { "aria-hidden": "true" }, "■ "), words[severity]));
    return h("ul", { class: "legend", "aria-label": "Colors of the chart" }, entries);
}

function runRow(run, at) {
    const step = data.steps[at - 1];
    const numbers = [run.files, run.loops, ...run.severities.map((share) => share.findings)];
    return h("tr", null, h("th", { scope: "row" }, run.name),
        numbers.map((number) => h("td", { class: "number wide" }, number.toLocaleString("en"))),
        h("td", { class: "number" }, run.findings.toLocaleString("en")),
        h("td", { class: "number" }, run.risk.toLocaleString("en")),
        h("td", { class: "number" }, step ? step.new.length.toLocaleString("en") : "–"),
        h("td", { class: "number" }, step ? step.fixed.length.toLocaleString("en") : "–"));
}

function runs() {
    const heads = [["Run"], ["Files", "number wide"], ["Loops", "number wide"], ["Errors", "number wide"], ["Warnings", "number wide"], ["Notes", "number wide"],
        ["Findings", "number"], ["Risk", "number"], ["New", "number"], ["Fixed", "number"]];
    return table("The runs, the oldest first", heads, data.runs.map(runRow).reverse());
}

function entries(title, list) {
    if (list.length === 0) return [];
    const items = list.slice(0, ENTRIES).map((entry) => h("li", null,
        h("span", { class: `badge ${entry.severity}` }, entry.severity), " ", prose(entry.message), " ",
        h("span", { class: "muted code" }, `${entry.path}:${entry.line}`), " ", h("span", { class: "muted" }, entry.rule)));
    const rest = list.length > ENTRIES && h("p", { class: "muted" }, `and ${(list.length - ENTRIES).toLocaleString("en")} more; the JSON of this trend names all`);
    return [h("h3", null, `${title} (${list.length.toLocaleString("en")})`), h("ul", { class: "steps" }, items), rest];
}

function rules(title, names) {
    return names.length > 0 && h("p", null, `${title}: ${names.join(", ")}.`);
}

function step(entry, at) {
    const isLast = at === data.steps.length - 1;
    const moved = `${entry.new.length.toLocaleString("en")} new, ${entry.fixed.length.toLocaleString("en")} fixed`;
    const details = h("details", { class: "finding muted", open: isLast },
        h("summary", null, h("div", { class: "message" }, `${entry.from} → ${entry.to}`), h("div", { class: "where" }, moved)));
    const fill = () => {
        if (!details.open || details.childElementCount > 1) return;
        const nothing = entry.new.length + entry.fixed.length + entry.unknown.length === 0;
        details.append(h("div", { class: "body" },
            rules("Rules that did not report before", entry.rules_added),
            rules("Rules that report no more", entry.rules_removed),
            nothing ? "Nothing moved." : [
                ...entries("New", entry.new), ...entries("Fixed", entry.fixed),
                ...entries("Gone from files that could not be scanned in full", entry.unknown)]));
    };
    details.addEventListener("toggle", fill);
    fill();
    return details;
}

function drawModules() {
    const go = (path) => {
        folder = path;
        drawModules();
        parts.modules.querySelector("[aria-current]").focus();
    };
    const open = () => {
        isOpen = true;
        drawModules();
        parts.modules.querySelectorAll("tbody button")[ROWS].focus();
    };
    parts.modules.replaceChildren(...modules(data.last.filter((entry) => isWithin(entry.path, folder)), folder, isOpen, go, open));
}

document.body.append(
    h("header", null, h("h1", null, "How the risk of endless loops moved"),
        h("p", { class: "muted" }, `${count(data.runs.length, "run")}, in the order in which they were given.`)),
    h("main", null, overview(),
        h("section", null, h("h2", null, "Risk"), legend(), parts.chart, runs()),
        data.steps.length > 0 && h("section", null, h("h2", null, "Between the runs"), data.steps.map(step).reverse()),
        data.last.length > 0 && h("section", null, h("h2", null, `Where the risk is in ${last.name}`), parts.modules)),
    h("footer", null, "Risk counts 9 for an error, 3 for a warning and 1 for a note; less where the analysis is less sure. A finding in a renamed file counts as fixed and as new. Written by ",
        external(data.home, `unspin ${data.version}`), "."));
drawChart();
if (data.last.length > 0) drawModules();
window.addEventListener("resize", drawChart);
