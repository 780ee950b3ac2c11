//! Names and references in a document that stand for other parts of it.

use std::collections::HashMap;

pub struct Reference(u32);

pub enum Part {
    Text(String),
    Inline(Section),
    Included(Include),
}

pub struct Include {
    pub section_name: String,
}

pub struct Section {
    pub parts: Vec<Part>,
    pub kids: Vec<Reference>,
    pub is_leaf: bool,
}

pub struct Document {
    sections: HashMap<String, Section>,
    numbered: HashMap<u32, Section>,
}

impl Part {
    pub fn as_reference(&self) -> Option<u32> {
        match self {
            Part::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Document {
    pub fn get_section(&self, id: u32) -> Option<&Section> {
        self.numbered.get(&id)
    }

    /// The second call follows a name.
    pub fn count_texts(&self, section: &Section) -> usize {
        let mut count = 0;
        for part in &section.parts {
            match part {
                Part::Text(_) => count += 1,
                Part::Inline(inner) => count += self.count_texts(inner), // expect: recursion-on-input/strict
                Part::Included(include) => {
                    if let Some(inner) = self.sections.get(&include.section_name) {
                        count += self.count_texts(inner);
                    }
                }
            }
        }
        count
    }

    /// A closure looks up what it is handed.
    pub fn collect_leaves(&self, section: &Section, leaves: &mut Vec<usize>) {
        if section.is_leaf {
            leaves.push(section.parts.len());
        }
        for part in &section.parts {
            if let Some(next) = part.as_reference().and_then(|id| self.get_section(id)) {
                self.collect_leaves(next, leaves); // expect: recursion-on-input/strict
            }
        }
    }

    /// Only inline sections: they end.
    pub fn count_inline(&self, section: &Section) -> usize {
        let inner = section.parts.iter().map(|part| match part {
            Part::Inline(inner) => self.count_inline(inner),
            _ => 0,
        });
        1 + inner.sum::<usize>()
    }
}
