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

/// The levels are counted where expressions begin. The way round below does not go through there, and ends because
/// the precedence only rises.
pub struct QueryParser<'a> {
    tokens: std::str::Chars<'a>,
    recursion_counter: Counter,
}

impl QueryParser<'_> {
    pub fn parse_expression(&mut self) -> Result<u32, ParseError> {
        let _guard = self.recursion_counter.try_decrease()?;
        match self.tokens.next() {
            Some('(') => self.parse_query(10),
            Some(_) => Ok(1),
            None => Err(ParseError),
        }
    }

    pub fn parse_query(&mut self, precedence: u32) -> Result<u32, ParseError> {
        let first = self.parse_expression()?;
        self.parse_rest(first, precedence)
    }

    fn parse_rest(&mut self, first: u32, precedence: u32) -> Result<u32, ParseError> {
        let mut sum = first;
        while let Some(operator) = self.tokens.next() {
            let next = match operator {
                '+' => 10,
                '*' => 20,
                _ => return Err(ParseError),
            };
            if precedence >= next {
                break;
            }
            sum += self.parse_query(next)?; // expect: recursion-on-input/strict
        }
        Ok(sum)
    }
}
