//! The emulator's life cycle: it starts, answers, and stops with everything that it started.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::io::{self, BufRead, BufReader, Cursor, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::{MiniStack, MiniStackOptions, ServerError, Tools};
use zip::write::SimpleFileOptions;

fn tools() -> Tools {
    Tools::install(&mut |line| eprintln!("{line}")).unwrap()
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn eventually(what: &str, condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(20), "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_instance_answers_and_leaves_nothing() {
    let mut emulator = MiniStack::start(&tools(), &MiniStackOptions::default()).unwrap();
    let (port, log) = (emulator.port(), emulator.log().to_path_buf());
    assert_eq!(emulator.endpoint(), format!("http://127.0.0.1:{port}"));
    assert!(listens(port));
    emulator.check().unwrap();

    drop(emulator);
    assert!(!listens(port));
    assert!(!log.parent().unwrap().exists());
}

#[test]
fn instances_stand_side_by_side() {
    let tools = tools();
    let started = thread::scope(|scope| {
        let starts = [(); 3].map(|()| {
            scope.spawn(|| MiniStack::start(&tools, &MiniStackOptions::default()).unwrap())
        });
        starts.map(|start| start.join().unwrap())
    });
    let mut ports = started.each_ref().map(MiniStack::port).to_vec();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 3);
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let options = MiniStackOptions {
        port: Some(port),
        ..MiniStackOptions::default()
    };
    let error = MiniStack::start(&tools(), &options).unwrap_err();
    assert!(
        matches!(error, ServerError::PortInUse(named) if named == port),
        "{error}"
    );
}

#[test]
fn an_early_death_shows_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let options = MiniStackOptions {
        log: Some(directory.path().join("log")),
        environment: vec![("PYTHONHOME".into(), "/nowhere".into())],
        ..MiniStackOptions::default()
    };
    let error = MiniStack::start(&tools(), &options).unwrap_err();
    assert!(matches!(error, ServerError::Died { .. }), "{error}");
    assert!(error.to_string().contains("encodings"), "{error}");
}

#[test]
fn a_deadline_ends_the_wait_and_the_emulator() {
    let options = MiniStackOptions {
        deadline: Duration::from_millis(1),
        ..MiniStackOptions::default()
    };
    let error = MiniStack::start(&tools(), &options).unwrap_err();
    let ServerError::NotReady { port, log, .. } = error else {
        panic!("{error}")
    };
    assert!(!listens(port));
    assert!(!log.exists());
}

/// Makes the emulator start a function's process that keeps running, and returns the process's id.
fn start_function(port: u16, directory: &Path) -> String {
    let pid = directory.join("pid");
    let script = format!(
        "#!/bin/sh\necho $$ >'{0}.new'; mv '{0}.new' '{0}'; exec sleep 600\n",
        pid.display()
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .start_file(
            "bootstrap",
            SimpleFileOptions::default().unix_permissions(0o755),
        )
        .unwrap();
    archive.write_all(script.as_bytes()).unwrap();
    let code = STANDARD.encode(archive.finish().unwrap().into_inner());
    let role = "arn:aws:iam::000000000000:role/any";
    let function = format!(
        r#"{{"FunctionName":"stays","Runtime":"provided.al2023","Handler":"any","Role":"{role}","Code":{{"ZipFile":"{code}"}}}}"#
    );
    post(port, "/2015-03-31/functions", &function);
    post(port, "/2015-03-31/functions/stays/invocations", "{}");
    eventually("the function starts", || pid.exists());
    fs::read_to_string(pid).unwrap().trim().to_owned()
}

fn post(port: u16, path: &str, body: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: lambda\r\nX-Amz-Invocation-Type: Event\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let answer = io::read_to_string(stream).unwrap();
    assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
}

/// If nothing reaps orphans, an ended process remains as a zombie.
fn runs(pid: &str) -> bool {
    let state = if cfg!(target_os = "linux") {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ")
            .map(|(_, state)| state.to_owned())
            .unwrap_or_default()
    } else {
        let output = Command::new("ps")
            .args(["-o", "stat=", "-p", pid])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    !state.trim().is_empty() && !state.starts_with('Z')
}

#[test]
fn functions_end_with_it() {
    let emulator = MiniStack::start(&tools(), &MiniStackOptions::default()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let pid = start_function(emulator.port(), directory.path());
    assert!(runs(&pid));
    drop(emulator);
    eventually("the function ends", || !runs(&pid));
}

/// A killed program runs no destructor. The emulator, and what it started, must end nevertheless.
#[test]
fn it_dies_with_a_killed_parent() {
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold_an_emulator", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(parent.stdout.take().unwrap());
    let line = stdout
        .lines()
        .map(Result::unwrap)
        .find_map(|line| line.split_once("HOLDING ").map(|(_, rest)| rest.to_owned()))
        .unwrap();
    let mut words = line.split_whitespace();
    let port = words.next().unwrap().parse().unwrap();
    let directory = PathBuf::from(words.next().unwrap());
    assert!(listens(port));
    assert!(directory.exists());
    let outside = tempfile::tempdir().unwrap();
    let function = start_function(port, outside.path());

    parent.kill().unwrap();
    parent.wait().unwrap();
    eventually("the emulator ends", || !listens(port));
    eventually("the function ends", || !runs(&function));
    eventually("its directory goes", || !directory.exists());
}

/// Not a test of its own: the parent that `it_dies_with_a_killed_parent` kills.
#[test]
#[ignore = "waits to be killed"]
fn hold_an_emulator() {
    let emulator = MiniStack::start(&tools(), &MiniStackOptions::default()).unwrap();
    let directory = fs::canonicalize(emulator.log().parent().unwrap()).unwrap();
    eprintln!("holding {}", emulator.port());
    #[allow(clippy::print_stdout)]
    {
        println!("HOLDING {} {}", emulator.port(), directory.display());
    }
    thread::sleep(Duration::from_mins(5));
}
