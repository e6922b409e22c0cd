//! The size and times of a first visit to the shell, measured by Lighthouse in Chromium.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use local::Tools;
use serde_json::Value;

use crate::document::Table;
use crate::outcome::Outcome;
use crate::world::{beside_this_program, functions, progress};

/// The text before the shell's URL in the output of `dev`.
const SHELL: &str = "The shell is at ";
/// As in the browser tests.
const CHROMIUM: &str = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync";

/// A row: its title, the place of its number in Lighthouse's report, and the divisor of that.
const ROWS: [(&str, &str, f64); 9] = [
    (
        "performance, of 100 (target 90)",
        "/categories/performance/score",
        0.01,
    ),
    (
        "accessibility, of 100 (target 100)",
        "/categories/accessibility/score",
        0.01,
    ),
    (
        "best practices, of 100",
        "/categories/best-practices/score",
        0.01,
    ),
    (
        "transferred, kB, as the emulator does not compress",
        "/audits/total-byte-weight/numericValue",
        1000.0,
    ),
    (
        "first contentful paint, s",
        "/audits/first-contentful-paint/numericValue",
        1000.0,
    ),
    (
        "largest contentful paint, s",
        "/audits/largest-contentful-paint/numericValue",
        1000.0,
    ),
    ("speed index, s", "/audits/speed-index/numericValue", 1000.0),
    (
        "total blocking time, ms",
        "/audits/total-blocking-time/numericValue",
        1.0,
    ),
    (
        "cumulative layout shift",
        "/audits/cumulative-layout-shift/numericValue",
        1.0,
    ),
];

pub(crate) fn measure() -> Outcome<Table> {
    let tools = Tools::install(&mut progress)?;
    functions(&tools)?;
    let lighthouse = install(&tools)?;
    let system = System::start()?;
    let phone = report(&tools, &lighthouse, &system.shell, &[])?;
    let desktop = report(&tools, &lighthouse, &system.shell, &["--preset", "desktop"])?;
    let mut table = Table::new(["", "phone", "desktop"]);
    for (title, place, unit) in ROWS {
        table.row([
            title.to_owned(),
            number(&phone, place, unit)?,
            number(&desktop, place, unit)?,
        ]);
    }
    Ok(table)
}

/// Lighthouse in its own folder, at the version of its lock file.
fn install(tools: &Tools) -> Outcome<PathBuf> {
    let folder = local::workspace_root()
        .ok_or("not in a source tree")?
        .join("crates/bench/lighthouse");
    progress("installing Lighthouse");
    let installed = tools
        .npm()
        .args(["ci", "--no-audit", "--no-fund", "--silent"])
        .current_dir(&folder)
        .status()?;
    if !installed.success() {
        return Err(format!("npm ci in {}: {installed}", folder.display()).into());
    }
    Ok(folder.join("node_modules/lighthouse/cli/index.js"))
}

fn report(tools: &Tools, lighthouse: &Path, address: &str, more: &[&str]) -> Outcome<Value> {
    progress(&format!("Lighthouse measures {address} {}", more.join(" ")));
    let chromium = std::env::var_os("CHROMIUM").unwrap_or_else(|| "/usr/bin/chromium".into());
    let mut command = tools.node();
    command
        .arg(lighthouse)
        .args([
            address,
            "--output",
            "json",
            "--quiet",
            "--only-categories=performance,accessibility,best-practices",
        ])
        .arg(format!("--chrome-flags={CHROMIUM}"))
        .args(more)
        .env("CHROME_PATH", chromium)
        .stdin(Stdio::null());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("Lighthouse: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn number(report: &Value, place: &str, unit: f64) -> Outcome<String> {
    let value = report
        .pointer(place)
        .and_then(Value::as_f64)
        .ok_or_else(|| format!("the report does not contain {place}"))?;
    let value = value / unit;
    Ok(if value < 10.0 && value.fract() != 0.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.0}")
    })
}

/// A system started by `frontage dev`. Dropping it ends everything.
struct System {
    dev: Child,
    shell: String,
}

impl System {
    fn start() -> Outcome<Self> {
        progress("starting the example system");
        let mut command = Command::new(beside_this_program("frontage")?);
        command
            .args(["dev", "--port", "0"])
            .current_dir(local::workspace_root().ok_or("not in a source tree")?)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut dev = command.spawn()?;
        let mut lines = BufReader::new(dev.stdout.take().ok_or("no standard output")?).lines();
        let shell = loop {
            let line = lines
                .next()
                .ok_or("frontage dev ended before it printed the shell's URL")??;
            if let Some(address) = line.strip_prefix(SHELL) {
                break address.to_owned();
            }
        };
        // Further output is discarded, so that it does not fill the pipe.
        thread::spawn(move || lines.for_each(drop));
        Ok(Self { dev, shell })
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let _ = self.dev.kill();
        let _ = self.dev.wait();
    }
}
