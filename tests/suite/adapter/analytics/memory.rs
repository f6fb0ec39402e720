//! A model takes no more memory than a few of its pieces, however large it is.

use std::process::{Command, Stdio};

use core_server_adapter::analytics::{NewModel, PIECE};
use tests::{TestDatabase, on_every_backend};

use super::migrated;

on_every_backend!(a_model_takes_the_memory_of_a_few_pieces);

/// In a process of its own, whose memory is nothing but the model's: 96 MB go there and back.
async fn a_model_takes_the_memory_of_a_few_pieces(database: TestDatabase) {
    const PIECES: usize = 96;
    let (database, analytics) = migrated(database).await;
    for id in ["small", "large"] {
        analytics.models().register(&NewModel::new(id, "press", "1.0")).await.unwrap();
    }
    analytics.close().await;
    let url = database.url().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_model-under-test"));
        program.arg(url).arg(PIECES.to_string()).stderr(Stdio::inherit()).output().unwrap()
    })
    .await
    .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<u64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let [written, read, kilobytes] = numbers[..] else { panic!("{text}") };
    let size = (PIECES * PIECE) as u64;
    assert_eq!((written, read), (size, size));
    assert!(kilobytes < 24 << 10, "grown by {kilobytes} kB for {} kB", size >> 10);
}
