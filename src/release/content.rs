//! The headers that an object is served with.

/// For objects that never change.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// For objects that say what is current.
pub(super) const NO_CACHE: &str = "no-cache";

/// The media type of a file, by its extension; for text with its character set, which is UTF-8.
pub(super) fn media_type(path: &str) -> String {
    let extension = path
        .rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, extension)| extension);
    match extension {
        Some("js" | "mjs") => "text/javascript; charset=utf-8".to_owned(),
        Some("map" | "json") => "application/json".to_owned(),
        Some("webmanifest") => "application/manifest+json".to_owned(),
        Some("ico") => "image/x-icon".to_owned(),
        Some(extension) => guessed(extension),
        None => "application/octet-stream".to_owned(),
    }
}

fn guessed(extension: &str) -> String {
    let media_type = mime_guess::from_ext(extension).first_or_octet_stream();
    let is_text = media_type.type_() == mime_guess::mime::TEXT;
    if is_text {
        format!("{media_type}; charset=utf-8")
    } else {
        media_type.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_what_they_insist_on() {
        for (path, expected) in [
            ("assets/main-1.js", "text/javascript; charset=utf-8"),
            ("assets/main-1.mjs", "text/javascript; charset=utf-8"),
            ("assets/main-1.js.map", "application/json"),
            ("assets/main-1.css", "text/css; charset=utf-8"),
            ("index.html", "text/html; charset=utf-8"),
            ("robots.txt", "text/plain; charset=utf-8"),
            ("site.webmanifest", "application/manifest+json"),
            ("a.svg", "image/svg+xml"),
            ("a.woff2", "font/woff2"),
            ("a.wasm", "application/wasm"),
            ("favicon.ico", "image/x-icon"),
            ("CNAME", "application/octet-stream"),
            ("a.b/c", "application/octet-stream"),
        ] {
            assert_eq!(media_type(path), expected, "{path}");
        }
    }
}
