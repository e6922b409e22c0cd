//! The rules for the names of a build's files.

/// The minimum length of a hash in a name: Vite's has 8 characters.
const HASH: usize = 8;

/// Whether URLs, S3 and `CloudFront` preserve a path: it contains no characters that any of them
/// escapes in its own way.
pub(super) fn is_plain(path: &str) -> bool {
    path.chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-~@=,!$()".contains(c))
}

/// Whether a file's name has a hash before its extension, as in `main-B7f_x2-Q.js`.
///
/// It cannot distinguish `my-elements.js` from a hash. That the contents under one name never
/// change is checked as well.
pub(super) fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let dots = name.match_indices('.').map(|(at, _)| at);
    dots.into_iter().any(|at| ends_in_hash(&name[..at]))
}

fn ends_in_hash(stem: &str) -> bool {
    let is_hash = |text: &str| {
        text.len() >= HASH
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    let starts = stem
        .match_indices(['-', '.', '_'])
        .map(|(at, _)| at)
        .filter(|at| *at > 0);
    starts.into_iter().any(|at| is_hash(&stem[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_seen() {
        for name in [
            "main-B7f_x2-Q.js",
            "assets/index-DiwrgTda.css",
            "a.0123456789abcdef.js",
            "m-B7f_x2-Q.js.map",
        ] {
            assert!(is_hashed(name), "{name}");
        }
        for name in [
            "main.js",
            "main-1.js",
            "assets/logo.png",
            "-B7fx2Qab.js",
            "B7fx2Qab.js",
            "main-B7fx2Qab",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn only_plain_characters_pass() {
        assert!(is_plain("assets/@acme~a_b-c.(1).js"));
        for path in [
            "a b", "a%20b", "a+b", "a?b", "a#b", "ä", "a\\b", "[id].js", "a\nb", "a&b", "a:b",
            "a;b", "a'b",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
