//! Servers of a test's own, to be stopped under it: PostgreSQL, a standby that follows it, and pgbouncer.

use std::{
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use url::Url;

use crate::temporary_folder;

/// A PostgreSQL of Debian's packages, in memory where that is possible. It ends with the value.
pub struct Cluster {
    data: PathBuf,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Cluster {
    /// A new one, running, with the user `postgres`.
    pub fn start() -> Self {
        let cluster = Self::place();
        let data = cluster.data.to_str().expect("a path");
        run(program("initdb").args([
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        ]));
        cluster.again();
        cluster
    }

    /// A streaming standby of it.
    #[must_use]
    pub fn standby(&self) -> Self {
        let standby = Self::place();
        let data = standby.data.to_str().expect("a path");
        run(program("pg_basebackup").args([
            "-D",
            data,
            "-d",
            &self.url("postgres"),
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
        ]));
        standby.again();
        standby
    }

    fn place() -> Self {
        let folder = temporary_folder();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).expect("a folder");
        for path in [folder.path(), &data] {
            run(Command::new("chmod").arg("700").arg(path));
            if is_root() {
                run(Command::new("chown").arg("postgres").arg(path));
            }
        }
        Self { data, port: free_port(), _folder: folder }
    }

    /// Starts it, as a new one or after [`stop`](Self::stop).
    pub fn again(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off \
             -c max_connections=60 -c hot_standby=on -c shared_buffers=32MB",
            self.port
        );
        let log = self.data.join("server.log");
        run(self.control().args(["-w", "-s", "start", "-o", &options, "-l"]).arg(log));
    }

    /// Ends it at once, as a crash does.
    pub fn stop(&self) {
        run(self.control().args(["-w", "-s", "-m", "immediate", "stop"]));
    }

    fn control(&self) -> Command {
        let mut command = program("pg_ctl");
        command.arg("-D").arg(&self.data);
        command
    }

    /// URL of a database for its administrator.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres:postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.control().args(["-s", "-m", "immediate", "stop"]).stderr(Stdio::null()).status();
    }
}

/// A pgbouncer in transaction mode before a server. It ends with the value.
pub struct Pooler {
    settings: PathBuf,
    front: String,
    address: (&'static str, u16),
    process: Option<Child>,
    _folder: tempfile::TempDir,
}

impl Pooler {
    /// A running one before the database of a URL, with so many sessions; `more` are lines of its configuration.
    pub fn before(url: &str, sessions: u32, more: &str) -> Self {
        let server = Url::parse(url).expect("a URL");
        let (host, port) = (server.host_str().expect("a host"), server.port().unwrap_or(5432));
        let address = ("127.0.0.1", free_port());
        let folder = temporary_folder();
        let users = folder.path().join("users");
        let password = server.password().unwrap_or_default();
        std::fs::write(&users, format!("\"{}\" \"{password}\"\n", server.username())).expect("a file");
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={host} port={port}\n[pgbouncer]\nlisten_addr = {}\nlisten_port = {}\nauth_type = trust\n\
             auth_file = {}\npool_mode = transaction\ndefault_pool_size = {sessions}\nunix_socket_dir =\n\
             server_login_retry = 0.2\n{more}\n",
            address.0,
            address.1,
            users.display()
        );
        std::fs::write(&settings, text).expect("a file");
        run(Command::new("chmod").arg("-R").arg("a+rX").arg(folder.path()));
        let mut front = server;
        front.set_host(Some(address.0)).expect("a host");
        front.set_port(Some(address.1)).expect("a port");
        front.query_pairs_mut().append_pair("sslmode", "disable");
        let mut pooler = Self { settings, front: front.into(), address, process: None, _folder: folder };
        pooler.again();
        pooler
    }

    /// URL of the database through it.
    pub fn url(&self) -> &str {
        &self.front
    }

    /// Starts it, after [`stop`](Self::stop).
    pub fn again(&mut self) {
        let mut command = Command::new(installed("/usr/sbin/pgbouncer", "pgbouncer"));
        if is_root() {
            command.args(["-u", "postgres"]);
        }
        let child =
            command.arg("-q").arg(&self.settings).stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::null());
        self.process = Some(child.spawn().expect("pgbouncer"));
        let began = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            assert!(began.elapsed() < Duration::from_mins(1), "pgbouncer does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it at once.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("killed");
            process.wait().expect("ended");
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A program of Debian's PostgreSQL, run as its user: it refuses to be root.
fn program(name: &str) -> Command {
    let folder = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = folder.map(|entry| entry.path().join("bin").join(name)).filter(|path| path.exists()).max();
    let program = newest.unwrap_or_else(|| installed(&format!("/usr/lib/postgresql/15/bin/{name}"), "postgresql"));
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command.current_dir("/");
    command
}

fn installed(path: &str, package: &str) -> PathBuf {
    let path = PathBuf::from(path);
    assert!(path.exists(), "{} is not there; install it with `apt-get install -y {package}`", path.display());
    path
}

fn is_root() -> bool {
    let owner = std::fs::metadata("/proc/self").map(|data| std::os::unix::fs::MetadataExt::uid(&data));
    owner.is_ok_and(|owner| owner == 0)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

fn run(command: &mut Command) {
    // Not to a pipe: a server that was started would keep it open.
    let said = tempfile::NamedTempFile::new().expect("a file");
    let file = || Stdio::from(said.reopen().expect("a file"));
    let status = command.stdin(Stdio::null()).stdout(file()).stderr(file()).status();
    let good = status.as_ref().is_ok_and(std::process::ExitStatus::success);
    assert!(good, "{command:?}: {status:?}: {}", read(said.path()));
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
