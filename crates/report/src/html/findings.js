// One finding: a line to unfold, then what is wrong, the way round and the code. The rest is only built when it is unfolded.

function finding(entry) {
    const place = `${entry.path}:${entry.line}:${entry.column}`;
    const details = h("details", { class: `finding ${entry.severity}` },
        h("summary", null,
            h("div", { class: "message" }, h("span", { class: `badge ${entry.severity}` }, entry.severity), " ", prose(entry.message)),
            h("div", { class: "where" }, h("span", { class: "code" }, place), h("span", null, entry.rule))));
    details.addEventListener("toggle", () => {
        if (details.open && details.childElementCount === 1) details.append(body(entry));
    });
    return details;
}

function body(entry) {
    const rule = data.rules[entry.rule];
    const facts = [
        entry.function && ["In ", h("code", null, entry.function), ". "],
        entry.missing.length > 0 && [`Missing: ${entry.missing.map((word) => word.replaceAll("-", " ")).join(", ")}. `],
        `${entry.confidence[0].toUpperCase()}${entry.confidence.slice(1)} confidence, group ${entry.group}, risk ${entry.risk}.`,
    ];
    return h("div", { class: "body" },
        entry.help && h("p", null, h("strong", null, "Instead: "), prose(entry.help), "."),
        entry.fix && h("p", null, prose(entry.fix), ": ", h("code", null, "unspin check --fix"), " does so."),
        entry.excerpts.map(excerpt),
        entry.related.length > 0 && h("h3", null, "The way round"),
        entry.related.length > 0 && h("ol", { class: "steps" }, entry.related.map(step)),
        h("p", { class: "muted" }, facts.flat()),
        h("p", null, rule && external(rule.url, `About ${entry.rule}`), rule && entry.link && " · ", entry.link && external(entry.link, "Open the source"),
            h("span", { class: "muted" }, " · fingerprint ", h("code", null, entry.fingerprint))));
}

function step(related) {
    const place = `${related.path}:${related.line}`;
    return h("li", null, prose(related.message), " ", h("span", { class: "muted code" }, related.link ? external(related.link, place) : place));
}

// What all lines are indented by says nothing, and takes half of a phone.
function indentation(lines) {
    const widths = lines.filter((line) => line !== null && line.text.trim() !== "").map((line) => line.text.search(/\S/));
    return widths.length > 0 ? Math.min(...widths) : 0;
}

function excerpt(part) {
    const indent = indentation(part.lines);
    const rows = part.lines.map((line) => {
        if (line === null) return h("span", { class: "row gap" }, h("span", { class: "line" }, "⋮"), h("span"));
        return h("span", { class: "row" }, h("span", { class: "line" }, String(line.number)), h("span", null, marked(line, indent)));
    });
    return h("figure", { class: "excerpt" }, h("figcaption", { class: "code" }, part.path),
        h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `Code of ${part.path}` }, h("pre", null, rows)));
}

// The text of a line with its marks, then what they say. Columns count characters, not UTF-16 units.
function marked(line, indent) {
    const characters = [...line.text];
    const parts = [];
    let at = indent;
    for (const mark of line.marks) {
        const [from, to] = [Math.max(mark.from, at), Math.max(mark.to, at)];
        parts.push(characters.slice(at, from).join(""));
        if (to > from) parts.push(h("mark", { class: mark.primary && "primary" }, characters.slice(from, to).join("")));
        at = to;
    }
    parts.push(characters.slice(at).join(""));
    const labels = line.marks.filter((mark) => mark.label !== "");
    return parts.concat(labels.map((mark) => h("span", { class: mark.primary ? "label primary" : "label" }, `   ← ${mark.label}`)));
}
