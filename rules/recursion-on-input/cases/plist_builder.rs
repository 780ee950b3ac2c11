//! A builder of values from the events of a property list: neither its name nor its functions speak of parsing, but the
//! package does, and what was read decides that it goes deeper.

use std::collections::BTreeMap;

pub enum PlistEvent {
    StartArray,
    EndArray,
    StartDictionary,
    EndDictionary,
    Text(String),
}

pub enum Plist {
    Array(Vec<Plist>),
    Dictionary(BTreeMap<String, Plist>),
    Text(String),
}

pub struct Broken;

pub struct Builder<T> {
    stream: T,
    token: Option<PlistEvent>,
}

impl<T: Iterator<Item = Result<PlistEvent, Broken>>> Builder<T> {
    pub fn build(mut self) -> Result<Plist, Broken> {
        self.bump()?;
        self.build_value()
    }

    fn bump(&mut self) -> Result<(), Broken> {
        self.token = match self.stream.next() {
            Some(Ok(token)) => Some(token),
            Some(Err(error)) => return Err(error),
            None => None,
        };
        Ok(())
    }

    fn build_value(&mut self) -> Result<Plist, Broken> {
        match self.token.take() {
            Some(PlistEvent::StartArray) => Ok(Plist::Array(self.build_array()?)), // expect: recursion-on-input/strict
            Some(PlistEvent::StartDictionary) => Ok(Plist::Dictionary(self.build_dictionary()?)),
            Some(PlistEvent::Text(text)) => Ok(Plist::Text(text)),
            _ => Err(Broken),
        }
    }

    fn build_array(&mut self) -> Result<Vec<Plist>, Broken> {
        let mut values = Vec::new();
        loop {
            self.bump()?;
            if let Some(PlistEvent::EndArray) = self.token {
                self.token.take();
                return Ok(values);
            }
            values.push(self.build_value()?);
        }
    }

    fn build_dictionary(&mut self) -> Result<BTreeMap<String, Plist>, Broken> {
        let mut values = BTreeMap::new();
        loop {
            self.bump()?;
            match self.token.take() {
                Some(PlistEvent::EndDictionary) => return Ok(values),
                Some(PlistEvent::Text(key)) => {
                    self.bump()?;
                    values.insert(key, self.build_value()?);
                }
                _ => return Err(Broken),
            }
        }
    }

    /// As it was repaired: what is open is a list.
    pub fn build_flat(mut self) -> Result<Plist, Broken> {
        let mut open = vec![Vec::new()];
        loop {
            self.bump()?;
            match self.token.take() {
                Some(PlistEvent::StartArray) => open.push(Vec::new()),
                Some(PlistEvent::Text(text)) => open.last_mut().ok_or(Broken)?.push(Plist::Text(text)),
                Some(PlistEvent::EndArray) => {
                    let done = Plist::Array(open.pop().ok_or(Broken)?);
                    match open.last_mut() {
                        Some(outer) => outer.push(done),
                        None => return Ok(done),
                    }
                }
                _ => return Err(Broken),
            }
        }
    }
}
