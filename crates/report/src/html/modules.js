// Risk by folder and file: what lies in the folder that is looked at, as a treemap and as a table that does the same.

const TILES = 60;
const ROWS = 10;

function isWithin(path, folder) {
    return folder === "" || path === folder || path.startsWith(folder + "/");
}

// The children of a folder that hold findings, the most risk first. A folder with nothing beside one folder is one step.
function children(findings, folder) {
    const groups = new Map();
    for (const finding of findings) {
        const rest = folder === "" ? finding.path : finding.path.slice(folder.length + 1);
        if (finding.path === folder) continue;
        const name = rest.slice(0, (rest.indexOf("/", 1) + 1 || rest.length + 1) - 1);
        const path = folder === "" ? name : `${folder}/${name}`;
        if (!groups.has(path)) groups.set(path, []);
        groups.get(path).push(finding);
    }
    const entries = [...groups].map(([path, inside]) => {
        const only = alone(inside, path);
        return { path: only, name: only.slice(folder === "" ? 0 : folder.length + 1), findings: inside, risk: total(inside) };
    });
    return entries.sort((one, other) => other.risk - one.risk || (one.path < other.path ? -1 : 1));
}

// The deepest folder, or the file, that holds all of these findings.
function alone(findings, folder) {
    for (;;) {
        const next = findings[0].path.slice(0, (findings[0].path.indexOf("/", folder.length + 1) + 1 || Infinity) - 1);
        if (next === folder || !findings.every((finding) => isWithin(finding.path, next))) return folder;
        folder = next;
    }
}

// Rectangles in percent, as square as can be: rows are filled along the shorter side while that helps (Bruls, Huizing and
// van Wijk, "Squarified Treemaps", 2000).
function squarify(values, width, height) {
    const sum = values.reduce((all, value) => all + value, 0);
    const areas = values.map((value) => (value / sum) * width * height);
    const places = [];
    let [left, top, restWidth, restHeight, at] = [0, 0, width, height, 0];
    while (at < areas.length) {
        const side = Math.min(restWidth, restHeight);
        let [end, area] = [at, 0];
        let ratio = Infinity;
        while (end < areas.length) {
            const wider = area + areas[end];
            const next = Math.max((side * side * areas[at]) / (wider * wider), (wider * wider) / (side * side * areas[end]));
            if (next > ratio) break;
            [ratio, area, end] = [next, wider, end + 1];
        }
        const depth = area / side;
        let offset = 0;
        for (; at < end; at += 1) {
            const length = areas[at] / depth;
            places.push(restWidth >= restHeight
                ? { left, top: top + offset, width: depth, height: length }
                : { left: left + offset, top, width: length, height: depth });
            offset += length;
        }
        if (restWidth >= restHeight) [left, restWidth] = [left + depth, restWidth - depth];
        else [top, restHeight] = [top + depth, restHeight - depth];
    }
    return places;
}

function tile(entry, place, size, go) {
    const fits = place.width > 48 && place.height > 22;
    const label = entry.path === null ? `${entry.name}` : `${entry.name}: ${count(entry.findings.length, "finding")}, risk ${entry.risk}`;
    const element = h("div", {
        class: entry.path === null ? "tile rest" : `tile ${worst(entry.findings)}`,
        title: label,
        onclick: entry.path === null ? null : () => go(entry.path),
    }, fits ? entry.name : null, fits && place.height > 40 ? h("br") : null,
    fits && place.height > 40 ? `${entry.findings ? count(entry.findings.length, "finding") : ""}` : null);
    const percent = (value, of) => `${(value / of) * 100}%`;
    element.style.left = percent(place.left, size.width);
    element.style.top = percent(place.top, size.height);
    element.style.width = percent(place.width, size.width);
    element.style.height = percent(place.height, size.height);
    return element;
}

function treemap(entries, go) {
    const size = { width: Math.min(window.innerWidth, 600), height: window.innerWidth <= 480 ? 240 : 320 };
    const shown = entries.slice(0, TILES);
    const rest = entries.slice(TILES);
    if (rest.length > 0) {
        shown.push({ path: null, name: `${rest.length} more`, risk: rest.reduce((sum, entry) => sum + entry.risk, 0) });
        shown.sort((one, other) => other.risk - one.risk);
    }
    const places = squarify(shown.map((entry) => entry.risk), size.width, size.height);
    const label = "Treemap of risk; the table beside it says and does the same";
    return h("div", { class: "treemap", role: "img", "aria-label": label },
        shown.map((entry, at) => tile(entry, places[at], size, go)));
}

function breadcrumb(folder, go) {
    const steps = [h("li", null, folder === "" ? h("strong", { "aria-current": "location", tabindex: "-1" }, "all") : h("button", { class: "plain", onclick: () => go("") }, "all"))];
    const parts = folder === "" ? [] : folder.split("/");
    parts.forEach((part, at) => {
        if (part === "") return;
        const path = parts.slice(0, at + 1).join("/");
        const isLast = at === parts.length - 1;
        const name = isLast ? h("strong", { "aria-current": "location", tabindex: "-1" }, part) : h("button", { class: "plain", onclick: () => go(path) }, part);
        steps.push(h("li", null, h("span", { "aria-hidden": "true" }, "/ "), name));
    });
    return h("nav", { "aria-label": "Folder" }, h("ol", { class: "path" }, steps));
}

function moduleRow(entry, most, go) {
    const bar = h("span", { class: "bar" });
    bar.style.width = `${Math.max(2, (entry.risk / most) * 100)}%`;
    const number = (severity) => entry.findings.filter((finding) => finding.severity === severity).length;
    const cells = SEVERITIES.map((severity) => h("td", { class: "number wide" }, number(severity) || "–"));
    return h("tr", null,
        h("td", null, h("button", { class: "plain code", onclick: () => go(entry.path) }, entry.name), bar),
        cells,
        h("td", { class: "number" }, entry.findings.length.toLocaleString("en")),
        h("td", { class: "number" }, entry.risk.toLocaleString("en")));
}

function modules(findings, folder, isOpen, go, open) {
    const entries = children(findings, folder);
    if (entries.length === 0) return [breadcrumb(folder, go)];
    const most = entries[0].risk;
    const heads = [["Folder or file"], ["Errors", "number wide"], ["Warnings", "number wide"], ["Notes", "number wide"], ["Findings", "number"], ["Risk", "number"]];
    const rows = (isOpen ? entries : entries.slice(0, ROWS)).map((entry) => moduleRow(entry, most, go));
    const more = !isOpen && entries.length > ROWS && h("button", { class: "button", onclick: open }, `Show all ${entries.length}`);
    return [breadcrumb(folder, go), h("div", { class: "two" }, treemap(entries, go), h("div", null, table("Risk by folder and file", heads, rows), more))];
}
