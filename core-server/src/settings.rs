//! What the service is told when it is started.

use std::net::SocketAddr;

use clap::Parser;

/// An HTTP API and an alarms page over core-server-adapter.
#[derive(Clone, Debug, Parser)]
#[command(
    after_help = "The database is the first of: --database-url, DATABASE_URL, DATABASE_URL in .env, sqlite://alarms.sqlite; \
        telemetry has its place in it, or DATABASE_URL_TELEMETRY.\n\n\
        The service has no login. It listens on this machine alone unless it is told otherwise: whoever reaches it sees \
        every alarm. To open it to a network, put a proxy with a login and TLS in front of it, and set CORE_SERVER_TOKEN."
)]
pub struct Settings {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, env = "CORE_SERVER_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Database with the alarms
    #[arg(short = 'u', long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Apply what is pending of the schema first
    #[arg(long)]
    pub migrate: bool,
    /// Load example data where there is no alarm yet
    #[arg(long)]
    pub example: bool,
    /// Measure and raise an alarm every few seconds, for a look at the live page; not for real data
    #[arg(long)]
    pub demo: bool,
    /// Names under which the service is reached, besides those of this machine; any when it listens on a network and none
    /// is given
    #[arg(long = "host", env = "CORE_SERVER_HOSTS", value_delimiter = ',', value_name = "NAME")]
    pub hosts: Vec<String>,
    /// What writes have to show, as `Authorization: Bearer …` or in the page; not needed when not set
    #[arg(long, env = "CORE_SERVER_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Option<String>,
}

impl Settings {
    /// What writes have to show; none when they need nothing.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref().filter(|token| !token.is_empty())
    }

    /// Whether the service is reached under this name: one of this machine, or one that was given. Any will do on a network
    /// where none was given.
    pub fn goes_by(&self, name: &str) -> bool {
        let address = self.listen.ip();
        let own = ["localhost", "127.0.0.1", "[::1]", &address.to_string()];
        let is_any = !address.is_loopback() && self.hosts.is_empty();
        is_any || own.into_iter().chain(self.hosts.iter().map(String::as_str)).any(|one| one.eq_ignore_ascii_case(name))
    }
}
