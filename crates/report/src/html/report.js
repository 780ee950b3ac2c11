// The page of one report. All that is chosen stands in the address, so that a view can be shared and gone back to.

const BATCH = 100;
const state = read();
let shown = BATCH;
let isOpen = false;
const RULES = 6;
const ERRORS = 5;

function read() {
    const from = new URLSearchParams(location.hash.slice(1));
    const severities = (from.get("severity") ?? "").split(",").filter((severity) => SEVERITIES.includes(severity));
    return { path: from.get("path") ?? "", rule: from.get("rule") ?? "", confidence: from.get("confidence") ?? "",
        query: from.get("query") ?? "", sort: from.get("sort") ?? "risk", severities: new Set(severities) };
}

function write() {
    const to = new URLSearchParams();
    for (const key of ["path", "rule", "confidence", "query"]) if (state[key] !== "") to.set(key, state[key]);
    if (state.sort !== "risk") to.set("sort", state.sort);
    if (state.severities.size > 0) to.set("severity", [...state.severities].join(","));
    return `#${to}`;
}

// Show another choice. A step into a folder can be gone back from.
function choose(changes) {
    Object.assign(state, changes);
    shown = BATCH;
    const address = write();
    try {
        if ("path" in changes) history.pushState(null, "", address);
        else history.replaceState(null, "", address);
    } catch { /* A frame without an origin has no history; the page works all the same. */ }
    draw();
}

const RANK = { high: 2, medium: 1, low: 0 };

function isChosen(entry, withPath) {
    const words = state.query.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return (!withPath || isWithin(entry.path, state.path))
        && (state.severities.size === 0 || state.severities.has(entry.severity))
        && (state.rule === "" || entry.rule === state.rule)
        && (state.confidence === "" || RANK[entry.confidence] >= RANK[state.confidence])
        && words.every((word) => entry.haystack.includes(word));
}

for (const entry of data.findings) {
    const code = entry.excerpts.flatMap((part) => part.lines).map((line) => line?.text ?? "");
    entry.haystack = [entry.message, entry.rule, entry.path, entry.function, entry.help, ...code].join("\n").toLowerCase();
}

const parts = {
    modules: h("div"),
    list: h("div"),
    status: h("p", { class: "status", role: "status" }),
    more: h("button", { class: "button", onclick: () => more() }),
    severities: h("fieldset", { class: "group" }),
    query: h("input", { type: "search", placeholder: "message, path, rule or code", value: state.query, oninput: () => choose({ query: parts.query.value }) }),
    rule: select("", [["", "all rules"], ...byRule().map(([rule, findings]) => [rule, `${rule} (${findings.length})`])], "rule"),
    confidence: select("", [["", "any"], ["medium", "medium or high"], ["high", "high"]], "confidence"),
    sort: select("risk", [["risk", "risk"], ["path", "path"]], "sort"),
};

function byRule() {
    const rules = new Map();
    for (const entry of data.findings) rules.set(entry.rule, [...(rules.get(entry.rule) ?? []), entry]);
    return [...rules].sort((one, other) => total(other[1]) - total(one[1]) || (one[0] < other[0] ? -1 : 1));
}

function select(fallback, options, key) {
    const element = h("select", { onchange: () => choose({ [key]: element.value }) }, options.map(([value, text]) => h("option", { value }, text)));
    element.value = state[key];
    if (element.selectedIndex < 0) {
        state[key] = fallback;
        element.value = fallback;
    }
    return element;
}

function drawSeverities(chosen) {
    const toggle = (severity) => {
        const severities = new Set(state.severities);
        if (!severities.delete(severity)) severities.add(severity);
        choose({ severities });
        parts.severities.querySelector(`[value="${severity}"]`).focus();
    };
    const buttons = SEVERITIES.map((severity) => h("button", { class: `button ${severity}`, value: severity,
        "aria-pressed": String(state.severities.has(severity)), onclick: () => toggle(severity) },
    count(data.findings.filter((entry) => entry.severity === severity && chosen(entry)).length, severity)));
    parts.severities.replaceChildren(h("legend", { class: "hidden" }, "Severity"), ...buttons);
}

const compare = {
    risk: (one, other) => other.risk - one.risk || compare.path(one, other),
    path: (one, other) => one.at - other.at,
};

function draw() {
    const go = (path) => {
        choose({ path });
        // What had the focus is gone; whoever walks with the keyboard goes on from the folder that is looked at now.
        parts.modules.querySelector("[aria-current]").focus();
    };
    const open = () => {
        isOpen = true;
        draw();
        parts.modules.querySelectorAll("tbody button")[ROWS].focus();
    };
    const inAll = data.findings.filter((entry) => isChosen(entry, false));
    parts.modules.replaceChildren(...modules(inAll.filter((entry) => isWithin(entry.path, state.path)), state.path, isOpen, go, open));
    drawSeverities((entry) => isWithin(entry.path, state.path));
    drawList(inAll.filter((entry) => isWithin(entry.path, state.path)).sort(compare[state.sort] ?? compare.risk));
}

let chosen = [];

function drawList(findings) {
    chosen = findings;
    parts.list.replaceChildren(...findings.slice(0, shown).map(finding));
    drawStatus();
}

