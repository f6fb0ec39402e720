//! A proxy between a program and its database that counts statements, and can end the connection at one of them.
//!
//! A statement is a round trip after the login: on PostgreSQL what ends in `ReadyForQuery` (a simple query, or an extended
//! batch up to `Sync`), on MySQL a command that is answered. Connections of one program are counted on.
//!
//! # How to add a moment or a means
//!
//! A variant of [`Moment`] or [`Means`] and its arm in `Link::meet`.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Notify,
    task::JoinHandle,
};
use url::Url;

/// Where in a statement the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The server does not get the statement.
    Before,
    /// The server gets it, and its answer reaches nobody.
    During,
}

/// What ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The proxy cuts it.
    Cut,
    /// The caller kills the program when [`Proxy::reached`] says so; until then it waits for its answer.
    Kill,
}

/// The end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// At which statement, from 1.
    pub statement: usize,
    /// Before or while it runs.
    pub moment: Moment,
    /// By what.
    pub means: Means,
}

/// A running proxy; it ends with the value.
pub struct Proxy {
    url: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    server: String,
    mysql: bool,
    fault: Option<Fault>,
    statements: Mutex<Vec<String>>,
    reached: Notify,
}

impl Proxy {
    /// Listens on a port of its own for programs that want to reach `url`.
    ///
    /// # Panics
    ///
    /// When no port can be had or `url` names no server.
    pub async fn start(url: &str, fault: Option<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let mut front = Url::parse(url).expect("a URL");
        let mysql = front.scheme().starts_with("mysql");
        let port = front.port().unwrap_or(if mysql { 3306 } else { 5432 });
        let server = format!("{}:{port}", front.host_str().expect("a URL with a host"));
        front.set_host(Some("127.0.0.1")).expect("a host");
        front.set_port(Some(listener.local_addr().expect("an address").port())).expect("a port");
        front
            .query_pairs_mut()
            .append_pair(if mysql { "ssl-mode" } else { "sslmode" }, if mysql { "disabled" } else { "disable" });
        let shared = Shared { server, mysql, fault, statements: Mutex::default(), reached: Notify::new() };
        let shared = Arc::new(shared);
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { url: front.into(), shared, accepting }
    }

    /// URL of the database through the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The statements so far.
    pub fn statements(&self) -> Vec<String> {
        self.shared.statements.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the fault's statement has come.
    pub async fn reached(&self) {
        self.shared.reached.notified().await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        // A connection that breaks is what this proxy is for; the program tells of it.
        tokio::spawn(async move { serve(client, &shared).await });
    }
}

/// One connection. When either side ends, or the fault ends it, both sockets are dropped.
async fn serve(client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    // A program that only looks whether somebody listens says nothing.
    if !shared.mysql && client.peek(&mut [0]).await? == 0 {
        return Ok(());
    }
    let server = TcpStream::connect(&shared.server).await?;
    server.set_nodelay(true)?;
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    let muted = AtomicBool::new(false);
    let answers = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let length = from_server.read(&mut buffer).await?;
            if length == 0 {
                return io::Result::Ok(());
            }
            if !muted.load(Ordering::SeqCst) {
                to_client.write_all(&buffer[..length]).await?;
            }
        }
    };
    let mut link = Link { shared, from_client, to_server, muted: &muted };
    let requests = async { if shared.mysql { link.mysql().await } else { link.postgres().await } };
    // Requests first: they hold still at a fault even when the server has gone.
    tokio::select! { biased; ended = requests => ended, ended = answers => ended }
}

/// The way from the program to the server.
struct Link<'a> {
    shared: &'a Shared,
    from_client: OwnedReadHalf,
    to_server: OwnedWriteHalf,
    muted: &'a AtomicBool,
}

