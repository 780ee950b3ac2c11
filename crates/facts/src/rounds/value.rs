//! Values of one loop, numbered so that equal numbers mean equal values.
//!
//! A value is a literal, what a place held when the first round began, something that nothing is known of, or a pure
//! operation on other values. Literals are folded. Two properties are kept beside the number: whether anything unknown
//! went into it, and whether it is certainly greater than zero.

use rustc_hash::FxHashMap;
use unspin_ir::{BinaryOp, CompareOp, Constant, LocalId, Name};

/// A value number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ValueId(pub(super) u32);

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Literal {
    None,
    Unit,
    Bool(bool),
    Int(i64),
    /// Bits of a float.
    Float(u64),
    Text(Name),
    Bytes(Box<[u8]>),
    /// A collection or slice without elements, of whatever kind.
    Empty,
}

impl Literal {
    pub(super) fn of(constant: &Constant) -> Self {
        match constant {
            Constant::None => Self::None,
            Constant::Unit => Self::Unit,
            Constant::Bool(value) => Self::Bool(*value),
            Constant::Int(value) => Self::Int(*value),
            Constant::Float(value) => Self::Float(value.to_bits()),
            Constant::Text(value) => Self::Text(*value),
            Constant::Bytes(value) => Self::Bytes(value.clone()),
        }
    }

    /// Whether it is true in a test.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::None | Self::Unit | Self::Empty => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(bits) => f64::from_bits(*bits) != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
        }
    }

    /// The length of a sequence.
    pub(super) fn length(&self) -> Option<i64> {
        match self {
            Self::Text(text) => i64::try_from(text.chars().count()).ok(),
            Self::Bytes(bytes) => i64::try_from(bytes.len()).ok(),
            Self::Empty => Some(0),
            _ => None,
        }
    }

    /// The part of a text or of bytes from a place on, up to another one; negative ones count from the end.
    fn part(&self, low: i64, high: Option<i64>) -> Option<Self> {
        let length = usize::try_from(self.length()?).ok()?;
        let at = |place: i64| {
            let distance = usize::try_from(place.unsigned_abs()).unwrap_or(length).min(length);
            if place < 0 { length - distance } else { distance }
        };
        let (low, high) = (at(low), high.map_or(length, at));
        let range = low..high.max(low);
        match self {
            Self::Text(text) if text.is_ascii() => Some(Self::Text(unspin_ir::name(&text[range]))),
            Self::Bytes(bytes) => Some(Self::Bytes(bytes[range].into())),
            _ => None,
        }
    }

    /// An empty text, bytes or collection.
    pub(super) fn is_empty_sequence(&self) -> bool {
        self.length() == Some(0)
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }
}

/// A pure operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operator {
    Field(Name),
    Index,
    Slice {
        low: bool,
        high: bool,
    },
    Not,
    Negate,
    Invert,
    Binary(BinaryOp),
    Compare(CompareOp),
    Truth,
    Length,
    /// A call that depends on its arguments alone, by its name.
    Call(Name),
    Aggregate(u8),
    Variant(Name),
    HasVariant(Name),
    Payload(Name, u16),
    HasType(Box<[Name]>),
    Global(Name),
    /// A function value or something not understood, by a number of its own.
    Opaque(u64),
}

/// How a value came about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Literal(Literal),
    /// What a local held at the start: frame and local.
    Start(u32, LocalId),
    Unknown(u32),
    Apply(Operator, Box<[ValueId]>),
}

/// All values of one analysis.
#[derive(Debug, Default)]
pub(super) struct Values {
    nodes: Vec<Node>,
    index: FxHashMap<Node, ValueId>,
    /// The newest unknown that went into each; 0 for none.
    unknown: Vec<u32>,
    positive: Vec<bool>,
    next_unknown: u32,
}

