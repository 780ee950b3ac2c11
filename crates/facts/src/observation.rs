//! What rules match: observations about ways round, loops, calls and recursion, and the vocabulary they are made of.
//!
//! An observation is a bag of attributes with the places and words that a report may use. Facts are computed by code;
//! which combinations are worth a report is said by the rules, as data. [`VOCABULARY`] lists every attribute with its
//! values, so that a rule that asks for something that does not exist is an error and not a dead rule.

use unspin_span::Span;

use crate::FunctionRef;

/// What an observation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A way round a loop.
    WayRound,
    /// A loop as a whole.
    Loop,
    /// A call.
    Call,
    /// A cycle of calls.
    Cycle,
}

/// How sure the analysis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sureness {
    /// Some of the evidence is a guess from names.
    Low,
    /// Likely.
    Medium,
    /// Every piece of evidence was resolved.
    High,
}

/// An attribute and one of its values; an attribute may have several.
pub type Attribute = (&'static str, &'static str);

/// Something that a rule may report.
#[derive(Clone, Debug)]
pub struct Observation {
    /// What it is about.
    pub subject: Subject,
    /// The function it was made in.
    pub function: FunctionRef,
    /// The loop (or, for recursion, the function): findings of one loop are weighed against each other.
    pub around: Option<Span>,
    /// What is the case.
    pub attributes: Vec<Attribute>,
    /// Places that a report may point at: name, file, span. The first of a name counts.
    pub places: Vec<(&'static str, u32, Span)>,
    /// Words that a message may use: `{call}`.
    pub words: Vec<(&'static str, String)>,
    /// How sure it is.
    pub sureness: Sureness,
}

/// What is asked for: what fits no query need not be found out.
#[derive(Clone, Debug, Default)]
pub struct Queries(Vec<Query>);

/// What an observation has to be about and, for each attribute, values of which it has at least one.
#[derive(Clone, Debug)]
pub struct Query {
    /// What it is about.
    pub about: Subject,
    /// Attributes with their values.
    pub wanted: Vec<(String, Vec<String>)>,
}

impl Queries {
    /// These.
    pub fn new(queries: Vec<Query>) -> Self {
        Self(queries)
    }

    /// Whether a query asks for this value of an attribute.
    pub(crate) fn ask_for(&self, attribute: &str, value: &str) -> bool {
        let asks = |(wanted, values): &(String, Vec<String>)| wanted == attribute && values.iter().any(|other| other == value);
        self.0.iter().any(|query| query.wanted.iter().any(asks))
    }

    /// Whether an observation may still fit a query when all values of the `decided` attributes are among `known`.
    pub(crate) fn may_fit(&self, about: Subject, decided: &[&str], known: &[Attribute]) -> bool {
        let has = |attribute: &str, value: &str| known.iter().any(|(key, known)| *key == attribute && *known == value);
        self.0.iter().any(|query| {
            query.about == about
                && query.wanted.iter().all(|(attribute, values)| {
                    !decided.contains(&attribute.as_str()) || values.iter().any(|value| has(attribute, value))
                })
        })
    }
}

impl Observation {
    /// Whether an attribute has a value.
    pub fn has(&self, attribute: &str, value: &str) -> bool {
        self.attributes.iter().any(|(key, known)| *key == attribute && *known == value)
    }

    /// The place of a name.
    pub fn place(&self, wanted: &str) -> Option<(u32, Span)> {
        self.places.iter().find(|(key, ..)| *key == wanted).map(|&(_, file, span)| (file, span))
    }

    /// The word of a name.
    pub fn word(&self, wanted: &str) -> Option<&str> {
        self.words.iter().find(|(key, _)| *key == wanted).map(|(_, word)| word.as_str())
    }
}

/// The places that a report may point at, with what they are. An observation that does not have the one asked for is
/// reported at its loop or call.
pub const PLACES: &[(&str, &str)] = &[
    ("loop", "the head of the loop"),
    ("call", "the call that fails, waits, meets the end of its input, or recurs"),
    ("handler", "the handler that catches the failure"),
    ("latch", "where the loop goes round again"),
    ("sleep", "the pause between two questions or tries"),
    ("step", "the step towards the bound, or away from it"),
    ("function", "the name of the function"),
    ("back", "the call that closes the cycle"),
    ("test", "the test of what was read"),
    ("exit", "where a failure leaves"),
];

/// The words that a message may use, in braces.
pub const WORDS: &[(&str, &str)] = &[
    ("call", "the call, as the source writes it"),
    ("function", "the function that is called again"),
    ("parameter", "the parameter that counts the depth"),
    ("place", "what is cut, stepped, searched or left open"),
    ("bound", "the count or deadline that is compared"),
    ("asked", "what the loop looks at again"),
    ("token", "what names the next page"),
];

/// Attributes of one subject: name, values, meaning.
pub type Entry = (Subject, &'static str, &'static [&'static str], &'static str);

/// Every attribute with its values.
pub const VOCABULARY: &[Entry] = &[
    (
        Subject::WayRound,
        "through",
        &[
            "failure",
            "end-of-input",
            "closed-channel",
            "nothing-taken",
            "nothing-consumed",
            "nothing-moved",
            "step-back",
            "step-of-call",
            "cancellation",
        ],
        "what the way goes through: a failed call; a read at the end of its input; a receive whose other side is gone; a \
         write that takes nothing; a slice by an amount from the input that may be zero; a position moved by such an amount; a seek back over what was \
         read; a handler that swallows a \
         cancellation or interrupt",
    ),
    (
        Subject::WayRound,
        "cancelled",
        &["coroutine", "generator-coroutine", "thread"],
        "whose cancellation is swallowed: a coroutine's at an await; a generator-based coroutine's by a handler of \
         `Exception`, which it is before Python 3.8; an interrupt of anything else",
    ),
    (
        Subject::WayRound,
        "delay",
        &["constant", "varies"],
        "whether every pause after the failure takes the same time each round",
    ),
    (
        Subject::WayRound,
        "failure",
        &["timeout", "connection", "local-timeout", "closed", "end", "interrupt", "cancellation", "item", "any", "unknown"],
        "what the handler on the way catches",
    ),
    (
        Subject::WayRound,
        "effect",
        &["read", "receive", "write", "connect", "accept", "request", "wait", "poll", "other"],
        "what the call that failed, or met the end, does",
    ),
    (
        Subject::WayRound,
        "channel",
        &["passed-over", "stopped", "of-object"],
        "what is received from is one of several that are waited for at once, and nothing is done in the closed case alone; a stop \
         signal ends the loop then; it is part of the object whose method this is, as the mailbox of an actor is",
    ),
    (
        Subject::WayRound,
        "within",
        &["script"],
        "what ends is a file or terminal of the person who runs it: in a script, or beside questions at a terminal",
    ),
    (Subject::WayRound, "remote", &["yes", "likely", "no"], "whether that call waits for another machine or process"),
    (
        Subject::WayRound,
        "shape",
        &["retry", "service", "session", "job", "item"],
        "retry: success leaves the loop; service: success goes round too; session: after it only a failure ends the loop; \
         job: a service that runs a function of its own, or connects, from time to time, whatever that fails with; item: something was taken before the failure, so that the next round \
         has another one",
    ),
    (
        Subject::WayRound,
        "bounded-by",
        &["limit", "deadline", "asked-limit", "stop-signal", "health-check", "error-test", "data", "unknown"],
        "what every such way tests, counts or tries that can leave the loop; a limit or deadline for which somebody has to ask",
    ),
    (
        Subject::WayRound,
        "pause",
        &["yes", "perhaps", "no"],
        "whether every such way sleeps or waits; some do, or the call itself may before it fails",
    ),
    (
        Subject::WayRound,
        "wait",
        &["none", "short", "tick", "long", "unknown"],
        "the timeout of the call that failed: 0 (it does not wait at all), up to 5 s (also a tick: around something else, in Rust, \
         with work to do when it has passed), longer, or not known",
    ),
    (
        Subject::WayRound,
        "sibling-limit",
        &["yes", "optional", "no"],
        "whether another handler of the loop does count and compare: always; unless it is told not to; none",
    ),
    (
        Subject::WayRound,
        "answer",
        &["awaited"],
        "the function gives back what the call reads, and is not called by loops without an end alone, so that somebody waits for it",
    ),
    (
        Subject::WayRound,
        "stop-signal",
        &["forgotten"],
        "another loop of the function, or of its class, asks for a stop signal in its head, and this one for none",
    ),
    (
        Subject::WayRound,
        "timeout",
        &["of-caller"],
        "the function is told how long to wait at most, and every round waits that long anew",
    ),
    (Subject::WayRound, "peer", &["handed"], "the connection was handed to the function, and is no part of its object"),
    (
        Subject::WayRound,
        "from",
        &["anybody", "own-process", "spared-socket"],
        "it waits for whoever connects or sends a datagram; up to a second for the output of a process (Rust); it takes \
         datagrams under a read timeout or from a socket of its own, which nobody else can close (Rust)",
    ),
    (
        Subject::WayRound,
        "code",
        &["program"],
        "it is part of a program in Rust (a crate with a `main.rs`, a binary beside a library, a crate that only a program of the \
         project uses, which waits for no connection), which opens itself what it writes to",
    ),
    (
        Subject::WayRound,
        "calls",
        &["given"],
        "what failed is a function that was handed to this one, of which nothing is known: a decorator, a helper that tries again",
    ),
    (Subject::WayRound, "given", &["as-item"], "the failure is an item of a stream, which may give it again at once"),
    (
        Subject::Loop,
        "ends",
        &["never", "test", "inside", "failure", "declared", "unfinished"],
        "how it can end: not at all; by the test at its head; by leaving from inside; by a failure of its body; its \
         function is declared never to return; a comment in its function says that it is not finished",
    ),
    (
        Subject::Loop,
        "waits",
        &["yes", "no", "unknown", "perhaps"],
        "whether a round waits: blocks, sleeps, awaits or yields; unknown when a function in it is not resolved; perhaps \
         when a method of something unknown is called",
    ),
    (
        Subject::Loop,
        "runs-in",
        &["detached-thread", "detached-task", "thread", "task", "closable-class", "main", "function"],
        "what runs it: a thread or task whose handle is dropped or kept, a method of a class that can be closed, ..",
    ),
    (
        Subject::Loop,
        "stop-signal",
        &["read", "ignored", "none"],
        "whether a stop signal is read, is there but not read, or not there",
    ),
    (
        Subject::Loop,
        "exit-state",
        &["unchanged", "skipped", "foreign", "changed", "none"],
        "what happens to the state that its exit tests read: assigned nowhere in the loop; not on some way; assigned by \
         others only; assigned; there is no exit test",
    ),
    (
        Subject::Loop,
        "round",
        &["may-change-nothing", "repeats"],
        "some way round assigns nothing that the exit tests read, and what it calls need not change that either; every test on \
         some way round reads only what that way leaves as it is",
    ),
    (
        Subject::Loop,
        "does",
        &["nothing", "queries", "calls", "halts"],
        "what its body does besides its tests; halts: it is a `loop {}` that is empty, or says no more than that it was reached, in Rust; \
         it is empty until somebody at a terminal interrupts it, in Python",
    ),
    (
        Subject::Loop,
        "spins",
        &["on-purpose", "at-hardware"],
        "its function is named for spinning, as those of lock-free structures are; in Rust, it asks nothing of which is known \
         that another thread, process or the file system changes it: a register of a device",
    ),
    (
        Subject::Loop,
        "exits",
        &["avoidable"],
        "what leaves it stands on some ways round only: another way passes neither a test nor anything that can fail",
    ),
    (
        Subject::Loop,
        "misses",
        &["failure", "flag"],
        "nobody holds a handle to what runs it, and it goes on when what it writes to or reads from fails; when a stop flag \
         that it only hands on is set",
    ),
    (
        Subject::Loop,
        "owner",
        &["never-dropped"],
        "whoever holds its stop flag and the handle of its thread has a method that stops it, and no `Drop` that does",
    ),
    (Subject::Loop, "endless-wait", &["yes", "no"], "whether it has a wait without timeout beside its stop test"),
    (
        Subject::Loop,
        "walk",
        &["links", "gets", "seeks", "indices", "asked"],
        "it follows keys of parsed data by subscript or by `get`, offsets that it has read, indices that stand in the \
         input, or what a value leads to when it is asked, with neither counter nor visited set",
    ),
    (Subject::Loop, "step", &["away"], "every step of what its one test compares leads away from the bound"),
    (
        Subject::Loop,
        "limit",
        &["never-stepped", "set-anew", "made-anew", "ignored"],
        "a test that leaves compares a count or deadline which nothing steps, or which every round sets anew; what counts the \
         failures is made anew in every round; or no answer of it leaves the loop",
    ),
    (Subject::Loop, "delay", &["dropped"], "failures go round without a pause, although the loop is told how long to wait"),
    (Subject::Loop, "walked", &["grows"], "what it walks gets another item on every way round, and nothing else ends it"),
    (
        Subject::Loop,
        "iterates",
        &["endless", "wrong-sentinel"],
        "what it iterates never ends and nothing leaves from inside: an endless iterator; calls until a value that never comes",
    ),
    (
        Subject::Loop,
        "suspends",
        &["never", "not-always", "only-asks", "blocked", "for-a-moment", "same-failure", "same-state", "ready-arm"],
        "in a coroutine, a way round that never suspends: nothing comes on it, and nothing in the loop suspends, or something \
         else does; it only asks again; it blocks the thread with a \
         sleep; it only gives way for a moment; it goes through a failure that comes again at once, since nothing has changed; an arm of \
         its `select!` may be ready at once, before the pause beside it",
    ),
    (
        Subject::Loop,
        "asks",
        &["at-once", "pending"],
        "in a thread, a way round on which nothing has come from a queue or another thread, nothing is done and nothing is waited \
         for: the next round is the same; in a function that is polled, a future that was not ready is asked again",
    ),
    (
        Subject::Loop,
        "collects",
        &["until-mark"],
        "it collects what a peer sends until a mark comes in it, and nothing measures how much that is",
    ),
    (Subject::Loop, "takes", &["nothing"], "it works on the first item of a collection, which nothing takes out of it"),
    (Subject::Loop, "ended-by", &["connection"], "it accepts for everybody, and leaves with the failure of one connection"),
    (Subject::Loop, "decodes", &["peer-input"], "it serves everybody and takes apart what a peer sent outside of any handler"),
    (
        Subject::Loop,
        "passes-over",
        &["hangup"],
        "a descriptor that is ready for another reason than those asked for is passed over",
    ),
    (Subject::Loop, "starts", &["connections"], "each round starts a connection attempt without waiting for the last one"),
    (
        Subject::Loop,
        "pings",
        &["awaited", "written", "ignored"],
        "a heartbeat whose answer is awaited without a bound; that is only written, and nothing speaks of an answer; beside \
         which nobody looks at the verdict that the peer is dead",
    ),
    (
        Subject::Loop,
        "searches",
        &["interval", "perhaps-interval", "close-enough", "random", "no-change"],
        "what it searches in and does not count: an interval that need not shrink, where its one test cannot see that, or others \
         could; numbers that come closer; random values; rounds that change something",
    ),
    (
        Subject::Loop,
        "fixpoint",
        &["infinite-number", "own-parent", "perhaps-own-parent", "until-unchanged"],
        "the step may give back what it was given: a float that may be infinite; the parent of the root, where a file is \
         looked for, or where a path may be absolute; a search that ends when nothing changes",
    ),
    (
        Subject::Loop,
        "within",
        &["script"],
        "it only sleeps and asks again for a person who waits: in a script, or beside questions at a terminal",
    ),
    (
        Subject::Loop,
        "pages",
        &["endless", "gathered-by-number", "given-by-number", "by-option"],
        "it asks for the next page for as long as the server names one; it counts pages up for ever, and gathers them, or \
         gives them to whoever iterates; it puts what it has found into an option of the next request",
    ),
    (Subject::Loop, "selects", &["for-ever"], "it selects for ever: no arm leaves"),
    (Subject::Loop, "leaves-by", &["assertion"], "every exit is an assertion, which Python may leave out"),
    (
        Subject::Loop,
        "leaks",
        &["connection", "task"],
        "a connection that it opens is left open on some way round, and closed on another; a task that it aborts on one way \
         out goes on when a failure leaves it",
    ),
    (
        Subject::Loop,
        "polls",
        &["own-state", "foreign-state", "remote-state"],
        "it only sleeps and asks again, with no bound: for a state of the program itself; of files, processes or a peer; of \
         another machine by a request",
    ),
    (
        Subject::Call,
        "effect",
        &["read", "receive", "write", "connect", "accept", "request", "wait", "poll", "other"],
        "what the call does",
    ),
    (
        Subject::Call,
        "bound",
        &["endless", "system", "as-handed"],
        "how long it waits: for ever, until the system gives up, as long as options say that it is handed as a whole",
    ),
    (
        Subject::Call,
        "elsewhere",
        &["bounded"],
        "the file puts a deadline around the same elsewhere, or around another wait for it",
    ),
    (
        Subject::Call,
        "in-loop",
        &["yes", "of-caller", "no"],
        "whether it stands in a loop; or its function is called in one, by another function of the file, and it asks for an \
         answer without any bound",
    ),
    (
        Subject::Call,
        "within",
        &["connect", "script"],
        "the function's name says that it connects, logs in or shakes hands; it is part of a script, at the top of a module or \
         below its guard, or speaks with a person at a terminal",
    ),
    (Subject::Call, "awaited", &["yes"], "it is awaited, so that it holds one task, around which there may be a deadline"),
    (
        Subject::Call,
        "receiver",
        &["guessed"],
        "it asks a client of which only the name is known, and not whether it has a timeout of its own",
    ),
    (
        Subject::Call,
        "phase",
        &["connection", "reply", "stream", "lookup"],
        "connecting or shaking hands; waiting for a reply; reading on; looking up a name",
    ),
    (Subject::Call, "default", &["turned-off"], "its timeout may be `None`, although the library has a default"),
    (Subject::Call, "after", &["disconnect"], "it writes to a peer in the handler of that peer's disconnect, unguarded"),
    (Subject::Call, "drops", &["failures"], "it drops the failures of a stream, which a broken one gives for ever"),
    (Subject::Call, "of", &["lines", "connections"], "what the stream gives whose failures it drops"),
    (
        Subject::Call,
        "reads",
        &["from-client", "from-server"],
        "it reads a line or body with no maximum, from whoever connected here or from whom this program connected to",
    ),
    (Subject::Call, "tunnel", &["silent"], "it starts an SSH tunnel that would not notice a lost connection"),
    (
        Subject::Call,
        "again",
        &["by-recursion", "on-reply", "after-pause", "after-reply"],
        "it calls its own function again: from a handler, with the same arguments; with something that a reply said, and no count; \
         with the same arguments, straight after a pause; with the same arguments, for what a reply said",
    ),
    (
        Subject::Call,
        "wakes",
        &["itself"],
        "a poll function wakes its own task and returns pending, with nothing else to wait for",
    ),
    (
        Subject::Call,
        "gives",
        &["same-failure", "failure-unnoted", "not-ready-at-end"],
        "a read hands on its end as \"not ready\", after which more is waited for; an iterator gives a failure without having moved, and moves when an item is good: the next item is the same failure; or it gives a failure and leaves as it was what tells it that it has ended",
    ),
    (
        Subject::Call,
        "cancelled",
        &["as-awaited", "as-done"],
        "a cancellation that arrives here is taken for one of the task that was handed to the coroutine; for the end of the asynchronous generator",
    ),
    (Subject::Call, "stop-signal", &["never"], "it is named for stopping and given a future that is never ready"),
    (
        Subject::Call,
        "policy",
        &["endless", "declared"],
        "it is a retry policy that nothing bounds: it has no limit by default; somebody took away the one that it has",
    ),
    (Subject::Call, "retries", &["chosen"], "a function chooses which failures the retry policy tries again"),
    (Subject::Call, "parameter", &["dropped"], "the function has a timeout parameter that is not handed on"),
    (
        Subject::Call,
        "told",
        &["stream", "address", "never", "choice"],
        "it is awaited, and the caller may put a deadline around it: it gets a connection that comes from the parameters of \
         the function, or that its object holds; an address that comes from the parameters. Or it is told on purpose to \
         wait for ever; or whoever makes the object may as well make it in time, or of a connection that is there",
    ),
    (
        Subject::Call,
        "asks",
        &["own-process"],
        "the function, or one in whose loop it is called, starts a process, which it asks then",
    ),
    (
        Subject::Cycle,
        "depth-from",
        &["parser", "link", "crawl", "tokens", "data", "names", "parts", "tree", "other"],
        "what decides the depth: the stream that is parsed; links or offsets that were read; pages of the network; a tree \
         of tokens; decoded maps and lists; names that are looked up; parts of the \
         bytes or text that are given; the nodes that a parser has made; anything else",
    ),
    (
        Subject::Cycle,
        "guard",
        &["none", "number", "visited", "caught", "elsewhere"],
        "what bounds it in part, but not its depth; or a counter that guards other calls among the same functions",
    ),
    (Subject::Cycle, "closed-by", &["certain-calls", "guessed-calls"], "how certain the calls of the cycle are"),
    (Subject::Cycle, "signs", &["none", "one", "two", "several"], "how many signs say that it reads input"),
    (Subject::Cycle, "consumes", &["nothing", "once", "often"], "whether its functions take from a stream themselves"),
    (Subject::Cycle, "named", &["yes", "no"], "whether a function on the way is named for taking input apart"),
    (Subject::Cycle, "of-format", &["yes", "no"], "whether the package is named for a format of data"),
    (Subject::Cycle, "chosen", &["yes", "no"], "whether what was read decides that a call of the cycle is made"),
    (Subject::Cycle, "same-stream", &["yes", "no"], "whether the stream, or something read from it, is handed on"),
    (Subject::Cycle, "combinators", &["yes", "no"], "whether parsers are handed to combinators on the way"),
    (Subject::Cycle, "restart", &["yes", "no"], "whether it is one call in tail position under a test"),
    (Subject::Cycle, "trusted", &["yes", "no"], "whether a name says that the input is trusted"),
    (
        Subject::Cycle,
        "own-text",
        &["yes", "no"],
        "whether it takes text apart in a project in Rust that has a program and waits for no connection: what whoever runs it writes",
    ),
    (Subject::Cycle, "every-path", &["yes", "no"], "whether every path through the function calls it again"),
    (Subject::Cycle, "told", &["yes", "no"], "whether it is one function of a language whose compiler warns of that by itself"),
    (
        Subject::Cycle,
        "further",
        &["yes", "no"],
        "whether another cycle of the same functions, which call each other, is reported for them all",
    ),
    (Subject::Cycle, "arguments", &["unchanged", "changed"], "whether the call comes with the same arguments and state"),
    (
        Subject::Cycle,
        "depth-parameter",
        &["unused", "bypassed"],
        "a parameter named for the depth of recursion is never tested; or tested, but handed on unchanged by this call",
    ),
];
