//! The software bill of materials, in `CycloneDX`'s JSON.
//!
//! It has no serial number and no time: the same release has the same one. Source: the `CycloneDX`
//! specification 1.6, JSON reference.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::VERSION;
use crate::dependencies::Dependency;
use crate::error::{DistError, io};

/// The reference of the release itself.
const OWN: &str = "frontage";

/// Writes it.
pub(crate) fn write(dependencies: &[Dependency], path: &Path) -> Result<(), DistError> {
    let text = format!("{:#}\n", bill(dependencies));
    fs::write(path, text).map_err(io("write", path))
}

fn bill(dependencies: &[Dependency]) -> Value {
    let urls: Vec<String> = dependencies.iter().map(Dependency::url).collect();
    let mut relations = vec![json!({"ref": OWN, "dependsOn": urls})];
    relations.extend(dependencies.iter().map(|of| {
        // What is compiled for other platforms alone is no component.
        let needs = of.needs.iter().filter(|url| urls.contains(url));
        json!({"ref": of.url(), "dependsOn": needs.collect::<Vec<_>>()})
    }));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": OWN,
                "name": "frontage",
                "version": VERSION,
                "licenses": [{"expression": "MIT OR Apache-2.0"}],
            },
        },
        "components": dependencies.iter().map(component).collect::<Vec<_>>(),
        "dependencies": relations,
    })
}

fn component(of: &Dependency) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": of.url(),
        "name": of.name,
        "version": of.version,
        "purl": of.url(),
    });
    if let Some(licence) = &of.licence {
        component["licenses"] = json!([{"expression": licence}]);
    }
    if let Some((algorithm, hash)) = &of.hash {
        component["hashes"] = json!([{"alg": algorithm, "content": hash}]);
    }
    component
}