impl Link<'_> {
    async fn postgres(&mut self) -> io::Result<()> {
        self.start_postgres().await?;
        let (mut batch, mut text) = (Vec::new(), String::new());
        loop {
            let kind = self.from_client.read_u8().await?;
            let length = self.from_client.read_u32().await?;
            let body = self.body(length.saturating_sub(4) as usize).await?;
            batch.push(kind);
            batch.extend_from_slice(&length.to_be_bytes());
            batch.extend_from_slice(&body);
            match kind {
                // Parse: name of the statement, then its text.
                b'P' => text = nth_text(&body, 1),
                b'B' if text.is_empty() => text = format!("execute {}", nth_text(&body, 1)),
                b'C' if text.is_empty() => "close".clone_into(&mut text),
                b'S' if text.is_empty() => "sync".clone_into(&mut text),
                b'Q' => text = nth_text(&body, 0),
                _ => {}
            }
            match kind {
                b'Q' | b'S' => self.statement(&std::mem::take(&mut batch), std::mem::take(&mut text)).await?,
                // The rest of a batch is held back until its end.
                b'P' | b'B' | b'D' | b'E' | b'C' => {}
                _ => self.to_server.write_all(&std::mem::take(&mut batch)).await?,
            }
        }
    }

    /// The start-up message; encryption is declined.
    async fn start_postgres(&mut self) -> io::Result<()> {
        const ENCRYPTION: [u32; 2] = [80_877_103, 80_877_104];
        loop {
            let length = self.from_client.read_u32().await?;
            let body = self.body(length.saturating_sub(4) as usize).await?;
            let code = body.first_chunk().map_or(0, |code| u32::from_be_bytes(*code));
            self.to_server.write_all(&length.to_be_bytes()).await?;
            self.to_server.write_all(&body).await?;
            // Servers without encryption decline it themselves, and the client goes on with a new start-up message.
            if !ENCRYPTION.contains(&code) {
                return Ok(());
            }
        }
    }

    async fn mysql(&mut self) -> io::Result<()> {
        const QUIT: u8 = 0x01;
        const UNANSWERED: [u8; 2] = [0x18, 0x19]; // long data, close
        loop {
            let mut header = [0; 4];
            self.from_client.read_exact(&mut header).await?;
            let [low, middle, high, sequence] = header;
            let body = self.body(u32::from_le_bytes([low, middle, high, 0]) as usize).await?;
            let packet = [&header[..], &body].concat();
            match body.first() {
                // Commands begin a sequence; the login goes on with the server's.
                Some(command) if sequence == 0 && *command != QUIT && !UNANSWERED.contains(command) => {
                    let text = match command {
                        0x03 | 0x16 => String::from_utf8_lossy(&body[1..]).into_owned(),
                        0x17 => "execute".to_owned(),
                        other => format!("command {other:#x}"),
                    };
                    self.statement(&packet, text).await?;
                }
                _ => self.to_server.write_all(&packet).await?,
            }
        }
    }

    async fn body(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.from_client.read_exact(&mut body).await?;
        Ok(body)
    }

    async fn statement(&mut self, packet: &[u8], text: String) -> io::Result<()> {
        let number = {
            let mut statements = self.shared.statements.lock().unwrap_or_else(PoisonError::into_inner);
            statements.push(text);
            statements.len()
        };
        match self.shared.fault {
            Some(fault) if fault.statement == number => self.meet(fault, packet).await,
            _ => self.to_server.write_all(packet).await,
        }
    }

    async fn meet(&mut self, fault: Fault, packet: &[u8]) -> io::Result<()> {
        self.muted.store(true, Ordering::SeqCst);
        if fault.moment == Moment::During {
            self.to_server.write_all(packet).await?;
        }
        self.shared.reached.notify_one();
        if fault.means == Means::Kill {
            // Until the program is gone.
            let mut ignored = [0; 1024];
            while self.from_client.read(&mut ignored).await? > 0 {}
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

/// The `index`th zero-terminated text of a message.
fn nth_text(body: &[u8], index: usize) -> String {
    let text = body.split(|byte| *byte == 0).nth(index).unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}
