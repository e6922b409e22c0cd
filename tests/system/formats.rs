//! Toggles that come from, and go to, other tools' files.

use std::fs;

use serde_json::{Value, json};

use crate::support::cli::{Ended, Project};

fn listed(project: &Project) -> Value {
    let mut toggles = project.ok(&["toggles", "list", "--format", "json"]).json();
    for toggle in toggles.as_array_mut().expect("toggles") {
        toggle.as_object_mut().expect("a toggle").remove("revision");
    }
    toggles
}

fn file(project: &Project, name: &str, content: &Value) {
    fs::write(project.path().join(name), content.to_string()).expect("written");
}

fn told(ended: &Ended) -> String {
    let words = ended.stderr.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

/// `broken`: a file whose toggle `old` is not as it is in the system.
fn nothing_of_a_broken_file_is_written(project: &Project, mut broken: Value) {
    broken["flags"]["old"]["state"] = json!("DISABLED");
    broken["flags"]["zzz"] = json!({
        "state": "DISABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
        "targeting": {"if": [{"inn": [1, 2]}, "on", "off"]},
    });
    file(project, "broken.json", &broken);
    let ended = project.fails(&["toggles", "import", "--from", "flagd", "broken.json"]);
    assert!(
        told(&ended).contains("flagd has no operator `inn`"),
        "{ended:?}"
    );
    broken["flags"]["zzz"]["targeting"] = json!({"if": [{"$ref": "nobody"}, "on", "off"]});
    file(project, "broken.json", &broken);
    let ended = project.fails(&["toggles", "import", "--from", "flagd", "broken.json"]);
    assert!(
        told(&ended).contains("there is no segment `nobody`"),
        "{ended:?}"
    );
    let old = project
        .ok(&["toggles", "get", "old", "--format", "json"])
        .json();
    assert_eq!(old["isActive"], json!(true));
}

#[test]
fn toggles_are_the_same_after_an_export_and_an_import() {
    let project = Project::new();
    project.apply();
    let staff = r#"{"ends_with": [{"var": "email"}, "@example.com"]}"#;
    project.ok(&["toggles", "segment", "set", "staff", staff]);
    project.ok(&[
        "toggles",
        "set",
        "max",
        "on",
        "--value",
        r#"[1, {"a": 0.10}]"#,
    ]);
    let new = "toggles set new on --name New --attribute owner=web --segment staff --percent 10 --requires max \
        --from 09:00 --to 17:00 --days MON-FRI --zone Europe/Berlin";
    project.ok(&new.split_whitespace().collect::<Vec<_>>());
    project.ok(&[
        "toggles",
        "set",
        "color",
        "on",
        "--variant",
        "red=#f00",
        "--variant",
        "blue=#00f",
        "--default-variant",
        "blue",
        "--rule",
        r#"{"if": [{"$ref": "staff"}, "red", null]}"#,
    ]);
    project.ok(&["toggles", "set", "old", "off"]);

    let exported = project.ok(&["toggles", "export", "--to", "flagd", "--out", "flags.json"]);
    assert_eq!(exported.stdout, "4 toggles exported to flags.json\n");
    assert!(
        told(&exported).contains("new: windows: kept in the metadata"),
        "{exported:?}"
    );
    let bytes = fs::read_to_string(project.path().join("flags.json")).expect("exported");
    let document: Value = serde_json::from_str(&bytes).expect("JSON");
    assert_eq!(
        document["flags"]["color"]["targeting"],
        json!({"if": [{"$ref": "staff"}, "red", null]})
    );
    assert_eq!(
        project.ok(&["toggles", "export", "--to", "flagd"]).stdout,
        bytes
    );
    let before = listed(&project);

    // There is nothing to do.
    let import = ["toggles", "import", "--from", "flagd", "flags.json"];
    assert_eq!(
        project.ok(&import).stdout,
        "0 toggles imported; 5 were the same\n"
    );

    for id in ["new", "max", "color", "old"] {
        project.ok(&["toggles", "delete", id]);
    }
    project.ok(&["toggles", "segment", "delete", "staff"]);
    let dry = project.ok(&[&import[..], &["--dry-run"]].concat());
    assert_eq!(
        dry.stdout,
        "+ color  only in flags.json\n+ max  only in flags.json\n+ new  only in flags.json\n\
         + old  only in flags.json\n+ segment:staff  only in flags.json\n"
    );
    assert!(told(&dry).contains("nothing is written"), "{dry:?}");
    assert_eq!(listed(&project), json!([]));
    let imported = project.ok(&[&import[..], &["--comment", "As it was"]].concat());
    assert!(
        imported
            .stdout
            .ends_with("4 toggles and 1 segment imported\n"),
        "{imported:?}"
    );
    assert_eq!(listed(&project), before);
    assert_eq!(
        project.ok(&["toggles", "export", "--to", "flagd"]).stdout,
        bytes
    );

    // A file that was edited.
    let mut edited = document.clone();
    edited["flags"]["old"]["state"] = json!("ENABLED");
    edited["flags"]
        .as_object_mut()
        .expect("flags")
        .remove("max");
    file(&project, "edited.json", &edited);
    let edit = ["toggles", "import", "--from", "flagd", "edited.json"];
    let json = project
        .ok(&[&edit[..], &["--format", "json"]].concat())
        .json();
    assert_eq!(json["imported"], json!(["old"]));
    assert_eq!(json["differences"][0]["here"]["isActive"], json!(false));

    nothing_of_a_broken_file_is_written(&project, document);
    project.destroy();
}

/// What is exported, and what is imported of that, is the same.
fn others_have_what_was_imported(project: &Project) {
    let before = listed(project);
    for tool in ["unleash", "launchdarkly"] {
        project.ok(&["toggles", "export", "--to", tool, "--out", "out.json"]);
        let dry = [
            "toggles",
            "import",
            "--from",
            tool,
            "out.json",
            "--dry-run",
            "--format",
            "json",
        ];
        let differences = project.ok(&dry).json()["differences"].clone();
        let ids = differences
            .as_array()
            .expect("a list")
            .iter()
            .map(|of| of["featureId"].clone());
        let ids: Vec<_> = ids.collect();
        // Neither has the value of one without variants. Unleash has a name only; what is on for nobody is off in
        // LaunchDarkly.
        let wanted = if tool == "unleash" {
            json!(["ld", "length"])
        } else {
            json!(["length", "odd"])
        };
        assert_eq!(json!(ids), wanted, "{differences}");
    }
    assert_eq!(listed(project), before, "nothing is written");
}

#[test]
fn toggles_of_other_tools_are_imported_and_exported() {
    let project = Project::new();
    project.apply();
    file(
        &project,
        "unleash.json",
        &json!({
            "features": [{"name": "u", "description": "Of Unleash"}, {"name": "odd"}],
            "featureStrategies": [
                {"name": "userWithId", "featureName": "u", "parameters": {"userIds": "ann"}},
                {"name": "applicationHostname", "featureName": "odd"},
            ],
            "featureEnvironments": [
                {"featureName": "u", "environment": "development", "enabled": true},
                {"featureName": "odd", "environment": "development", "enabled": true},
            ],
        }),
    );
    let imported = project.ok(&["toggles", "import", "--from", "unleash", "unleash.json"]);
    assert!(
        imported.stdout.ends_with("2 toggles imported\n"),
        "{imported:?}"
    );
    assert!(
        told(&imported).contains("odd: strategy `applicationHostname`"),
        "{imported:?}"
    );
    let explained = ["toggles", "explain", "u", "--format", "json", "--user"];
    let is_on =
        |user: &str| project.ok(&[&explained[..], &[user]].concat()).json()["isActive"].clone();
    assert_eq!((is_on("ann"), is_on("bob")), (json!(true), json!(false)));

    let of = |on: bool| json!({"on": on, "fallthrough": {"variation": 0}, "offVariation": 1});
    file(
        &project,
        "ld.json",
        &json!({"items": [{
            "key": "ld", "name": "Of LaunchDarkly", "variations": [{"value": true}, {"value": false}],
            "environments": {"production": of(true), "test": of(false)},
        }]}),
    );
    let import = ["toggles", "import", "--from", "launchdarkly", "ld.json"];
    let ended = project.fails(&import);
    assert!(
        told(&ended).contains("the file has the environments production, test"),
        "{ended:?}"
    );
    project.ok(&[&import[..], &["--environment", "production"]].concat());
    let got = project.ok(&["toggles", "get", "ld"]).stdout;
    assert!(got.starts_with("ld  on   Of LaunchDarkly\n"), "{got}");

    // A manifest has no states: it resets no toggle.
    file(
        &project,
        "manifest.json",
        &json!({"flags": {
            "ld": {"flagType": "boolean", "defaultValue": false},
            "length": {"flagType": "integer", "defaultValue": 50, "description": "At most"},
        }}),
    );
    let import = [
        "toggles",
        "import",
        "--from",
        "openfeature",
        "manifest.json",
    ];
    assert_eq!(
        project.ok(&import).stdout,
        "+ length  only in manifest.json\n1 toggle imported\n"
    );
    assert_eq!(project.ok(&import).stdout, "0 toggles imported\n");
    let manifest = project
        .ok(&["toggles", "export", "--to", "openfeature"])
        .json();
    assert_eq!(
        manifest["flags"]["length"],
        json!({"flagType": "integer", "defaultValue": 50, "description": "At most"})
    );

    others_have_what_was_imported(&project);
    project.destroy();
}
