//! core-server under 200 clients for a minute, and a crash of its database in the middle: 80 read the list, 20 raise alarms,
//! 100 listen to the stream. Prints percentiles, and fails when an alarm is lost that was acknowledged, when an event does not
//! arrive, when an answer is an error while the database is there, and when memory grows.
//!
//! `make bench-core-server` runs it on a PostgreSQL of its own; clients and service share the machine and the process. The
//! argument is the length in seconds.

use std::{
    collections::HashSet,
    net::SocketAddr,
    ops::Range,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bench::notes;
use chrono::Utc;
use clap::Parser;
use core_server::{App, settings::Settings, start};
use core_server_adapter::{Database, DatabaseConfig, PageRequest, alarms::AlarmFilter, telemetry::Telemetry};
use serde_json::{Value, json};
use tests::own::Cluster;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::{JoinSet, block_in_place},
    time::sleep,
};

const READERS: u32 = 80;
const RAISERS: u32 = 20;
const LISTENERS: u32 = 100;
/// How long the database is away.
const AWAY: Duration = Duration::from_secs(3);
/// How long after that requests may still fail.
const RECOVERY: Duration = Duration::from_secs(2);

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// core-server under load, with a crash of the database in the middle.
#[derive(Parser)]
struct Arguments {
    /// Seconds of load
    #[arg(default_value_t = 60)]
    seconds: u64,
}

/// What came of a request.
struct Answer {
    begun: Instant,
    took: Duration,
    status: u16,
    body: Vec<u8>,
}

