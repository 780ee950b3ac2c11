//! Walks over the objects of a parsed document.

use std::collections::{BTreeMap, BTreeSet};

pub type Id = u32;

pub enum Object {
    Reference(Id),
    Text(String),
}

#[derive(Default)]
pub struct Dictionary(BTreeMap<String, Object>);

impl Dictionary {
    pub fn reference(&self, key: &str) -> Option<Id> {
        match self.0.get(key) {
            Some(Object::Reference(id)) => Some(*id),
            _ => None,
        }
    }
}

pub struct Document {
    objects: BTreeMap<Id, Dictionary>,
}

impl Document {
    pub fn parse(text: &str) -> Self {
        let mut objects: BTreeMap<Id, Dictionary> = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split(' ');
            let id = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
            let next = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
            let entry = objects.entry(id).or_default();
            entry.0.insert("Next".to_string(), Object::Reference(next));
            entry.0.insert("Title".to_string(), Object::Text(line.to_string()));
        }
        Self { objects }
    }
}

/// Class: sibling entries of an outline that point back to one another.
pub fn outline(text: &str, first: Id) -> usize {
    let document = Document::parse(text);
    let mut count = 0;
    let mut current = document.objects.get(&first);
    while let Some(entry) = current { // fixme: expect: cyclic-walk/strict
        count += 1;
        current = match entry.reference("Next") {
            Some(id) => document.objects.get(&id),
            None => None,
        };
    }
    count
}

pub fn outline_checked(text: &str, first: Id) -> usize {
    let document = Document::parse(text);
    let mut visited = BTreeSet::new();
    let mut next = Some(first);
    while let Some(id) = next {
        if !visited.insert(id) {
            break;
        }
        next = document.objects.get(&id).and_then(|entry| entry.reference("Next"));
    }
    visited.len()
}

pub fn outline_limited(text: &str, first: Id) -> usize {
    let document = Document::parse(text);
    let mut current = document.objects.get(&first);
    for count in 0..document.objects.len() {
        let Some(entry) = current else {
            return count;
        };
        current = entry.reference("Next").and_then(|id| document.objects.get(&id));
    }
    document.objects.len()
}
