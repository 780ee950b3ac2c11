//! What is known of library calls, as data: the form of `rules/models/**/*.toml`.
//!
//! A model answers for one function, constructor or method what the analyses ask: what it does, whether it waits for
//! another machine, how its timeout is given and what it is by default, what a read gives at the end of the input, and
//! what is raised. Documentation of the fields is the documentation of the files' vocabulary.

use std::borrow::Cow;

use serde::Deserialize;
use unspin_ir::{Call, ExprId, Name};

/// One model file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelFile {
    /// Functions, constructors and methods.
    #[serde(default)]
    pub call: Vec<CallModel>,
    /// Exception classes and error variants.
    #[serde(default)]
    pub exception: Vec<ExceptionModel>,
    /// Types.
    #[serde(default)]
    pub class: Vec<ClassModel>,
    /// Words that names are made of.
    #[serde(default)]
    pub words: Vec<WordsModel>,
}

/// What one or several calls do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallModel {
    /// Full paths of functions and constructors: `socket.create_connection`, `tokio.net.TcpStream.connect`.
    #[serde(default)]
    pub path: Vec<Name>,
    /// Names of methods.
    #[serde(default)]
    pub method: Vec<Name>,
    /// Types on which the methods stand (with their aliases and subclasses). `["*"]`: on every type that has no such
    /// method of its own, as `clone` does in Rust.
    #[serde(default)]
    pub on: Vec<Name>,
    /// Words; when the receiver's type is unknown, the model still applies, with lower confidence, if the last part of
    /// the receiver's path contains one of them (`self.conn.recv()`: `conn`). `["*"]` for names so distinctive that any
    /// receiver will do. How a word is matched: [`CallModel::fits_receiver`].
    #[serde(default)]
    pub receivers: Vec<String>,
    /// Words that rule a receiver of unknown type out, whatever `receivers` says: `config.read("file")` reads no stream.
    #[serde(default)]
    pub not_receivers: Vec<String>,
    /// The number of positional arguments for which the model applies: least and most. Any, if absent.
    pub arguments: Option<(u32, u32)>,
    /// Only when this keyword argument is absent or not this constant: `{ block = false }` rules out `q.get(block=False)`.
    #[serde(default)]
    pub unless: std::collections::BTreeMap<String, toml::Value>,
    /// Only when these arguments, by keyword or position, are these constants; `"/dev/*"` is a text that begins so, a dotted
    /// path the constant of a library.
    #[serde(default)]
    pub when: std::collections::BTreeMap<String, toml::Value>,
    /// What it does.
    pub effect: Effect,
    /// Whether it waits for, or acts on, another machine or process.
    #[serde(default)]
    pub remote: bool,
    /// Whether it can wait. By default, whatever the effect says ([`Effect::blocks`]).
    pub blocks: Option<bool>,
    /// How its waiting is bounded. Absent: how long it waits is up to what it is called on or from.
    pub timeout: Option<TimeoutModel>,
    /// What it gives at the end of the input, once and then for ever; of a `create`, that what it makes is empty.
    pub end: Option<EndValue>,
    /// Raised when the input is at its end, the peer or the channel closed.
    #[serde(default)]
    pub end_raises: Vec<Name>,
    /// Methods by which the program itself closes what is received from; where the file calls none, nobody closes it.
    #[serde(default)]
    pub closed_by: Vec<Name>,
    /// The nominal type of the result (awaited, unwrapped); `Self` is the type of the receiver.
    pub returns: Option<Name>,
    /// The nominal types of its parts, when the result is a tuple; `_` for a part of which nothing is known:
    /// `reader, writer = await asyncio.open_connection(..)`.
    #[serde(default)]
    pub returns_tuple: Vec<Name>,
    /// The argument that is itself a call, future or function, run under this one's deadline: `wait_for(f(), 3)`: 0.
    pub wraps: Option<u32>,
    /// The argument that is run as a task or thread: `Thread(target=f)`; position and keyword.
    pub spawns: Option<ArgumentModel>,
    /// The argument that is a function which it calls in another way: `partial(f, 1)`, `start_server(handle)`.
    pub runs: Option<ArgumentModel>,
    /// The argument with what the function that it spawns or runs is given, as one tuple: `Thread(target=f, args=(1, 2))`.
    /// Without it, that are the arguments behind the function.
    pub packed: Option<ArgumentModel>,
    /// The nominal types of what the library itself gives that function.
    #[serde(default)]
    pub given: Vec<Name>,
    /// Whether what it spawns ends with the receiver: a group or set of tasks.
    #[serde(default)]
    pub holds: bool,
    /// The mutable argument that receives what is read: `read(&mut buf)`: 0.
    pub fills: Option<u32>,
    /// Of a retry policy: the arguments any of which bounds the attempts or their time (`stop`, `max_tries`). A policy
    /// with an empty list is bounded by itself.
    #[serde(default)]
    pub limits: Vec<ArgumentModel>,
    /// Values of those arguments that bound nothing, besides `None`: `tenacity.stop_never`.
    #[serde(default)]
    pub unlimited: Vec<Name>,
    /// Those of the arguments that bound it when they are not given: `Retry()` has a `total` of 10.
    #[serde(default)]
    pub limited_by_default: Vec<Name>,
    /// Methods, of the policy or of what is given to it, that bound it: `strategy.take(5)`.
    #[serde(default)]
    pub limited_by: Vec<Name>,
}

