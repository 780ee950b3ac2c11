//! Steps by what a call gives, which may be nothing.

fn blanks(text: &str) -> usize {
    text.bytes().take_while(|&byte| byte == b' ').count()
}

pub fn end_of_tag(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() { // expect: zero-step/audit
        match text.as_bytes()[at] {
            b'>' => return at + 1,
            b'\n' => at += blanks(&text[at..]),
            _ => at += 1,
        }
    }
    0
}

pub fn end_of_tag_checked(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() {
        match text.as_bytes()[at] {
            b'>' => return at + 1,
            b'\n' => {
                let count = blanks(&text[at..]);
                if count == 0 {
                    return 0;
                }
                at += count;
            }
            _ => at += 1,
        }
    }
    0
}
