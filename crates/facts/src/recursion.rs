//! Cycles of calls as observations.

use crate::Project;
use crate::callgraph::{CallEdge, Cycles};
use crate::cycles::{Cycle, CycleCertainty, CycleKind, SoftGuard, cycles};
use crate::observation::{Attribute, Observation, Subject, Sureness};

/// Every cycle of a project that is asked for and that no hard guard bounds.
pub fn observe_cycles(project: &Project, wanted: Cycles) -> Vec<Observation> {
    cycles(project, wanted).iter().map(|cycle| observe(project, cycle)).collect()
}

fn observe(project: &Project, cycle: &Cycle) -> Observation {
    let function = project.function(cycle.function);
    let known = &cycle.attributes;
    let yes_no = |value: bool| if value { "yes" } else { "no" };
    let mut attributes: Vec<Attribute> = vec![
        (
            "depth-from",
            match known.kind {
                CycleKind::Parser => "parser",
                CycleKind::Link => "link",
                CycleKind::Crawl => "crawl",
                CycleKind::Tokens => "tokens",
                CycleKind::Data => "data",
                CycleKind::Names => "names",
                CycleKind::Parts => "parts",
                CycleKind::Tree => "tree",
                CycleKind::Other => "other",
            },
        ),
        (
            "guard",
            match known.guard {
                SoftGuard::None => "none",
                SoftGuard::Number => "number",
                SoftGuard::Visited => "visited",
                SoftGuard::Caught => "caught",
                SoftGuard::Elsewhere => "elsewhere",
            },
        ),
        ("closed-by", if known.certainty == CycleCertainty::Certain { "certain-calls" } else { "guessed-calls" }),
        (
            "signs",
            match known.words {
                0 => "none",
                1 => "one",
                2 => "two",
                _ => "several",
            },
        ),
        (
            "consumes",
            match known.consumes {
                0 => "nothing",
                1 => "once",
                _ => "often",
            },
        ),
        ("named", yes_no(known.named)),
        ("of-format", yes_no(known.of_format)),
        ("chosen", yes_no(known.chosen)),
        ("same-stream", yes_no(known.hands_on_stream)),
        ("combinators", yes_no(known.combinators)),
        ("restart", yes_no(known.restart)),
        ("trusted", yes_no(known.trusted)),
        ("own-text", yes_no(known.own_text)),
        ("every-path", yes_no(known.every_path_recurses)),
        ("told", yes_no(known.told)),
        ("arguments", if known.unchanged { "unchanged" } else { "changed" }),
        ("further", yes_no(known.further)),
    ];
    if cycle.is_member {
        // All that is known is known of the function that it goes through.
        attributes.retain(|(attribute, _)| matches!(*attribute, "guard" | "every-path"));
    } else if known.unused_depth.is_some() {
        attributes.push(("depth-parameter", "unused"));
    }
    if known.bypassed_depth.is_some() && !cycle.is_member {
        attributes.push(("depth-parameter", "bypassed"));
    }
    let file = cycle.function.file;
    let mut places = vec![("call", file, cycle.call), ("function", file, function.name_span)];
    let back: Option<&CallEdge> = cycle.way.last().filter(|_| cycle.way.len() > 1);
    places.extend(back.map(|edge| ("back", edge.from.file, edge.span)));
    let parameter = known.unused_depth.or(known.bypassed_depth).map_or(String::new(), |name| name.to_string());
    let own_name = function.qualified();
    Observation {
        subject: Subject::Cycle,
        function: cycle.function,
        around: Some(function.span),
        attributes,
        places,
        words: vec![("function", own_name.to_string()), ("parameter", parameter)],
        sureness: match (known.certainty, known.words) {
            (CycleCertainty::Guessed, _) => Sureness::Low,
            (CycleCertainty::Certain, 3..) => Sureness::High,
            _ => Sureness::Medium,
        },
    }
}