impl CallModel {
    /// The argument of a call that runs under its deadline.
    pub(crate) fn wrapped(&self, call: &Call) -> Option<ExprId> {
        call.arguments.get(self.wraps? as usize).map(|argument| argument.value)
    }

    /// What is raised where a call that does not wait finds nothing there.
    pub(crate) fn raises_in_vain(&self) -> &[Name] {
        match &self.timeout {
            Some(timeout) if !timeout.raises.is_empty() => &timeout.raises,
            _ => &self.end_raises,
        }
    }

    /// Whether the model applies to a receiver of unknown type whose path ends in `name`, and then whether a word says so
    /// rather than `*`. A word fits if it is one of the parts of the name between underscores, digits at its end aside
    /// (`fp`, `sock_2`), or, from four letters on, if the name contains it in any case (`clientConn`: `conn`).
    pub fn fits_receiver(&self, name: &str) -> Option<bool> {
        let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
        let name = if has_capitals { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) };
        let is_in_name = |word: &String| {
            let is_part = |part: &str| part.trim_end_matches(|c: char| c.is_ascii_digit()) == word;
            name.split('_').any(is_part) || (word.len() > 3 && name.contains(word.as_str()))
        };
        if self.not_receivers.iter().any(is_in_name) {
            return None;
        }
        let is_telling = self.receivers.iter().any(is_in_name);
        (is_telling || self.receivers.iter().any(|word| word == "*")).then_some(is_telling)
    }
}

/// Which argument.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArgumentModel {
    /// By keyword.
    pub keyword: Option<Name>,
    /// By position, from 0, without the receiver.
    pub position: Option<u32>,
}

/// How long a call waits at most.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TimeoutModel {
    /// The argument with the timeout, by keyword.
    pub keyword: Option<Name>,
    /// And by position, from 0, without the receiver.
    pub position: Option<u32>,
    /// The argument, from 0, that is the object whose own timeout bounds the call: `context.wrap_socket(sock)`: 0.
    pub of: Option<u32>,
    /// Seconds in one unit of the argument: 0.001 where it counts milliseconds.
    #[serde(default = "one_second")]
    pub unit: f64,
    /// How long it waits when the argument is absent.
    pub default: Bound,
    /// How long it waits when the argument is `None`.
    #[serde(default = "endless")]
    pub none: Bound,
    /// How long it waits when the argument is 0, where that is not "at once": `blpop(key, 0)`.
    pub zero: Option<Bound>,
    /// Methods of the receiver (or keywords of its constructor) that set a timeout for all its calls: `settimeout`.
    #[serde(default)]
    pub set_by: Vec<Name>,
    /// Raised when the time is over.
    #[serde(default)]
    pub raises: Vec<Name>,
}

/// A time.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// Seconds.
    Seconds(f64),
    /// `"endless"`, or `"system"`: minutes, whatever the operating system does.
    Word(BoundWord),
}

/// A time that is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoundWord {
    /// Waits for ever.
    Endless,
    /// The operating system gives up after minutes (a connect: about two; a read: never, if the peer is gone).
    System,
}

fn one_second() -> f64 {
    1.0
}

fn endless() -> Bound {
    Bound::Word(BoundWord::Endless)
}

/// What a read gives at the end of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndValue {
    /// `b""`.
    EmptyBytes,
    /// `""`.
    EmptyText,
    /// `b""` or `""`, whichever the stream holds: compares equal to both.
    Empty,
    /// A count of 0; a buffer argument is left as it is.
    Zero,
    /// An empty slice (`fill_buf`).
    EmptySlice,
    /// `None`.
    None,
    /// The value of the second argument: `next(it, default)`.
    Default,
    /// `True`: the call asks whether the end is reached.
    True,
}

