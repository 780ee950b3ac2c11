//! Settings: where they come from, which go first, and what is refused.

use unspin_resilient_server::Settings;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let file = "secret = 'from the file'\nline_cap = 1000\nqueue = 1000\nworkers = 2";
    let environment = pairs(&[("RESILIENT_LINE_CAP", "2000"), ("RESILIENT_QUEUE", "2000"), ("HOME", "/root")]);
    let settings = Settings::load(file, environment, &pairs(&[("queue", "3000")])).unwrap();
    assert_eq!((settings.workers, settings.line_cap, settings.queue), (2, 2000, 3000));
    assert_eq!(settings.output_cap, Settings::default().output_cap);
}

#[test]
fn every_kind_of_value_can_be_set_by_a_flag() {
    let flags = pairs(&[("secret", "12345678"), ("listen", "[::1]:0"), ("admins", "['a', 'b']"), ("reuse_port", "true")]);
    let settings = Settings::load("", [], &flags).unwrap();
    assert_eq!(settings.listen.to_string(), "[::1]:0");
    assert_eq!(settings.admins, ["a", "b"]);
    assert!(settings.reuse_port);
}

#[test]
fn what_is_wrong_is_named() {
    let error = |file: &str, flags: &[(&str, &str)]| Settings::load(file, [], &pairs(flags)).unwrap_err().to_string();
    assert!(error("", &[]).contains("secret"));
    assert!(error("secret = 'long enough'\nline_cpa = 1", &[]).contains("line_cpa"));
    assert!(error("", &[("line_cpa", "1")]).contains("line_cpa"));
    assert!(error("secret = 'long enough'", &[("workers", "0")]).contains("`workers` is 0"));
    assert!(error("secret = 'long enough'", &[("ping_probes", "0")]).contains("probes"));
    assert!(error("secret = 'long enough'", &[("line_cap", "lots")]).contains("cannot read"));
}

#[test]
fn the_secret_is_not_shown() {
    let settings = Settings::load("secret = 'hush hush'", [], &[]).unwrap();
    assert!(!format!("{settings:?}").contains("hush"));
}
