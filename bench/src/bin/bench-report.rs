//! Writes `docs/benchmarks.md` from what the benchmarks noted: `bench-report NOTES DOCUMENT [VERSION …]`, where each version
//! is a line about what was measured with. `make bench` runs it.

use std::process::ExitCode;

use bench::{notes::Note, report};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("which notes, and which document? bench-report NOTES DOCUMENT [VERSION …]".into());
    };
    let lines = std::fs::read_to_string(&from).map_err(|error| format!("{from} cannot be read: {error}"))?;
    let notes = lines.lines().map(serde_json::from_str).collect::<std::result::Result<Vec<Note>, _>>()?;
    let mut machine = vec![machine()];
    machine.extend(arguments);
    std::fs::write(&to, report::document(&machine, &notes))?;
    println!("{to} is written");
    Ok(())
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (processor, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
        line.map_or("unknown".to_owned(), |value| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kib: u64 = field(&memory, "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
    format!("{cores} cores of {}, {} GiB", field(&processor, "model name"), kib >> 20)
}
