//! Ways round on which every test reads what the way leaves as it is.

pub enum Expr {
    Name(String),
    Part(Box<Expr>, String),
    Other,
}

pub struct Names {
    known: Vec<String>,
    used: Vec<String>,
}

impl Names {
    fn is_known(&self, name: &str) -> bool {
        self.known.iter().any(|known| known == name)
    }

    fn note(&mut self, name: String) {
        self.used.push(name);
    }
}

pub fn root(expr: &Expr, names: &mut Names) {
    let mut at = expr;
    loop { // expect: stuck-iteration/audit
        match at {
            Expr::Name(name) => {
                if !names.is_known(name) {
                    names.note(name.clone());
                    return;
                }
            }
            Expr::Part(whole, _) => {
                at = whole;
            }
            Expr::Other => break,
        }
    }
}

pub fn root_or_known(expr: &Expr, names: &mut Names) {
    let mut at = expr;
    loop {
        match at {
            Expr::Name(name) => {
                if !names.is_known(name) {
                    names.note(name.clone());
                }
                return;
            }
            Expr::Part(whole, _) => {
                at = whole;
            }
            Expr::Other => break,
        }
    }
}
