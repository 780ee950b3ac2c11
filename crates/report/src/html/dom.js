// Elements are built, never parsed: text of the report stays text.

const data = JSON.parse(document.getElementById("data").textContent);

// An element with attributes, handlers (`onclick`) and children; what is null or false is left out.
function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (typeof value === "function") element[name] = value;
        else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

// What stands between backticks as code.
function prose(text) {
    const parts = text.split("`");
    return parts.length % 2 === 1 ? parts.map((part, at) => (at % 2 === 1 ? h("code", null, part) : part)) : [text];
}

function count(number, noun) {
    return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

const SEVERITIES = ["error", "warning", "note"];

function worst(findings) {
    return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity));
}

function total(findings) {
    return findings.reduce((sum, finding) => sum + finding.risk, 0);
}

function figures(entries) {
    const shown = entries.map(([name, value, kind]) => h("div", null, h("dt", null, name), h("dd", { class: kind }, value)));
    return h("dl", { class: "figures" }, shown);
}

function table(caption, heads, rows) {
    const head = heads.map(([text, kind]) => h("th", { scope: "col", class: kind }, text));
    return h("div", { class: "scroll" },
        h("table", null, h("caption", { class: "hidden" }, caption), h("thead", null, h("tr", null, head)), h("tbody", null, rows)));
}

function external(address, ...children) {
    return h("a", { href: address, rel: "noreferrer" }, ...children);
}