impl Values {
    pub(super) fn node(&self, id: ValueId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn literal_of(&self, id: ValueId) -> Option<&Literal> {
        match self.node(id) {
            Node::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Whether something is the case for the value or anything that went into it.
    pub(super) fn any_part(&self, id: ValueId, is: &impl Fn(&Node) -> bool) -> bool {
        let (mut pending, mut seen) = (vec![id], std::collections::BTreeSet::from([id]));
        while let Some(part) = pending.pop() {
            let node = self.node(part);
            if is(node) {
                return true;
            }
            if let Node::Apply(_, parts) = node {
                pending.extend(parts.iter().filter(|&&part| seen.insert(part)));
            }
        }
        false
    }

    /// Whether anything unknown went into the value.
    pub(super) fn is_unknown(&self, id: ValueId) -> bool {
        self.unknown[id.0 as usize] > 0
    }

    /// Whether something went into the value that was made after so many unknowns.
    pub(super) fn is_newer(&self, id: ValueId, unknowns: u32) -> bool {
        self.unknown[id.0 as usize] > unknowns
    }

    /// How many unknowns there are.
    pub(super) fn unknowns(&self) -> u32 {
        self.next_unknown
    }

    /// What a test that comes out this way says not to be some other value: `a` of `a == b` that is false.
    pub(super) fn is_not(&self, test: ValueId, outcome: bool) -> Option<ValueId> {
        match self.node(test) {
            Node::Apply(Operator::Not | Operator::Truth, inner) => {
                let negates = matches!(self.node(test), Node::Apply(Operator::Not, _));
                self.is_not(inner[0], outcome != negates)
            }
            Node::Apply(Operator::Compare(op), operands) => {
                let differs = match op {
                    CompareOp::Eq | CompareOp::Is | CompareOp::In => !outcome,
                    CompareOp::Ne | CompareOp::IsNot | CompareOp::NotIn => outcome,
                    _ => false,
                };
                differs.then(|| operands[0])
            }
            _ => None,
        }
    }

    /// Whether the value is certainly greater than zero.
    pub(super) fn is_positive(&self, id: ValueId) -> bool {
        self.positive[id.0 as usize]
    }

    pub(super) fn add(&mut self, node: Node) -> ValueId {
        if let Some(&id) = self.index.get(&node) {
            return id;
        }
        let unknown = match &node {
            Node::Unknown(number) => *number,
            Node::Apply(_, arguments) => arguments.iter().map(|a| self.unknown[a.0 as usize]).max().unwrap_or(0),
            _ => 0,
        };
        let positive = self.derives_positive(&node);
        let id = ValueId(self.nodes.len() as u32);
        self.nodes.push(node.clone());
        self.index.insert(node, id);
        self.unknown.push(unknown);
        self.positive.push(positive);
        id
    }

    fn derives_positive(&self, node: &Node) -> bool {
        match node {
            Node::Literal(literal) => literal.number().is_some_and(|value| value > 0),
            Node::Apply(Operator::Binary(BinaryOp::Add), parts) => parts.iter().any(|&part| self.is_positive(part)),
            Node::Apply(Operator::Binary(BinaryOp::Multiply), parts) => parts.iter().all(|&part| self.is_positive(part)),
            // `CHUNK_SIZE`
            Node::Apply(Operator::Global(name), _) => {
                let last = unspin_ir::last_part(*name);
                ["SIZE", "LEN", "LENGTH"].iter().any(|word| last.ends_with(word))
            }
            _ => false,
        }
    }

    pub(super) fn literal(&mut self, literal: Literal) -> ValueId {
        self.add(Node::Literal(literal))
    }

    pub(super) fn bool(&mut self, value: bool) -> ValueId {
        self.literal(Literal::Bool(value))
    }

    /// A value of which nothing is known, different from every other.
    pub(super) fn fresh(&mut self) -> ValueId {
        self.next_unknown += 1;
        self.add(Node::Unknown(self.next_unknown))
    }

    /// The operation, folded where its operands decide it.
    pub(super) fn apply(&mut self, operator: Operator, arguments: &[ValueId]) -> ValueId {
        if let Some(folded) = self.fold(&operator, arguments) {
            return folded;
        }
        self.add(Node::Apply(operator, arguments.into()))
    }

    fn fold(&mut self, operator: &Operator, arguments: &[ValueId]) -> Option<ValueId> {
        match (operator, arguments) {
            (Operator::Truth, &[a]) => self.fold_truth(a),
            (Operator::Not, &[a]) => self.fold_not(a),
            (Operator::Length, &[a]) => {
                let length = self.literal_of(a)?.length()?;
                Some(self.literal(Literal::Int(length)))
            }
            (Operator::Negate, &[a]) => {
                let negated = self.literal_of(a)?.number()?.checked_neg()?;
                Some(self.literal(Literal::Int(negated)))
            }
            (Operator::Binary(op), &[a, b]) => self.fold_binary(*op, a, b),
            (Operator::Compare(op), &[a, b]) => self.fold_compare(*op, a, b),
            (Operator::Slice { low, high }, parts) => self.fold_slice(*low, *high, parts),
            (Operator::HasVariant(_) | Operator::HasType(_), &[a]) => self.fold_type_test(operator, a),
            (Operator::Payload(variant, index), &[a]) => self.fold_payload(*variant, *index, a),
            _ => None,
        }
    }

    fn fold_truth(&mut self, a: ValueId) -> Option<ValueId> {
        let truth = match self.node(a) {
            Node::Literal(literal) => literal.truth(),
            Node::Apply(Operator::Aggregate(_), parts) => !parts.is_empty(),
            Node::Apply(Operator::Truth | Operator::Not | Operator::Compare(_) | Operator::HasVariant(_), _) => return Some(a),
            _ => return None,
        };
        Some(self.bool(truth))
    }

    fn fold_not(&mut self, a: ValueId) -> Option<ValueId> {
        match self.node(a) {
            Node::Literal(literal) => {
                let truth = !literal.truth();
                Some(self.bool(truth))
            }
            Node::Apply(Operator::Not, inner) => Some(inner[0]),
            _ => None,
        }
    }

    fn fold_binary(&mut self, op: BinaryOp, a: ValueId, b: ValueId) -> Option<ValueId> {
        let (left, right) = (self.literal_of(a).cloned(), self.literal_of(b).cloned());
        let is_zero = |literal: &Option<Literal>| literal.as_ref().is_some_and(|l| l.number() == Some(0));
        let is_empty = |literal: &Option<Literal>| literal.as_ref().is_some_and(Literal::is_empty_sequence);
        match op {
            BinaryOp::Add if is_zero(&right) || is_empty(&right) => return Some(a),
            BinaryOp::Add if is_zero(&left) || is_empty(&left) => return Some(b),
            BinaryOp::Subtract if is_zero(&right) => return Some(a),
            BinaryOp::Multiply if is_zero(&right) => return Some(b),
            BinaryOp::Multiply if is_zero(&left) => return Some(a),
            BinaryOp::Subtract if a == b && !self.is_unknown(a) => return Some(self.literal(Literal::Int(0))),
            _ => {}
        }
        let (left, right) = (left?.number()?, right?.number()?);
        let result = match op {
            BinaryOp::Add => left.checked_add(right),
            BinaryOp::Subtract => left.checked_sub(right),
            BinaryOp::Multiply => left.checked_mul(right),
            BinaryOp::FloorDivide => left.checked_div_euclid(right),
            BinaryOp::Remainder => left.checked_rem_euclid(right),
            BinaryOp::BitAnd => Some(left & right),
            BinaryOp::BitOr => Some(left | right),
            BinaryOp::BitXor => Some(left ^ right),
            BinaryOp::ShiftLeft => u32::try_from(right).ok().and_then(|bits| left.checked_shl(bits)),
            BinaryOp::ShiftRight => u32::try_from(right).ok().and_then(|bits| left.checked_shr(bits)),
            _ => None,
        }?;
        Some(self.literal(Literal::Int(result)))
    }

    fn fold_compare(&mut self, op: CompareOp, a: ValueId, b: ValueId) -> Option<ValueId> {
        let identity = matches!(op, CompareOp::Eq | CompareOp::Le | CompareOp::Ge | CompareOp::Is);
        if a == b && !self.is_unknown(a) && !matches!(op, CompareOp::In | CompareOp::NotIn) {
            return Some(self.bool(identity));
        }
        if matches!(op, CompareOp::In | CompareOp::NotIn) {
            let inside = self.fold_membership(a, b)?;
            return Some(self.bool(inside == (op == CompareOp::In)));
        }
        if matches!(op, CompareOp::Eq | CompareOp::Ne | CompareOp::Is | CompareOp::IsNot)
            && let Some(same) = self.is_same_member(a, b)
        {
            return Some(self.bool(same == identity));
        }
        let outcome = match (self.literal_of(a), self.literal_of(b)) {
            (Some(a), Some(b)) => compare_literals(op, a, b),
            (Some(literal), None) => self.compare_with_unknown(op, literal, b),
            (None, Some(literal)) => self.compare_with_unknown(mirrored(op), literal, a),
            (None, None) => None,
        }?;
        Some(self.bool(outcome))
    }

    /// Whether two members of an enum are the same one, with all that is in them: `Err(RecvTimeoutError::Timeout)`.
    fn is_same_member(&self, a: ValueId, b: ValueId) -> Option<bool> {
        let last = |name: &Name| unspin_ir::last_part(*name);
        match (self.node(a), self.node(b)) {
            (Node::Apply(Operator::Variant(own), in_own), Node::Apply(Operator::Variant(other), in_other)) => {
                if last(own) != last(other) {
                    return Some(false);
                }
                match (&in_own[..], &in_other[..]) {
                    (&[own], &[other]) => self.is_same_member(own, other),
                    _ => None,
                }
            }
            (
                Node::Apply(Operator::Global(own) | Operator::Variant(own), _),
                Node::Apply(Operator::Global(other) | Operator::Variant(other), _),
            ) => same_member(*own, *other),
            _ => None,
        }
    }

    /// A literal against something that is not one. A made-up value (a call's fresh result, an aggregate) is never
    /// `None`; a positive number is above zero.
    fn compare_with_unknown(&self, op: CompareOp, literal: &Literal, other: ValueId) -> Option<bool> {
        let is_object =
            matches!(self.node(other), Node::Apply(Operator::Aggregate(_) | Operator::Binary(_) | Operator::Length, _));
        // `State.Closed`, `State.None`
        let member = match self.node(other) {
            Node::Apply(Operator::Global(name), _) => {
                let is_of_type = |parent| unspin_ir::last_part(parent).starts_with(char::is_uppercase);
                unspin_ir::parent_path(*name).is_some_and(is_of_type).then_some(*name)
            }
            Node::Apply(Operator::Variant(name), _) => Some(*name),
            _ => None,
        };
        let is_none = member.map(|name| unspin_ir::last_part(name) == "None").or(is_object.then_some(false));
        match (op, literal) {
            (CompareOp::Is | CompareOp::Eq, Literal::None) if is_none.is_some() => is_none,
            (CompareOp::IsNot | CompareOp::Ne, Literal::None) if is_none.is_some() => is_none.map(|is_none| !is_none),
            (CompareOp::Lt | CompareOp::Le | CompareOp::Ne, Literal::Int(value)) if *value <= 0 && self.is_positive(other) => {
                Some(true)
            }
            (CompareOp::Eq | CompareOp::Gt | CompareOp::Ge, Literal::Int(value)) if *value <= 0 && self.is_positive(other) => {
                Some(false)
            }
            _ => None,
        }
    }

    fn fold_membership(&self, a: ValueId, b: ValueId) -> Option<bool> {
        let needle = self.literal_of(a);
        match self.node(b) {
            Node::Literal(haystack) => match (needle?, haystack) {
                (Literal::Text(a), Literal::Text(b)) => Some(b.contains(a.as_str())),
                (Literal::Bytes(a), Literal::Bytes(b)) => Some(a.is_empty() || b.windows(a.len()).any(|part| part == &**a)),
                (Literal::Empty, Literal::Text(_) | Literal::Bytes(_)) => Some(true),
                (_, Literal::Empty) => Some(false),
                _ => None,
            },
            Node::Apply(Operator::Aggregate(_), parts) => {
                if parts.contains(&a) {
                    return Some(true);
                }
                let needle = needle?;
                let is_equal = |part: &ValueId| {
                    self.literal_of(*part).and_then(|part| compare_literals(CompareOp::Eq, needle, part)) == Some(true)
                };
                if parts.iter().any(is_equal) {
                    return Some(true);
                }
                let differs =
                    |part: &ValueId| self.literal_of(*part).and_then(|part| compare_literals(CompareOp::Ne, needle, part));
                parts.iter().all(|part| differs(part) == Some(true)).then_some(false)
            }
            _ => None,
        }
    }

    fn fold_slice(&mut self, low: bool, high: bool, parts: &[ValueId]) -> Option<ValueId> {
        let base = parts[0];
        let bound = |values: &Self, index: usize| values.literal_of(parts[index]).and_then(Literal::number);
        let low_value = if low { bound(self, 1) } else { Some(0) };
        let high_value = if high { bound(self, 1 + usize::from(low)) } else { None };
        if self.literal_of(base).is_some_and(Literal::is_empty_sequence) || high_value == Some(0) {
            let literal = match self.literal_of(base) {
                Some(literal) if literal.is_empty_sequence() => literal.clone(),
                _ => Literal::Empty,
            };
            return Some(self.literal(literal));
        }
        if low_value == Some(0) && !high {
            return Some(base);
        }
        let part = self.literal_of(base)?.part(low_value?, if high { Some(high_value?) } else { None })?;
        Some(self.literal(part))
    }

    /// What was put into a variant comes out of it.
    fn fold_payload(&self, variant: Name, index: u16, a: ValueId) -> Option<ValueId> {
        match self.node(a) {
            Node::Apply(Operator::Variant(own), parts) if unspin_ir::last_part(*own) == unspin_ir::last_part(variant) => {
                parts.get(usize::from(index)).copied()
            }
            _ => None,
        }
    }

    /// An end value is of the type that the program expects, and is no other variant.
    fn fold_type_test(&mut self, operator: &Operator, a: ValueId) -> Option<ValueId> {
        if let (Node::Apply(Operator::Variant(own), _), Operator::HasVariant(asked)) = (self.node(a), operator) {
            let last = |name: &Name| name.as_str().rsplit('.').next().unwrap_or_default().to_owned();
            let outcome = last(own) == last(asked);
            return Some(self.bool(outcome));
        }
        if let (Node::Apply(Operator::Global(own), _), Operator::HasVariant(asked)) = (self.node(a), operator) {
            let outcome = same_variant(*own, *asked)?;
            return Some(self.bool(outcome));
        }
        let literal = self.literal_of(a)?;
        let outcome = match operator {
            Operator::HasVariant(_) => false,
            _ => !matches!(literal, Literal::None),
        };
        Some(self.bool(outcome))
    }
}

/// Whether a path, such as `Line::End` of an enum, is the variant asked for; not known where they may be of two enums.
fn same_variant(own: Name, asked: Name) -> Option<bool> {
    let (own_enum, own) = own.rsplit_once('.')?;
    let (asked_enum, asked) = asked.rsplit_once('.')?;
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    (last(own_enum) == last(asked_enum)).then_some(own == asked)
}

/// Whether two members of one class are the same: `Health.DEAD is Health.PING`.
fn same_member(a: Name, b: Name) -> Option<bool> {
    let (class, _) = a.rsplit_once('.')?;
    let is_class = class.rsplit('.').next().is_some_and(|name| name.starts_with(|first: char| first.is_uppercase()));
    same_variant(a, b).filter(|_| is_class)
}

/// The comparison with its sides exchanged.
pub(super) fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        other => other,
    }
}

fn compare_literals(op: CompareOp, a: &Literal, b: &Literal) -> Option<bool> {
    let equal = match (a.number(), b.number()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b || (a.is_empty_sequence() && b.is_empty_sequence() && (*a == Literal::Empty || *b == Literal::Empty)),
    };
    match op {
        CompareOp::Eq | CompareOp::Is => Some(equal),
        CompareOp::Ne | CompareOp::IsNot => Some(!equal),
        _ => {
            let order = match (a, b) {
                (Literal::Bytes(a), Literal::Bytes(b)) => a.cmp(b),
                _ => a.number()?.partial_cmp(&b.number()?)?,
            };
            Some(match op {
                CompareOp::Lt => order.is_lt(),
                CompareOp::Le => order.is_le(),
                CompareOp::Gt => order.is_gt(),
                CompareOp::Ge => order.is_ge(),
                _ => return None,
            })
        }
    }
}