/// What a call does, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Reads from a stream: consumes input.
    Read,
    /// Takes an item from a channel, queue or subscription.
    Receive,
    /// Writes or sends.
    Write,
    /// Opens a connection, a handshake or login included.
    Connect,
    /// Waits for somebody to connect.
    Accept,
    /// Sends and waits for the answer.
    Request,
    /// Waits for something in this process: event, condition, lock, thread, future.
    Wait,
    /// Waits until one of several descriptors is ready: `select`, `poll`.
    Poll,
    /// Asks for a state without waiting: `os.path.exists`, `proc.poll`, `atomic.load`.
    Query,
    /// Makes a new object, whose state nothing is known of: a constructor, `open`. A stream made so is not at its end.
    Create,
    /// Pauses.
    Sleep,
    /// A pause whose length is a policy's: `backoff.next_delay()`; it may also give up.
    RetryPolicy,
    /// Starts a thread, task or process.
    Spawn,
    /// Closes.
    Close,
    /// Reads a stop signal, or waits for one: `event.is_set`, `token.cancelled`.
    StopCheck,
    /// Sets a stop signal.
    Stop,
    /// Reads a clock.
    Clock,
    /// Never returns: `sys.exit`, `process.exit`.
    Exit,
    /// Gives the process to others for a moment: `spin_loop`, `yield_now`, `sleep(0)`.
    Yield,
    /// Bounds the time of what it wraps or encloses.
    Deadline,
    /// A context manager that swallows the exceptions given.
    Suppress,
    /// Turns bytes or text from outside into data.
    Decode,
    /// Moves a stream to a position.
    Seek,
    /// An iterator that never ends.
    EndlessIterator,
    /// Gives its receiver or first argument, seen another way: `clone`, `as_ref`, `into`, `strip`, `iter`.
    View,
    /// Depends on its arguments alone and changes nothing.
    Pure,
    /// Random or unique: different every time.
    Random,
    /// Writes to a log or terminal.
    Log,
    /// Changes its receiver: `append`, `push`, `insert`, `extend`.
    Grow,
    /// Takes from its receiver: `pop`, `remove`, `drain`, `clear`.
    Shrink,
}

impl Effect {
    /// Whether such a call can wait, unless its model says otherwise.
    pub fn blocks(self) -> bool {
        matches!(
            self,
            Self::Read
                | Self::Receive
                | Self::Write
                | Self::Connect
                | Self::Accept
                | Self::Request
                | Self::Wait
                | Self::Poll
                | Self::Sleep
                | Self::RetryPolicy
        )
    }
}

/// What a class of failures means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExceptionModel {
    /// Full paths, or patterns with one `*` at either end that are matched against the last part: `*Timeout`.
    pub name: Vec<Name>,
    /// What it means.
    pub kind: FailureKind,
}

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// A remote wait took too long.
    Timeout,
    /// The connection failed or broke.
    Connection,
    /// A local wait took too long or found nothing: `queue.Empty`, `TryRecvError::Empty`.
    LocalTimeout,
    /// The other side of a channel is gone: `RecvError`, `Disconnected`.
    Closed,
    /// The end of the input: `EOFError`, `UnexpectedEof`.
    End,
    /// Interrupted or not ready: `EINTR`, `WouldBlock`.
    Interrupt,
    /// Cancellation, exit, keyboard interrupt.
    Cancellation,
    /// Something about one item: `ValueError`, `KeyError`, `DecodeError`.
    Item,
    /// Every failure: `Exception`, `anyhow.Error`, an `Err(_)`.
    Any,
}

/// A type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClassModel {
    /// Full paths that mean the same type: `socket.socket`, `_socket.socket`.
    pub path: Vec<Name>,
    /// Bases whose methods it has.
    #[serde(default)]
    pub bases: Vec<Name>,
    /// Whether a value of this type may have methods of others as well: a trait, which may be one of several bounds.
    #[serde(default)]
    pub open: bool,
    /// Types of its attributes: `{ stdout = "io.BufferedReader" }`. A module may stand here for its globals: `sys` with
    /// `{ stdin = "io.TextIOWrapper" }`.
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, Name>,
    /// The type of what walking it gives: `std.net.TcpStream` of `std.net.Incoming`.
    pub items: Option<Name>,
    /// Whether a read at its end fails and never gives nothing: the master side of a terminal.
    #[serde(default)]
    pub fails_at_end: bool,
    /// Whether it is one end of a pair that is made at once: an object that keeps both ends wakes itself up by them.
    #[serde(default)]
    pub pair: bool,
}

