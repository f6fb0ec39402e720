//! A pooler in transaction mode is noticed, and other clients of its sessions find nothing of the engine's.

use std::{sync::Arc, time::Duration};

use migration_engine::{
    Runner, Target,
    session::{Patience, connect},
};
use tests::{
    Backend, TestDatabase, connect_to,
    inline::{Inline, project},
    rows_as_text,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Mutex, OwnedMutexGuard},
};
use url::Url;

#[tokio::test]
async fn a_pooler_in_transaction_mode_is_refused() {
    const SETTINGS: &str = "SELECT concat_ws('; ', current_setting('lock_timeout'), current_setting('search_path'), \
        current_setting('row_security'), current_setting('TimeZone'), (SELECT count(*) FROM pg_locks \
        WHERE locktype = 'advisory' AND pid = pg_backend_pid()))";
    let database = TestDatabase::create(Backend::Postgres).await;
    let url = pooled(database.url()).await;
    let other = connect_to(&url).await;
    let before = rows_as_text(&other, SETTINGS).await;
    // Older than a session that was just made.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let target = Target::parse(&url, "the test").unwrap();
    let made = project(&[Inline::table("m1", "a")]);
    let refused = Runner::connect(made, target, &connect::Settings::default(), Patience::default()).await;
    let Err(error) = refused else { panic!("it works through a pooler") };
    let error = error.on_one_line();
    assert!(error.contains("a pooler in transaction mode") && error.contains("name the server itself"), "{error}");
    assert_eq!(rows_as_text(&other, SETTINGS).await, before);
    other.close().await.unwrap();
}

/// URL of a pooler with one session for all its clients, which each has for a transaction. The first client logs in.
async fn pooled(url: &str) -> String {
    let mut front = Url::parse(url).unwrap();
    let server = format!("{}:{}", front.host_str().unwrap(), front.port().unwrap_or(5432));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    front.set_host(Some("127.0.0.1")).unwrap();
    front.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    front.query_pairs_mut().append_pair("sslmode", "disable");
    tokio::spawn(async move {
        let mut session = TcpStream::connect(server).await.unwrap();
        let (mut first, _) = listener.accept().await.unwrap();
        let greeting = log_in(&mut first, &mut session).await;
        let session = Arc::new(Mutex::new(session));
        tokio::spawn(serve(first, Arc::clone(&session)));
        while let Ok((mut client, _)) = listener.accept().await {
            message(&mut client, false).await.unwrap();
            client.write_all(&greeting).await.unwrap();
            tokio::spawn(serve(client, Arc::clone(&session)));
        }
    });
    front.into()
}

/// Lets a client log in to the server; gives what the server says after the password.
async fn log_in(client: &mut TcpStream, session: &mut TcpStream) -> Vec<u8> {
    const AUTHENTICATED: &[u8] = b"R\0\0\0\x08\0\0\0\0";
    session.write_all(&message(client, false).await.unwrap()).await.unwrap();
    let mut greeting = Vec::new();
    loop {
        let said = message(session, true).await.unwrap();
        client.write_all(&said).await.unwrap();
        let kind = said[0];
        if said == AUTHENTICATED || !greeting.is_empty() {
            greeting.extend(said);
        } else if said[5..9] != [0, 0, 0, 12] {
            // It asks for something, but for the last word of SCRAM.
            session.write_all(&message(client, true).await.unwrap()).await.unwrap();
        }
        if kind == b'Z' {
            return greeting;
        }
    }
}

/// Gives a client the session from its first message to the end of its transaction, until it goes.
async fn serve(mut client: TcpStream, session: Arc<Mutex<TcpStream>>) {
    let mut held: Option<OwnedMutexGuard<TcpStream>> = None;
    loop {
        let asked = message(&mut client, true).await.filter(|asked| asked[0] != b'X');
        let Some(asked) = asked else {
            if let Some(session) = &mut held {
                answer(b"Q\0\0\0\x0dROLLBACK\0", session, None).await;
            }
            return;
        };
        let session = match &mut held {
            Some(session) => session,
            None => held.insert(Arc::clone(&session).lock_owned().await),
        };
        if answer(&asked, session, Some(&mut client)).await == b'I' {
            held = None;
        }
    }
}

/// Passes a message on, and what the server says to it, if that is to be waited for; gives the state of the transaction.
async fn answer(asked: &[u8], session: &mut TcpStream, mut client: Option<&mut TcpStream>) -> u8 {
    session.write_all(asked).await.unwrap();
    if !matches!(asked[0], b'Q' | b'S') {
        return b'-';
    }
    loop {
        let said = message(session, true).await.unwrap();
        if let Some(client) = &mut client {
            client.write_all(&said).await.unwrap();
        }
        if said[0] == b'Z' {
            return said[5];
        }
    }
}

/// The next message; the first one of a client has no letter. None where the connection ended.
async fn message(from: &mut TcpStream, lettered: bool) -> Option<Vec<u8>> {
    let mut message = vec![0; if lettered { 5 } else { 4 }];
    from.read_exact(&mut message).await.ok()?;
    let length = u32::from_be_bytes(message[message.len() - 4..].try_into().ok()?);
    let start = message.len();
    message.resize(start + usize::try_from(length).ok()? - 4, 0);
    from.read_exact(&mut message[start..]).await.ok()?;
    Some(message)
}
