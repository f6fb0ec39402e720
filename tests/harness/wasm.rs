//! TimescaleDB in WebAssembly: a few servers that live as long as the run. One that is given back is put back to its start,
//! which takes a tenth of the time that a new one takes.

use std::{
    cell::Cell,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, PoisonError, mpsc},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{server::OWNER, workspace};

/// How many servers there are, but for second ones of a test; each takes half a gigabyte and, at work, a core.
const SERVERS: usize = 3;
/// How long an order may take. A server that is stuck in a query is replaced.
const PATIENCE: Duration = Duration::from_mins(1);

thread_local! {
    /// How many servers the test of this thread has. One that has one does not wait for a place for another: the places may
    /// all be held by tests that wait for their second.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

static PLACES: Semaphore = Semaphore::const_new(SERVERS);
static IDLE: Mutex<Vec<Process>> = Mutex::new(Vec::new());

/// The right to a server, unless the test has one already.
async fn place() -> Option<SemaphorePermit<'static>> {
    let held = HELD.get();
    HELD.set(held + 1);
    if held == 0 { Some(PLACES.acquire().await.expect("never closed")) } else { None }
}

/// A server of a test's own, given back with the value.
pub(crate) struct WasmServer {
    process: Option<Process>,
    /// Whether another test may have it afterwards.
    shared: bool,
    _place: Option<SemaphorePermit<'static>>,
}

impl WasmServer {
    /// One that is as a new one.
    pub(crate) async fn take() -> Self {
        let place = place().await;
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let process = tokio::task::spawn_blocking(move || {
            // It was told to put itself back when it was given back; one that does not answer is replaced.
            idle.filter(|process| process.answer().as_deref() == Some("restored")).unwrap_or_else(|| {
                Process::start(&["--template", &workspace().join("target/test-timescaledb.tar").to_string_lossy()])
            })
        });
        Self { process: Some(process.await.expect("a server")), shared: true, _place: place }
    }

    /// One of the caller's own, with the extension in another schema.
    pub(crate) async fn with_extension_in(schema: &str) -> Self {
        let place = place().await;
        let process = Process::start(&["--extension-schema", schema]);
        Self { process: Some(process), shared: false, _place: place }
    }

    fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("there until it is dropped")
    }

    pub(crate) fn url(&self) -> &str {
        self.process.as_ref().map_or("", |process| &process.url)
    }

    /// Puts the state of that name back, if it was kept. Connections are cut.
    pub(crate) fn restore(&mut self, name: &str) -> bool {
        self.process().order(&format!("restore {name}"));
        match self.process().answer().as_deref() {
            Some("restored") => true,
            Some("unknown") => false,
            other => panic!("TimescaleDB in WebAssembly cannot be put back to {name}: {other:?}"),
        }
    }

    /// Keeps the present state under a name, when everybody has disconnected.
    pub(crate) fn keep(&mut self, name: &str) {
        self.process().order(&format!("take {name}"));
        assert_eq!(self.process().answer().as_deref(), Some("taken"), "a state is kept");
    }
}

impl Drop for WasmServer {
    fn drop(&mut self) {
        HELD.set(HELD.get().saturating_sub(1));
        if let Some(mut process) = self.process.take().filter(|_| self.shared) {
            process.order("restore");
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < SERVERS {
                idle.push(process);
            }
        }
    }
}

/// A running server. It ends with its standard input, and so with this process.
struct Process {
    child: Child,
    orders: ChildStdin,
    answers: Mutex<mpsc::Receiver<String>>,
    url: String,
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let folder = workspace().join("scripts/timescaledb");
        assert!(
            folder.join("node_modules").is_dir(),
            "TimescaleDB in WebAssembly is not installed: run `npm ci --prefix scripts/timescaledb`"
        );
        let mut child = Command::new("node")
            .arg(folder.join("serve.mjs"))
            .args(["--port", "0", "--control", "--owner", OWNER])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node, version 18 or newer: `apt-get install nodejs`");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let orders = child.stdin.take().expect("piped");
        let (said, answers) = mpsc::channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
        let mut process = Self { child, orders, answers: Mutex::new(answers), url: String::new() };
        process.url = process
            .answer()
            .and_then(|line| line.strip_prefix("ready ").map(str::to_owned))
            .expect("TimescaleDB in WebAssembly did not start; try `node scripts/timescaledb/serve.mjs --port 0`");
        process
    }

    /// A server that has ended takes no orders; its missing answer tells.
    fn order(&mut self, order: &str) {
        let _ = writeln!(self.orders, "{order}");
    }

    fn answer(&self) -> Option<String> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(PATIENCE).ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
