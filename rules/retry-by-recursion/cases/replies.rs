//! Functions that call themselves with what a reply said.

use std::time::Duration;

/// Class: a server that redirects to itself.
pub fn follow(agent: &ureq::Agent, url: &str) -> Result<ureq::Response, ureq::Error> {
    let answer = agent.get(url).timeout(Duration::from_secs(5)).call()?;
    if let Some(next) = answer.header("location") {
        return follow(agent, next); // expect: retry-by-recursion/strict
    }
    Ok(answer)
}

pub fn follow_some(agent: &ureq::Agent, url: &str, redirects: u32) -> Result<ureq::Response, ureq::Error> {
    let answer = agent.get(url).timeout(Duration::from_secs(5)).call()?;
    match answer.header("location") {
        Some(next) if redirects > 0 => follow_some(agent, next, redirects - 1),
        _ => Ok(answer),
    }
}
