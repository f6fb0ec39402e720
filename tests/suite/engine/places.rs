//! Every way in which a URL says where a server is, to a server that takes its time.

use std::{path::Path, time::Duration};

use tests::{
    Backend, TestDatabase, on_every_backend,
    process::{Finished, run},
};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use url::Url;

use crate::migration;

on_every_backend!(
    only: [postgres, mariadb], "SQLite has no server, and TimescaleDB is reached as PostgreSQL is";
    every_place_that_the_driver_takes_is_reached,
    a_socket_where_nobody_listens_is_named
);

/// Longer than the engine waits before it asks whether anybody listens.
const DELAY: Duration = Duration::from_millis(400);

/// The server behind `url`, slow: on a socket in `folder` and on the port that is given back.
async fn slow(url: &Url, file: &Path) -> u16 {
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let (socket, tcp) = (UnixListener::bind(file).unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = tcp.local_addr().unwrap().port();
    let behind = server.clone();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = socket.accept().await {
            tokio::time::sleep(DELAY).await;
            let mut server = TcpStream::connect(&behind).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    tokio::spawn(async move {
        while let Ok((mut client, _)) = tcp.accept().await {
            tokio::time::sleep(DELAY).await;
            let mut server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    port
}

/// The name of a socket in a folder.
fn file(database: &TestDatabase) -> &'static str {
    if database.backend() == Backend::Postgres { ".s.PGSQL.5432" } else { "s.sock" }
}

/// `status` there, beside which the proxies go on.
async fn status(url: String) -> Finished {
    let command = move || run(migration(&std::env::temp_dir()).args(["status", "--database-url", &url]));
    tokio::task::spawn_blocking(command).await.unwrap()
}

async fn every_place_that_the_driver_takes_is_reached(database: TestDatabase) {
    let database = database.up(None).await;
    let url = Url::parse(database.url()).unwrap();
    let folder = tests::temporary_folder();
    let port = slow(&url, &folder.path().join(file(&database))).await;
    let path = folder.path().to_str().unwrap();
    let encoded = path.replace('/', "%2f");
    let (user, password, name) = (url.username(), url.password().unwrap_or_default(), url.path());
    let urls = if database.backend() == Backend::Postgres {
        vec![
            format!("postgres://{user}:{password}@{encoded}{name}"),
            format!("postgres://{user}:{password}@{}{name}", path.replace('/', "%2F")),
            format!("postgres://{user}:{password}@nowhere.invalid{name}?host={path}"),
            format!("postgres://{user}:{password}@nowhere.invalid:1{name}?host=127.0.0.1&port={port}"),
            format!("postgres://{user}:{password}@nowhere.invalid{name}?hostaddr=127.0.0.1&port={port}"),
            format!("postgres://{name}?host={path}&user={user}&password={password}"),
        ]
    } else {
        vec![
            format!("mysql://{user}:{password}@nowhere.invalid{name}?socket={path}/s.sock"),
            format!("mysql://{user}:{password}@127.0.0.1:{port}{name}"),
        ]
    };
    for url in urls {
        let found = status(url.clone()).await;
        assert_eq!(found.code, 0, "{url} {found:#?}");
    }
}

async fn a_socket_where_nobody_listens_is_named(database: TestDatabase) {
    let folder = tests::temporary_folder();
    let place = folder.path().join(file(&database));
    // A file that a server left behind.
    drop(UnixListener::bind(&place).unwrap());
    let path = folder.path().to_str().unwrap();
    let url = match database.backend() {
        Backend::Postgres => format!("postgres://me@h/d?host={path}"),
        _ => format!("mysql://me@h/d?socket={}", place.display()),
    };
    let found = status(url).await;
    let expected = format!("the socket {} cannot be reached", place.display());
    assert!(found.code != 0 && found.stderr.contains(&expected), "{found:#?}");
}
