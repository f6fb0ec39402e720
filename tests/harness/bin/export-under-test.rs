//! Exports a few readings, then all, of the database in its argument, and prints how many it were each time and by how many
//! kilobytes the second export has grown this process.

use core_server_adapter::{
    DatabaseConfig, Period,
    telemetry::{ReadingFilter, Telemetry},
};

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let url = std::env::args().nth(1).ok_or("a URL is missing")?;
    let telemetry = Telemetry::connect(&DatabaseConfig::new(&url)?.max_connections(1)).await?;
    let few = ReadingFilter::new().period(Period::until("2026-01-01T00:20:00Z".parse()?));
    let small = telemetry.readings().write_csv(&few, None, &mut std::io::sink()).await?;
    let before = peak_kilobytes()?;
    let whole = telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut std::io::sink()).await?;
    println!("{} {} {}", small.rows, whole.rows, peak_kilobytes()? - before);
    Ok(())
}

/// Peak of this process's memory.
fn peak_kilobytes() -> Result<u64, Error> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