/// Words by which a name tells what it stands for. Several lists of one kind are joined.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WordsModel {
    /// What a name with such a word stands for.
    pub kind: WordKind,
    /// Patterns. Names are split at `_`, capitals and digits first, so that `max_depth` and `maxDepth` are the words
    /// `max` and `depth`. `depth` is one whole word of the name, `recurs*` the beginning of a word, `*timeout` the end
    /// of one, `*rest*` any part of the name, `=keep_going` the whole name, `keep_going` these words in this order.
    pub list: Vec<String>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordKind {
    /// A stop signal: `running`, `shutdown`.
    Stop,
    /// An awaited result, never a stop signal: `done`, `connected`.
    NotStop,
    /// A limit or a count of attempts: `max_retries`, `attempt`.
    Limit,
    /// A value that marks the end of input: `EOF`, `sentinel`.
    End,
    /// A deadline or a time that is left: `deadline`, `elapsed`.
    Deadline,
    /// A pause: `sleep`, `backoff`.
    Delay,
    /// A function that spins on purpose: `spin_until_ready`.
    Spin,
    /// A connection that was kept from an earlier use: `is_reused`.
    Reused,
    /// A call that writes to a log.
    Log,
    /// A method that asks for a state: `get_status`, `describe`.
    Question,
    /// An object that speaks to another machine: `client`, `api`.
    Client,
    /// A state that the other side of a connection decides about: `connected`, `authenticated`.
    PeerState,
    /// A method that consumes input when called on a stream: `read`, `next_token`.
    Stream,
    /// A parameter or receiver from which input is consumed: `reader`, `lexer`, `buf`.
    StreamReceiver,
    /// A variable that says how far the input has been consumed: `pos`, `offset`.
    Position,
    /// A parameter that holds tokens or a token tree: `tokens`, `tlist`.
    Token,
    /// A function that takes input apart: `parse`, `decode`.
    ParseFunction,
    /// A class that takes input apart: `Parser`, `Decoder`.
    ParserClass,
    /// A file or module about input: `parser`, `json`.
    ParserPath,
    /// A class, file or type that takes text apart by a grammar: `Parser`, `lexer`, `TokenStream`.
    Grammar,
    /// A type from which input is read: `BufRead`, `TokenStream`.
    InputType,
    /// A result type of parsers: `IResult`.
    ParserResult,
    /// A failure that says that the input is wrong: `ParseError`, `EOFError`.
    ParseFailure,
    /// A depth, a budget or another number that bounds recursion: `depth`, `remaining`.
    Depth,
    /// A depth of recursion and nothing else: `max_depth`, `recursion_limit`.
    RecursionDepth,
    /// A function, macro or context manager that guards recursion: `recursion_checked`.
    Guard,
    /// A parameter that says where to go on: `offset`, `url`, `node`.
    Link,
    /// A call that gets what a link points to: `get_object`, `urlopen`.
    LinkSource,
    /// A method that moves a counter or makes a collection grow: `checked_sub`, `push`.
    Step,
    /// A method that asks whether a collection has something: `contains`.
    Membership,
    /// Functions whose names say that they walk pages of a site: `crawl`, `sitemap`.
    Crawl,
    /// Formats of data that strangers send: `json`, `plist`. Languages that programs are made of are none.
    Format,
    /// What stands for something else: `name`, `ref`, `fragment`.
    Reference,
    /// A module or parameter whose input is trusted: `argparse`, `config`.
    NegativePath,
    /// A type whose values the program's own author wrote: the tokens that a macro is given.
    TrustedType,
    /// A library whose types are what a macro is given: `proc_macro`.
    TrustedLibrary,
    /// A type that stands for a stack of its own, on which calls run as deep as they like: `reblessive::Stk`.
    OwnStack,
    /// A call that reads the file system or loads code: `scandir`, `import_module`.
    FileSystem,
    /// A function that calls the functions which it is given, before it or what it returns ends: `many0`, `map`.
    Combinator,
    /// A function that combines parsers and nothing else: `many0`, `delimited`.
    ParserCombinator,
    /// A trait that wrappers implement by calling the same method of what they wrap, or that one type implements several
    /// times: `From`, `Hash`, `Deref`.
    DelegatedTrait,
    /// A call that keeps the function which it is given for later: `spawn`, `call_later`, `subscribe`.
    Deferred,
    /// A call that waits for whoever connects or sends a datagram: `accept`, `recvfrom`.
    AnyPeer,
    /// A method of a visitor that hands the parser on to whatever type is parsed: `visit_seq`.
    Visitor,
    /// The method of the parser that is then called for every nested value: `deserialize_any`.
    VisitedBy,
}
