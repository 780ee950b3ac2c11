//! Pages that are asked for by their number.

pub fn count_up(url: &str) {
    let mut found = Vec::new();
    let mut page = 1;
    loop { // expect: pagination-without-limit
        let answer = reqwest::blocking::get(format!("{url}?page={page}")).unwrap();
        found.push(answer.text().unwrap());
        page += 1;
    }
}

/// A failure leaves by design: behind the last page there may be one.
pub fn until_failure(url: &str, found: &mut Vec<String>) -> Result<(), reqwest::Error> {
    let mut page = 1;
    loop {
        let answer = reqwest::blocking::get(format!("{url}?page={page}"))?.error_for_status()?;
        found.push(answer.text()?);
        page += 1;
    }
}

pub fn until_empty(url: &str) -> Result<Vec<String>, reqwest::Error> {
    let mut found = Vec::new();
    let mut page = 1;
    loop {
        let answer = reqwest::blocking::get(format!("{url}?page={page}"))?.text()?;
        if answer.is_empty() {
            return Ok(found);
        }
        found.push(answer);
        page += 1;
    }
}
