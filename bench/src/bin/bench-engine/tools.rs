//! The programs that are compared, each as the commands that people give.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    ACTIONS, Action, ROLE, Result,
    report::ENGINE,
    revisions::{COUNT, COUNTED, OF_VISION, Statements, VERIFIED},
};

type MakeCommand = dyn Fn(Action, &str) -> Command;

/// A program and its command for each action on the database of a URL.
pub struct Tool {
    pub name: &'static str,
    /// Whether it reverts anything.
    pub has_down: bool,
    command: Box<MakeCommand>,
}

impl Tool {
    /// What it can do: all but the last, or everything.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        ACTIONS.into_iter().filter(|action| self.has_down || *action != Action::Down)
    }

    pub fn command(&self, action: Action, url: &str) -> Command {
        (self.command)(action, url)
    }
}

/// The floor first, then every tool that is there.
pub fn all(folder: &Path, statements: &Statements) -> Result<Vec<Tool>> {
    let mut tools = vec![psql(folder, statements, true)?, engine()?, stock()?];
    match in_path("sqlx") {
        Some(program) => tools.push(sqlx(program, folder, statements)?),
        None => println!("sqlx-cli is not in PATH and left out"),
    }
    match in_path("refinery") {
        Some(program) => tools.push(refinery(program, folder, statements)?),
        None => println!("refinery is not in PATH and left out"),
    }
    match in_path("alembic") {
        Some(program) => tools.push(alembic(program, folder, statements)?),
        None => println!("alembic is not in PATH and left out"),
    }
    Ok(tools)
}

/// SeaORM's own migrator as the floor, and the engine.
pub fn of_seaorm() -> Result<Vec<Tool>> {
    Ok(vec![stock()?, engine()?])
}

/// The floor, the engine and SeaORM's own migrator with the history of the area `vision`.
pub fn of_vision(folder: &Path, statements: &Statements) -> Result<Vec<Tool>> {
    let tools = vec![psql(folder, statements, false)?, engine()?, stock()?];
    let with_history = |Tool { name, has_down, command }: Tool| {
        let command = move |action, url: &str| {
            let mut command = command(action, url);
            command.env(OF_VISION, "yes");
            command
        };
        Tool { name, has_down, command: Box::new(command) }
    };
    Ok(tools.into_iter().map(with_history).collect())
}

/// One transaction, or those that the statements have, and no bookkeeping: what the statements themselves cost.
fn psql(folder: &Path, statements: &Statements, in_one_transaction: bool) -> Result<Tool> {
    let (up, down) = (folder.join("up.sql"), folder.join("down.sql"));
    let program = real_psql();
    fs::write(&up, Statements::script(&statements.up))?;
    fs::write(&down, Statements::script(statements.down.iter().rev()))?;
    let command = move |action, url: &str| {
        let mut command = Command::new(&program);
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]);
        match action {
            Action::Up => command.arg("-f").arg(&up),
            Action::NothingPending => command.args(["-c", "SELECT 1"]),
            Action::Down => command.arg("-f").arg(&down),
        };
        if in_one_transaction && action != Action::NothingPending {
            command.arg("-1");
        }
        command
    };
    let name = if in_one_transaction { "psql -1 -f" } else { "psql -f" };
    Ok(Tool { name, has_down: true, command: Box::new(command) })
}

/// `psql` of Debian is a script that looks for the program, which takes longer than the program.
fn real_psql() -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut programs: Vec<PathBuf> = installed.map(|version| version.path().join("bin/psql")).collect();
    programs.retain(|program| program.is_file());
    programs.sort();
    programs.pop().unwrap_or_else(|| "psql".into())
}

fn engine() -> Result<Tool> {
    let program = std::env::current_exe()?;
    let command = move |action, url: &str| {
        let mut command = Command::new(&program);
        command.env(ROLE, "engine").args(["-u", url]);
        match action {
            Action::Up | Action::NothingPending => command.arg("up"),
            Action::Down => command.args(["down", "--yes", "-n", &COUNT.to_string()]),
        };
        command
    };
    Ok(Tool { name: ENGINE, has_down: true, command: Box::new(command) })
}

