//! core-server under 200 clients for a minute: 80 read the list, 20 raise alarms, 100 listen to the stream. Prints
//! percentiles, and fails on any answer that is no success, any event that did not arrive, and memory that grows.
//!
//! `make bench-core-server` runs it on the test suite's PostgreSQL; clients and service share the machine and the process.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::Utc;
use core_server::{App, settings::Settings, start};
use core_server_adapter::{Database, DatabaseConfig, telemetry::Telemetry};
use serde_json::json;
use tests::{Backend, TestDatabase};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
    time::sleep,
};

const READERS: u32 = 80;
const RAISERS: u32 = 20;
const LISTENERS: u32 = 100;
const SECONDS: u64 = 60;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let test = TestDatabase::create(Backend::Postgres).await.up(None).await;
    let alarms = DatabaseConfig::new(test.url())?;
    let telemetry = DatabaseConfig::new(test.url())?.in_area("telemetry");
    start::apply(&telemetry, migration::areas::telemetry::project()).await?;
    let settings = clap::Parser::parse_from(["core-server"]);
    let app = service(&alarms, &telemetry, &settings).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(app.serve(listener, async { drop(stopped.await) }));

    let over = Arc::new(AtomicBool::new(false));
    let heard = Arc::new(AtomicU64::new(0));
    let mut listeners = JoinSet::new();
    for _ in 0..LISTENERS {
        listeners.spawn(listen(address, Arc::clone(&heard)));
    }
    sleep(Duration::from_secs(1)).await;
    let (mut readers, mut raisers) = (JoinSet::new(), JoinSet::new());
    for _ in 0..READERS {
        readers.spawn(repeat(address, "GET", "/".to_owned(), String::new, Arc::clone(&over)));
    }
    for number in 0..RAISERS {
        let alarm = move || {
            json!({ "raised_at": Utc::now(), "sensor_id": format!("pump-{number}"), "severity": "warning", "origin": "threshold", "value": 8.1, "threshold": 7.5 })
                .to_string()
        };
        raisers.spawn(repeat(address, "POST", "/api/alarms".to_owned(), alarm, Arc::clone(&over)));
    }
    sleep(Duration::from_secs(SECONDS / 3)).await;
    let early = resident()?;
    sleep(Duration::from_secs(SECONDS - SECONDS / 3)).await;
    let late = resident()?;
    over.store(true, Ordering::Relaxed);
    let (lists, raised) = (all(readers).await?, all(raisers).await?);
    sleep(Duration::from_secs(1)).await;
    let expected = raised.len() as u64 * u64::from(LISTENERS);
    let told = heard.load(Ordering::Relaxed);
    drop(stop);
    serving.await??;
    listeners.abort_all();

    println!("{READERS} readers, {RAISERS} raisers, {LISTENERS} listeners, {SECONDS} s, milliseconds");
    for (name, mut times) in [("list page", lists), ("raise", raised)] {
        times.sort_unstable();
        let part = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
        println!(
            "  {name:<10} {:>6} answers   50 % {:>7.1}   95 % {:>7.1}   99 % {:>7.1}",
            times.len(),
            part(50),
            part(95),
            part(99)
        );
    }
    println!("  events     {told:>6} of {expected} arrived");
    println!("  memory     {early:>6} kB after a third, {late} kB at the end");
    if told != expected || late > early + early / 4 {
        return Err("events are missing, or memory grows".into());
    }
    Ok(())
}

async fn service(alarms: &DatabaseConfig, telemetry: &DatabaseConfig, settings: &Settings) -> Result<App> {
    Ok(App::new(Database::connect(alarms).await?, Telemetry::connect(telemetry).await?, settings))
}

/// The same request every second, until it is over; gives the times. An answer that is no success is an error.
async fn repeat(
    address: SocketAddr,
    method: &'static str,
    path: String,
    body: impl Fn() -> String,
    over: Arc<AtomicBool>,
) -> Result<Vec<Duration>> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    let mut times = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let body = body();
        let begun = Instant::now();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await?;
        let length = head_of(&mut stream).await?;
        tokio::io::copy(&mut (&mut stream).take(length), &mut tokio::io::sink()).await?;
        times.push(begun.elapsed());
        sleep(Duration::from_secs(1)).await;
    }
    Ok(times)
}

/// Reads the head of an answer; gives the length of its body.
async fn head_of(stream: &mut BufReader<TcpStream>) -> Result<u64> {
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line).await?;
    if !line.starts_with("HTTP/1.1 2") {
        return Err(format!("answered {}", line.trim()).into());
    }
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).await?;
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse()?;
        }
    }
    Ok(length)
}

/// Counts the alarms that the stream tells.
async fn listen(address: SocketAddr, heard: Arc<AtomicU64>) -> Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    stream.write_all(b"GET /api/alarms/stream HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    head_of(&mut stream).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        if line == "event: raised\n" {
            heard.fetch_add(1, Ordering::Relaxed);
        }
        line.clear();
    }
    Ok(())
}

async fn all(mut clients: JoinSet<Result<Vec<Duration>>>) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    while let Some(done) = clients.join_next().await {
        times.extend(done??);
    }
    Ok(times)
}

/// What the process has in memory, in kB.
fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
