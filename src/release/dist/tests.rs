use std::fs;
use std::process::Command;

use super::*;

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

const DESCRIBED: (&str, &str) = (
    DESCRIPTION,
    r#"{"entry": "assets/main-B7fx2Qab.js", "version": "1.4.0"}"#,
);
const ENTRY: (&str, &str) = ("assets/main-B7fx2Qab.js", "export default 1");

fn team(files: &[(&str, &str)]) -> Result<Dist, DistError> {
    Dist::read(
        directory(files).path(),
        &Application::Team("shipping".to_owned()),
    )
}

fn shell(files: &[(&str, &str)]) -> Result<Dist, DistError> {
    Dist::read(directory(files).path(), &Application::Shell)
}

#[test]
fn the_same_build_is_the_same_release() {
    let dist = team(&[DESCRIBED, ENTRY]).unwrap();
    assert_eq!(
        dist.version(),
        team(&[ENTRY, DESCRIBED, (".DS_Store", "x")])
            .unwrap()
            .version()
    );
    assert_ne!(
        dist.version(),
        team(&[DESCRIBED, ENTRY, ("a.txt", "")]).unwrap().version()
    );
}

#[test]
fn the_integrity_is_what_browsers_compute() {
    let record = team(&[DESCRIBED, ENTRY]).unwrap().record(0);
    // printf 'export default 1' | openssl dgst -sha384 -binary | base64
    let expected = "sha384-0DeSvYsDquR15dA3vw6sdT+tE32nJCBO6Aklkh06a82PqZy0X9FKOJD+lF0u7oz4";
    assert_eq!(record.entry.unwrap().integrity, expected);
    assert_eq!(record.published, "1970-01-01T00:00:00Z");
    assert_eq!(record.package_version.as_deref(), Some("1.4.0"));
}

#[test]
fn scripts_besides_the_entry_are_told() {
    let dist = team(&[DESCRIBED, ENTRY, ("assets/chunk-B7fx2Qac.js", "")]).unwrap();
    assert_eq!(dist.uncovered(), ["assets/chunk-B7fx2Qac.js"]);
    assert!(
        shell(&[("index.html", ""), ("shared/ui-1.js", "")])
            .unwrap()
            .uncovered()
            .is_empty()
    );
}

#[test]
fn what_would_not_work_is_refused() {
    let described = |text| [(DESCRIPTION, text), ENTRY];
    let none = Path::new("/nowhere/at/all");
    assert!(matches!(
        Dist::read(none, &Application::Shell),
        Err(DistError::NoDirectory(_))
    ));
    assert!(matches!(team(&[]), Err(DistError::Empty(_))));
    assert!(matches!(
        team(&[ENTRY]),
        Err(DistError::Missing {
            name: DESCRIPTION,
            ..
        })
    ));
    assert!(matches!(
        shell(&[ENTRY]),
        Err(DistError::Missing {
            name: "index.html",
            ..
        })
    ));
    assert!(matches!(
        team(&described("{")),
        Err(DistError::Description { .. })
    ));
    assert!(matches!(
        team(&described(r#"{"entry": 1}"#)),
        Err(DistError::Description { .. })
    ));
    assert!(matches!(team(&described("{}")), Err(DistError::NoEntry(_))));
    assert!(matches!(
        team(&described(r#"{"entry": "main.js"}"#)),
        Err(DistError::EntryName(_))
    ));
    assert!(matches!(
        team(&described(r#"{"entry": "assets/main.js"}"#)),
        Err(DistError::EntryName(_))
    ));
    let missing = team(&described(r#"{"entry": "assets/main-00000000.js"}"#));
    assert!(matches!(missing, Err(DistError::EntryMissing { .. })));
    assert!(matches!(
        team(&[DESCRIBED, ENTRY, ("assets/a.png", "")]),
        Err(DistError::NotHashed(_))
    ));
    assert!(matches!(
        team(&[DESCRIBED, ENTRY, ("a b", "")]),
        Err(DistError::OddName(_))
    ));
    assert!(matches!(
        team(&[DESCRIBED, ENTRY, ("manifest.json", "")]),
        Err(DistError::Reserved(_))
    ));
    assert!(matches!(
        team(&[DESCRIBED, ENTRY, ("previews/a.json", "")]),
        Err(DistError::Reserved(_))
    ));
    assert!(shell(&[("index.html", ""), ("previews/a.json", "")]).is_ok());
    assert!(matches!(
        shell(&[("index.html", ""), ("config.json", "")]),
        Err(DistError::Reserved(_))
    ));
    assert!(matches!(
        shell(&[("index.html", ""), ("releases/a", "")]),
        Err(DistError::Reserved(_))
    ));
}

#[test]
fn what_must_not_be_public_is_refused_and_named() {
    for (file, named) in [
        (".env", ".env"),
        (".env.production", ".env.production"),
        (".git/config", ".git"),
        (".npmrc", ".npmrc"),
        ("docs/.htpasswd", "docs/.htpasswd"),
        ("docs/.well-known/a", "docs/.well-known"),
        ("node_modules/a/index.js", "node_modules"),
        ("certs/server.PEM", "certs/server.PEM"),
        ("id_rsa", "id_rsa"),
    ] {
        let error = shell(&[("index.html", ""), (file, "secret")]).unwrap_err();
        assert!(
            matches!(&error, DistError::Private(path) if path == named),
            "{file}: {error}"
        );
        assert!(
            error
                .to_string()
                .starts_with(&format!("`{named}` would be public"))
        );
    }
    let known = [
        ("index.html", ""),
        (".well-known/security.txt", "x"),
        (".DS_Store", "x"),
    ];
    let dist = shell(&known).unwrap();
    let paths: Vec<_> = dist.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, [".well-known/security.txt", "index.html"]);
}

/// Nobody writes into the pipe, so whoever opened it would wait.
#[test]
fn pipes_and_sockets_are_refused_and_not_read() {
    let built = directory(&[("index.html", "")]);
    let path = built.path().join("special");
    let refused = || {
        let read = Dist::read(built.path(), &Application::Shell);
        matches!(read, Err(DistError::Special(path)) if path == "special")
    };
    let pipe = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(pipe.success() && refused());
    fs::remove_file(&path).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert!(refused());
}

#[test]
fn links_and_huge_files_are_refused() {
    let built = directory(&[("index.html", "")]);
    let link = built.path().join("link");
    std::os::unix::fs::symlink("index.html", &link).unwrap();
    assert!(matches!(
        Dist::read(built.path(), &Application::Shell),
        Err(DistError::Symlink(_))
    ));
    fs::remove_file(&link).unwrap();
    let huge = Open::create(built.path().join("huge.bin")).unwrap();
    huge.set_len(LARGEST + 1).unwrap();
    assert!(matches!(
        Dist::read(built.path(), &Application::Shell),
        Err(DistError::TooLarge { .. })
    ));
}