/// The engine with a longer history.
pub fn verified(verb: &str, url: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(ROLE, "engine").env(COUNTED, VERIFIED.to_string()).args(["-u", url, verb]);
    Ok(command)
}

/// The engine with the history of the area `vision`.
pub fn verified_vision(verb: &str, url: &str) -> Result<Command> {
    let mut command = verified(verb, url)?;
    command.env(OF_VISION, "yes");
    Ok(command)
}

fn stock() -> Result<Tool> {
    let program = std::env::current_exe()?;
    let command = move |action, url: &str| {
        let mut command = Command::new(&program);
        command.env(ROLE, "stock").args([if action == Action::Down { "down" } else { "up" }, url]);
        command
    };
    Ok(Tool { name: "sea-orm-migration", has_down: true, command: Box::new(command) })
}

/// A pair of files for each revision.
fn sqlx(program: PathBuf, folder: &Path, statements: &Statements) -> Result<Tool> {
    let source = folder.join("sqlx");
    fs::create_dir(&source)?;
    for (number, (up, down)) in statements.up.iter().zip(&statements.down).enumerate() {
        fs::write(source.join(format!("{:04}_step.up.sql", number + 1)), Statements::script([up]))?;
        fs::write(source.join(format!("{:04}_step.down.sql", number + 1)), Statements::script([down]))?;
    }
    let command = move |action, url: &str| {
        let mut command = Command::new(&program);
        command.arg("migrate").arg(if action == Action::Down { "revert" } else { "run" });
        if action == Action::Down {
            command.args(["--target-version", "0"]);
        }
        command.arg("--source").arg(&source).args(["--database-url", url]);
        command
    };
    Ok(Tool { name: "sqlx-cli", has_down: true, command: Box::new(command) })
}

/// A file for each revision; there is no way down.
fn refinery(program: PathBuf, folder: &Path, statements: &Statements) -> Result<Tool> {
    let source = folder.join("refinery");
    fs::create_dir(&source)?;
    for (number, up) in statements.up.iter().enumerate() {
        fs::write(source.join(format!("V{}__step.sql", number + 1)), Statements::script([up]))?;
    }
    let command = move |_, url: &str| {
        let mut command = Command::new(&program);
        command.env("DATABASE_URL", url).args(["migrate", "-e", "DATABASE_URL", "-p"]).arg(&source);
        command
    };
    Ok(Tool { name: "refinery", has_down: false, command: Box::new(command) })
}

/// A Python file for each revision; the transaction is one for each, as the engine's.
fn alembic(program: PathBuf, folder: &Path, statements: &Statements) -> Result<Tool> {
    let home = folder.join("alembic");
    let versions = home.join("versions");
    fs::create_dir_all(&versions)?;
    fs::write(home.join("alembic.ini"), "[alembic]\nscript_location = %(here)s\n")?;
    fs::write(
        home.join("env.py"),
        "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine, pool\n\
         engine = create_engine(os.environ['BENCH_URL'], poolclass=pool.NullPool)\n\
         with engine.connect() as connection:\n    context.configure(connection=connection, transaction_per_migration=True)\n    \
         with context.begin_transaction():\n        context.run_migrations()\n",
    )?;
    let body = |of_one: &[String]| {
        let calls: Vec<String> = of_one.iter().map(|sql| format!("    op.execute({sql:?})\n")).collect();
        calls.concat()
    };
    for (number, (up, down)) in statements.up.iter().zip(&statements.down).enumerate() {
        let parent = number.checked_sub(1).map_or("None".to_owned(), |parent| format!("'{parent:04}'"));
        let text = format!(
            "from alembic import op\nrevision = '{number:04}'\ndown_revision = {parent}\n\
             def upgrade():\n{}def downgrade():\n{}",
            body(up),
            body(down)
        );
        fs::write(versions.join(format!("{number:04}_step.py")), text)?;
    }
    let command = move |action, url: &str| {
        let mut command = Command::new(&program);
        command.current_dir(&home).env("BENCH_URL", url.replacen("postgres://", "postgresql+psycopg://", 1));
        command.args(if action == Action::Down { ["downgrade", "base"] } else { ["upgrade", "head"] });
        command
    };
    Ok(Tool { name: "Alembic", has_down: true, command: Box::new(command) })
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