impl Answer {
    fn ended(&self) -> Instant {
        self.begun + self.took
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let seconds = Arguments::parse().seconds.max(10);
    let cluster = Cluster::start();
    let alarms = DatabaseConfig::new(&cluster.url("postgres"))?;
    let telemetry = alarms.clone().in_area("telemetry");
    start::apply(&alarms, migration::areas::alarms::project()).await?;
    start::apply(&telemetry, migration::areas::telemetry::project()).await?;
    let database = Database::connect(&alarms).await?;
    let settings = Settings::parse_from(["core-server"]);
    let app = App::new(database.clone(), Telemetry::connect(&telemetry).await?, &settings);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(app.serve(listener, async { drop(stopped.await) }));

    let over = Arc::new(OnceLock::new());
    let heard = Arc::new(AtomicU64::new(0));
    let mut listeners = JoinSet::new();
    for _ in 0..LISTENERS {
        listeners.spawn(listen(address, Arc::clone(&heard)));
    }
    sleep(Duration::from_secs(1)).await;
    let (mut readers, mut raisers) = (JoinSet::new(), JoinSet::new());
    for _ in 0..READERS {
        readers.spawn(repeat(address, "GET", "/", String::new, Arc::clone(&over)));
    }
    for number in 0..RAISERS {
        let alarm = move || {
            json!({ "raised_at": Utc::now(), "sensor_id": format!("pump-{number}"), "severity": "warning", "origin": "threshold", "value": 8.1, "threshold": 7.5 })
                .to_string()
        };
        raisers.spawn(repeat(address, "POST", "/api/alarms", alarm, Arc::clone(&over)));
    }
    let third = Duration::from_secs(seconds) / 3;
    sleep(third).await;
    let early = resident()?;
    let crashed = Instant::now();
    block_in_place(|| cluster.stop());
    sleep(AWAY).await;
    block_in_place(|| cluster.again());
    let back = Instant::now();
    sleep(2 * third).await;
    let late = resident()?;
    let _ = over.set(());
    let (of_readers, of_raisers) = (readers.join_all().await, raisers.join_all().await);
    // Alarms whose answer the crash ate are found by looking.
    sleep(Duration::from_secs(4)).await;
    let told = heard.load(Ordering::Relaxed);
    let stored = stored(&database).await?;
    drop(stop);
    serving.await??;
    listeners.abort_all();

    println!("{READERS} readers, {RAISERS} raisers, {LISTENERS} listeners, {seconds} s, milliseconds");
    let crash = crashed..back;
    let (_, wrong_pages) = report("list page", of_readers, &crash)?;
    let (raised, wrong_raises) = report("raise", of_raisers, &crash)?;
    let mut lost = 0;
    for answer in &raised {
        let body: Value = serde_json::from_slice(&answer.body)?;
        lost += u32::from(!stored.contains(body["ids"][0].as_str().ok_or("no id")?));
    }
    let expected = stored.len() as u64 * u64::from(LISTENERS);
    let away = (crash.end - crash.start).as_secs_f64();
    println!(
        "  database   away for {away:.1} s; {} alarms acknowledged, {} stored, {lost} lost",
        raised.len(),
        stored.len()
    );
    println!("  events     {told:>6} of {expected} arrived");
    println!("  memory     {early:>6} kB after a third, {late} kB at the end");
    #[allow(clippy::cast_precision_loss, reason = "a ratio")]
    notes::figure("PostgreSQL", "memory-growth", late as f64 / early as f64)?;
    if lost > 0 || wrong_pages + wrong_raises > 0 || told != expected || late > early + early / 4 {
        return Err("alarms are lost, answers are wrong, events are missing, or memory grows".into());
    }
    Ok(())
}

/// Prints what came of the requests; gives the good answers, and how many of the others the crash does not explain.
fn report(name: &str, answers: Vec<Result<Vec<Answer>>>, crash: &Range<Instant>) -> Result<(Vec<Answer>, usize)> {
    let answers: Vec<Answer> = answers.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status < 300);
    let touched = |answer: &Answer| answer.ended() >= crash.start && answer.begun <= crash.end + RECOVERY;
    let wrong: Vec<_> = bad.iter().filter(|answer| answer.status != 503 || !touched(answer)).collect();
    for answer in wrong.iter().take(3) {
        println!("  {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    let again = good.iter().map(Answer::ended).filter(|ended| *ended > crash.end).min();
    let again = again.map_or(f64::NAN, |at| (at - crash.end).as_secs_f64() * 1000.0);
    // Those that waited for the database say nothing about the service.
    let mut times: Vec<Duration> = good.iter().filter(|answer| !touched(answer)).map(|answer| answer.took).collect();
    times.sort_unstable();
    let part = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    println!(
        "  {name:<10} {:>6} answers   50 % {:>7.1}   95 % {:>7.1}   99 % {:>7.1}   {} times 503, the first after the crash {again:.0}",
        good.len(),
        part(50),
        part(95),
        part(99),
        bad.len() - wrong.len()
    );
    let wrong = wrong.len();
    Ok((good, wrong))
}

/// The ids of every alarm in the database.
async fn stored(database: &Database) -> Result<HashSet<String>> {
    let mut ids = HashSet::new();
    let mut request = PageRequest::first(PageRequest::MAX_LIMIT);
    loop {
        let page = database.alarms().list(&AlarmFilter::new(), &request).await?;
        ids.extend(page.items.iter().map(|alarm| alarm.id.to_string()));
        let Some(next) = page.next else { return Ok(ids) };
        request = PageRequest::at(next, PageRequest::MAX_LIMIT);
    }
}

/// The same request every second, until it is over.
async fn repeat(
    address: SocketAddr,
    method: &'static str,
    path: &'static str,
    body: impl Fn() -> String,
    over: Arc<OnceLock<()>>,
) -> Result<Vec<Answer>> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    let mut answers = Vec::new();
    while over.get().is_none() {
        let body = body();
        let begun = Instant::now();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await?;
        let (status, length) = head_of(&mut stream).await?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        // Pages are read, and not kept.
        body.truncate(500);
        body.shrink_to_fit();
        answers.push(Answer { begun, took: begun.elapsed(), status, body });
        sleep(Duration::from_secs(1)).await;
    }
    Ok(answers)
}

/// Reads the head of an answer; gives its status, and the length of its body.
async fn head_of(stream: &mut BufReader<TcpStream>) -> Result<(u16, usize)> {
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line).await?;
    let status = line.split(' ').nth(1).ok_or("no answer")?.parse()?;
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).await?;
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse()?;
        }
    }
    Ok((status, length))
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

/// What the process has in memory, in kB.
fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