function drawStatus() {
    const isFiltered = chosen.length < data.findings.length;
    const clear = isFiltered && h("button", { class: "plain", onclick: reset }, "Show all");
    const where = state.path === "" ? "" : ` in ${state.path}`;
    parts.status.replaceChildren(`${count(chosen.length, "finding")}${where}${isFiltered ? ` of ${data.findings.length.toLocaleString("en")} ` : ""} `, ...(clear ? [clear] : []));
    parts.more.hidden = chosen.length <= shown;
    parts.more.textContent = `Show ${Math.min(BATCH, chosen.length - shown)} more`;
}

function more() {
    const next = chosen.slice(shown, shown + BATCH).map(finding);
    shown += BATCH;
    parts.list.append(...next);
    next[0].querySelector("summary").focus();
    drawStatus();
}

function reset() {
    for (const key of ["query", "rule", "confidence"]) parts[key].value = "";
    choose({ path: "", rule: "", confidence: "", query: "", severities: new Set() });
    parts.query.focus();
}

function ruleRow([rule, findings]) {
    const about = data.rules[rule];
    return h("tr", null,
        h("td", null, h("button", { class: "plain", onclick: () => { parts.rule.value = rule; choose({ rule }); parts.rule.focus(); } }, rule),
            about && h("div", { class: "muted wide" }, prose(about.summary))),
        h("td", { class: "number" }, findings.length.toLocaleString("en")),
        h("td", { class: "number" }, total(findings).toLocaleString("en")));
}

// A table whose first rows are shown; the rest on demand, and the keyboard goes on there.
function short(caption, heads, rows, keep, noun) {
    const list = table(caption, heads, rows.slice(0, keep));
    if (rows.length <= keep) return [list];
    const open = () => {
        list.querySelector("tbody").append(...rows.slice(keep));
        rest.remove();
        const next = rows[keep].querySelector("button, a") ?? rows[keep];
        if (next === rows[keep]) next.tabIndex = -1;
        next.focus();
    };
    const rest = h("button", { class: "button", onclick: open }, `Show all ${rows.length.toLocaleString("en")} ${noun}`);
    return [list, rest];
}

function errorRow(error) {
    const place = error.line === null ? error.path : `${error.path}:${error.line}`;
    return h("tr", null, h("td", { class: "code" }, error.link ? external(error.link, place) : place), h("td", null, prose(error.message)));
}

function overview() {
    const number = (severity) => data.findings.filter((entry) => entry.severity === severity).length;
    return [
        figures([
            ["Findings", data.findings.length.toLocaleString("en"), data.findings.length === 0 && data.errors.length === 0 ? "good" : null],
            ...SEVERITIES.map((severity) => [`${severity[0].toUpperCase()}${severity.slice(1)}s`, number(severity).toLocaleString("en"), number(severity) > 0 ? severity : null]),
            ["Risk", total(data.findings).toLocaleString("en")],
            ["Not scanned in full", data.errors.length.toLocaleString("en"), data.errors.length > 0 ? "error" : null],
        ]),
        data.errors.length > 0 && h("section", null, h("h2", null, "Not scanned in full"),
            h("p", null, "What is wrong in these files may be missing below."),
            short("What could not be scanned", [["Path"], ["Why"]], data.errors.map(errorRow), ERRORS, "errors")),
    ];
}

function filters() {
    return h("div", { class: "filters" },
        h("label", { class: "search" }, "Search", parts.query),
        parts.severities,
        h("label", null, "Rule", parts.rule),
        h("label", null, "Confidence", parts.confidence),
        h("label", null, "Sort by", parts.sort));
}

function page() {
    const { files, lines, loops } = data.summary;
    const aside = data.left_out.length > 0 && ` Not shown: ${data.left_out.join(", ")}.`;
    document.body.append(
        h("header", null, h("h1", null, "Loops that may never stop"),
            h("p", { class: "muted" }, `${count(files, "file")}, ${count(lines, "line")}, ${count(loops, "loop")}.`, aside)),
        h("main", null, overview(), data.findings.length === 0
            ? h("p", null, data.errors.length === 0 ? "No findings: every loop that was looked at comes to an end, or no rule that was on says otherwise." : "No findings in what could be scanned.")
            : [
                h("section", null, h("h2", null, "Where the risk is"), parts.modules),
                h("section", null, h("h2", null, "Rules"),
                    short("Findings by rule", [["Rule"], ["Findings", "number"], ["Risk", "number"]], byRule().map(ruleRow), RULES, "rules")),
                h("section", null, h("h2", null, "Findings"), filters(), parts.status, parts.list, parts.more),
            ]),
        h("footer", null, "Risk counts 9 for an error, 3 for a warning and 1 for a note; less where the analysis is less sure. Written by ",
            external(data.home, `unspin ${data.version}`), "."));
    if (data.findings.length > 0) draw();
}

window.addEventListener("popstate", () => {
    Object.assign(state, read());
    for (const key of ["query", "rule", "confidence", "sort"]) parts[key].value = state[key];
    shown = BATCH;
    draw();
});
page();
