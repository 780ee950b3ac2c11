//! A counter object that refuses to go deeper; and one report for functions that all call each other.

pub struct Counter {
    left: std::rc::Rc<std::cell::Cell<usize>>,
}

pub struct Guard(std::rc::Rc<std::cell::Cell<usize>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

impl Counter {
    pub fn try_decrease(&self) -> Result<Guard, ParseError> {
        let old = self.left.get();
        if old == 0 {
            return Err(ParseError);
        }
        self.left.set(old - 1);
        Ok(Guard(self.left.clone()))
    }
}

pub struct ParseError;

pub struct Parser<'a> {
    tokens: std::str::Chars<'a>,
    recursion_counter: Counter,
}

impl Parser<'_> {
    pub fn parse_value(&mut self) -> Result<u32, ParseError> {
        let _guard = self.recursion_counter.try_decrease()?;
        match self.tokens.next() {
            Some('[') => self.parse_list(),
            Some(_) => Ok(1),
            None => Err(ParseError),
        }
    }

    fn parse_list(&mut self) -> Result<u32, ParseError> {
        let mut count = 0;
        while self.tokens.clone().next() != Some(']') {
            count += self.parse_value()?;
        }
        self.tokens.next();
        Ok(count)
    }
}
