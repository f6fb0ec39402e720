//! Writes and reads two pieces of a model, then as many as its second argument says, in the database of its first, and
//! prints how many bytes went there and came back, and by how many kilobytes these have grown this process.

use core_server_adapter::{
    DatabaseConfig,
    analytics::{Analytics, PIECE},
};
use futures_util::{TryStreamExt, stream};

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("a URL is missing")?;
    let pieces: usize = arguments.next().ok_or("a number of pieces is missing")?.parse()?;
    let analytics = Analytics::connect(&DatabaseConfig::new(&url)?.max_connections(1)).await?;
    there_and_back(&analytics, "small", 2).await?;
    let before = peak_kilobytes()?;
    let (written, read) = there_and_back(&analytics, "large", pieces).await?;
    println!("{written} {read} {}", peak_kilobytes()? - before);
    Ok(())
}

async fn there_and_back(analytics: &Analytics, id: &str, pieces: usize) -> Result<(u64, u64), Error> {
    let bytes = stream::iter((0..pieces).map(|number| Ok::<_, std::io::Error>(vec![number.to_le_bytes()[0]; PIECE])));
    let written = analytics.models().write(id, bytes).await?;
    let mut read = 0;
    let mut coming = std::pin::pin!(analytics.models().read(id));
    while let Some(piece) = coming.try_next().await? {
        read += piece.len() as u64;
    }
    Ok((written, read))
}

/// Peak of this process's memory.
fn peak_kilobytes() -> Result<u64, Error> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
