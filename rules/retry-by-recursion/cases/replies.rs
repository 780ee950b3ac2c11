//! Functions that call themselves with what a reply said, or because of it.

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

pub struct Gallery {
    agent: ureq::Agent,
    url: String,
    is_renewed: bool,
}

impl Gallery {
    /// Class: a service that refuses each session that it gives.
    pub fn ask(&mut self, method: &str) -> Result<ureq::Response, ureq::Error> {
        let answer = self.agent.get(method).timeout(Duration::from_secs(5)).call()?;
        if answer.status() == 401 {
            self.log_in();
            return self.ask(method); // expect: retry-by-recursion/strict
        }
        Ok(answer)
    }

    pub fn ask_twice(&mut self, method: &str) -> Result<ureq::Response, ureq::Error> {
        let answer = self.agent.get(method).timeout(Duration::from_secs(5)).call()?;
        if answer.status() == 401 && !self.is_renewed {
            self.is_renewed = true;
            self.log_in();
            return self.ask_twice(method);
        }
        Ok(answer)
    }

    fn log_in(&mut self) {
        self.url.push_str("login");
    }
}
