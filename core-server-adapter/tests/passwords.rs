//! No password in any log, not even at the level `TRACE`, where SeaORM repeats the options it connects with.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{
    fmt::Write as _,
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use core_server_adapter::{Database, DatabaseConfig};
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

async fn connect_in_vain() -> String {
    let mut errors = String::new();
    for (scheme, given) in
        [("postgres", "?options=-c%20a.b%3Ds3cret&sslrootcert=s3cret"), ("mysql", "?timezone=s3cret")]
    {
        // Port 1: nothing listens there.
        let config = DatabaseConfig::new(&format!("{scheme}://me:s3cr%40t@127.0.0.1:1/alarms{given}")).unwrap();
        let error = Database::connect(&config.acquire_timeout(Duration::from_millis(50))).await.unwrap_err();
        writeln!(errors, "{error} {error:?} {}", error.on_one_line()).unwrap();
    }
    errors
}

#[test]
fn passwords_are_in_no_log_and_no_error() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(log.clone())
        .finish();
    let errors = tracing::subscriber::with_default(subscriber, || {
        #[cfg(feature = "runtime-tokio")]
        return tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(connect_in_vain());
        #[cfg(not(feature = "runtime-tokio"))]
        return async_std::task::block_on(connect_in_vain());
    });
    assert_eq!(errors.matches("nothing listens on 127.0.0.1:1").count(), 6, "{errors}");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("127.0.0.1"), "the options are in the log: {log}");
    for text in [errors, log] {
        assert!(!text.contains("s3cr"), "{text}");
    }
}
