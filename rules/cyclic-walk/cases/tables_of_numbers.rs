//! Chains whose links stand in a table that was read, and messages that point into themselves.

use std::collections::BTreeSet;
use std::io::{self, Read};

const LAST: u32 = 0xFFFF_FFFF;

pub struct Malformed;

pub trait ReadNumbers: Read {
    fn read_u32(&mut self) -> io::Result<u32>;
}

pub struct Volume {
    clusters: Vec<u32>,
    parents: Vec<u32>,
}

impl Volume {
    pub fn open<R: ReadNumbers>(reader: &mut R, count: usize) -> io::Result<Self> {
        let mut clusters = Vec::new();
        for _ in 0..count {
            clusters.push(reader.read_u32()?);
        }
        Ok(Self { clusters, parents: Vec::new() })
    }

    pub fn following(&self, cluster: u32) -> u32 {
        self.clusters[cluster as usize]
    }

    pub fn adopt(&mut self, parent: u32) -> u32 {
        self.parents.push(parent);
        self.parents.len() as u32 - 1
    }

    pub fn chain(&self, first: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut cluster = first;
        while cluster != LAST { // expect: cyclic-walk
            found.push(cluster);
            cluster = self.clusters[cluster as usize];
        }
        found
    }

    pub fn chain_masked(&self, first: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut cluster = first;
        while cluster < 0x0FFF_FFF8 { // expect: cyclic-walk
            found.push(cluster);
            let next = self.clusters[cluster as usize] & 0x0FFF_FFFF;
            cluster = next;
        }
        found
    }

    /// Class: the table is the program's own.
    pub fn root(&self, mut item: u32) -> u32 {
        while self.parents[item as usize] != item {
            item = self.parents[item as usize];
        }
        item
    }

    pub fn chain_seen(&self, first: u32) -> Result<BTreeSet<u32>, Malformed> {
        let mut found = BTreeSet::new();
        let mut cluster = first;
        while cluster != LAST {
            if !found.insert(cluster) {
                return Err(Malformed);
            }
            cluster = self.clusters[cluster as usize];
        }
        Ok(found)
    }

    pub fn chain_marked(&self, first: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut seen = vec![false; self.clusters.len()];
        let mut cluster = first;
        while cluster != LAST {
            if seen[cluster as usize] {
                break;
            }
            seen[cluster as usize] = true;
            found.push(cluster);
            cluster = self.clusters[cluster as usize];
        }
        found
    }

    pub fn chain_counted(&self, first: u32) -> Result<Vec<u32>, Malformed> {
        let mut found = Vec::new();
        let mut cluster = first;
        while cluster != LAST {
            if found.len() > self.clusters.len() {
                return Err(Malformed);
            }
            found.push(cluster);
            cluster = self.clusters[cluster as usize];
        }
        Ok(found)
    }

    /// Class: where every number stands once, a circle leads back to its start.
    pub fn chain_back_to_start(&self, first: u32) -> Result<Vec<u32>, Malformed> {
        let start = first;
        let mut found = Vec::new();
        let mut cluster = first;
        while cluster != LAST {
            found.push(cluster);
            cluster = self.clusters[cluster as usize];
            if cluster == start {
                return Err(Malformed);
            }
        }
        Ok(found)
    }

    pub fn some(&self, starts: &[u32]) -> Vec<u32> {
        let mut found = Vec::new();
        let mut at = 0;
        let mut cluster;
        while at < starts.len() {
            cluster = starts[at];
            at += 1;
            if cluster == LAST {
                break;
            }
            cluster = self.clusters[cluster as usize];
            found.push(cluster);
        }
        found
    }
}

pub fn chain_of(volume: &Volume, first: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut cluster = first;
    while cluster != LAST { // expect: cyclic-walk
        found.push(cluster);
        cluster = volume.following(cluster);
    }
    found
}

pub fn labels(message: &[u8], start: usize) -> Result<Vec<&[u8]>, Malformed> {
    let mut found = Vec::new();
    let mut at = start;
    loop { // expect: cyclic-walk
        let length = usize::from(message[at]);
        if length == 0 {
            return Ok(found);
        }
        if length & 0xC0 == 0xC0 {
            let pointer = u16::from_be_bytes([message[at], message[at + 1]]) & 0x3FFF;
            at = usize::from(pointer);
            if at >= message.len() {
                return Err(Malformed);
            }
            continue;
        }
        found.push(&message[at + 1..at + 1 + length]);
        at += 1 + length;
    }
}

pub fn labels_backwards(message: &[u8], start: usize) -> Result<Vec<&[u8]>, Malformed> {
    let mut found = Vec::new();
    let mut at = start;
    let mut lowest = start;
    loop {
        let length = usize::from(message[at]);
        if length == 0 {
            return Ok(found);
        }
        if length & 0xC0 == 0xC0 {
            let pointer = (length & 0x3F) << 8 | usize::from(message[at + 1]);
            if pointer >= lowest {
                return Err(Malformed);
            }
            lowest = pointer;
            at = pointer;
            continue;
        }
        found.push(&message[at + 1..at + 1 + length]);
        at += 1 + length;
    }
}

pub fn labels_one_pointer(message: &[u8], start: usize) -> Result<Vec<&[u8]>, Malformed> {
    let mut found = Vec::new();
    let mut at = start;
    let mut has_jumped = false;
    loop {
        let length = usize::from(message[at]);
        if length == 0 {
            return Ok(found);
        }
        if length & 0xC0 == 0xC0 {
            if has_jumped {
                return Err(Malformed);
            }
            has_jumped = true;
            at = (length & 0x3F) << 8 | usize::from(message[at + 1]);
            continue;
        }
        found.push(&message[at + 1..at + 1 + length]);
        at += 1 + length;
    }
}

/// Class: what is added leads forward.
pub fn records(message: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 2 < message.len() {
        let length = usize::from(u16::from_be_bytes([message[at], message[at + 1]]));
        let next = at + 2 + length;
        found.push(&message[at + 2..next]);
        at = next;
    }
    found
}

/// Class: a state machine whose table the program holds, over input that ends.
pub fn accepts(states: &[u8], input: &[u8]) -> bool {
    let mut state = 0;
    let mut at = 0;
    while state != 0xFF && at < input.len() {
        state = usize::from(states[state]);
        at += 1;
    }
    state != 0xFF
}
