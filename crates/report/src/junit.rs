//! `JUnit` XML, for the test view of a CI server: a suite for each file, a failing case for each finding.
//!
//! A file that could not be scanned is a case with an `error`. A clean run has one case that passes, because servers take a
//! report without any case for a mistake. There is no standard; this holds to the strictest schema in use, that of the xUnit
//! plugin of Jenkins:
//! <https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd>.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use quick_xml::events::BytesText;
use unspin_findings::{Finding, Report, ScanError};
use unspin_span::Range;

use crate::{
    NOT_SCANNED, Presentation,
    snippet::Sources,
    text,
    words::one_line,
    xml::{Xml, clean, document},
};

#[derive(Default)]
struct Suite<'a> {
    findings: Vec<&'a Finding>,
    errors: Vec<&'a ScanError>,
}

/// Write the report as one XML document.
pub(crate) fn render(report: &Report, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Suite<'_>> = BTreeMap::new();
    for finding in &report.findings {
        suites.entry(&finding.path).or_default().findings.push(finding);
    }
    for error in &report.errors {
        suites.entry(&error.path).or_default().errors.push(error);
    }
    let sources = Sources::new(presentation.sources);
    let (failures, errors) = (report.findings.len(), report.errors.len());
    document(out, |xml| {
        let tests = (failures + errors).max(1).to_string();
        let (failures, errors) = (failures.to_string(), errors.to_string());
        let time = format!("{:.3}", report.summary.seconds);
        let all = xml.create_element("testsuites").with_attributes([
            ("name", "unspin"),
            ("tests", &tests),
            ("failures", &failures),
            ("errors", &errors),
            ("time", &time),
        ]);
        all.write_inner_content(|xml| {
            if suites.is_empty() {
                return clean_run(xml);
            }
            suites.iter().try_for_each(|(path, suite)| write_suite(xml, path, suite, &sources))
        })?;
        Ok(())
    })
}

fn clean_run(xml: &mut Xml<'_>) -> io::Result<()> {
    suite_element(xml, "unspin", 1, 0, 0, |xml| {
        let attributes = [("name", "no findings"), ("classname", "unspin")];
        xml.create_element("testcase").with_attributes(attributes).write_empty()?;
        Ok(())
    })
}

fn suite_element(
    xml: &mut Xml<'_>,
    name: &str,
    tests: usize,
    failures: usize,
    errors: usize,
    content: impl FnOnce(&mut Xml<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let (name, tests, failures, errors) = (clean(name), tests.to_string(), failures.to_string(), errors.to_string());
    let attributes =
        [("name", name.as_ref()), ("tests", &tests), ("failures", &failures), ("errors", &errors), ("skipped", "0")];
    let element = xml.create_element("testsuite").with_attributes(attributes).with_attribute(("package", "unspin"));
    element.write_inner_content(content)?;
    Ok(())
}

fn write_suite(xml: &mut Xml<'_>, path: &str, suite: &Suite<'_>, sources: &Sources<'_>) -> io::Result<()> {
    let (failures, errors) = (suite.findings.len(), suite.errors.len());
    suite_element(xml, path, failures + errors, failures, errors, |xml| {
        for finding in &suite.findings {
            let code = text::plain(finding, sources);
            case(xml, path, &finding.rule, Some(finding.range), "failure", &finding.message, &code)?;
        }
        for error in &suite.errors {
            case(xml, path, NOT_SCANNED, error.range, "error", &error.message, &error.message)?;
        }
        Ok(())
    })
}

fn case(
    xml: &mut Xml<'_>,
    path: &str,
    rule: &str,
    range: Option<Range>,
    outcome: &str,
    message: &str,
    text: &str,
) -> io::Result<()> {
    let name = match range {
        Some(Range { start, .. }) => format!("{rule} at {}:{}", start.line, start.column),
        None => rule.to_owned(),
    };
    // Servers take what follows the last dot for the name of a class.
    let class = clean(path.rsplit_once('.').map_or(path, |(stem, _)| stem));
    let element = xml.create_element("testcase").with_attributes([("name", name.as_str()), ("classname", &class)]);
    element.write_inner_content(|xml| {
        let message = clean(&one_line(message)).into_owned();
        let element = xml.create_element(outcome).with_attributes([("message", message.as_str()), ("type", rule)]);
        element.write_text_content(BytesText::new(&clean(text)))?;
        Ok(())
    })?;
    Ok(())
}
