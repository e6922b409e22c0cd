//! Names of zones and records, as they are compared.

/// A name in one form: in lower case, without a trailing dot, with `*` for the `\052` that Route 53
/// answers with.
pub(crate) fn canonical(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let octal = rest
            .get(..3)
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match octal {
            Some(code) if code.is_ascii() => {
                plain.push(char::from(code));
                rest = &rest[3..];
            }
            _ => plain.push('\\'),
        }
    }
    plain.push_str(rest);
    plain
        .strip_suffix('.')
        .unwrap_or(&plain)
        .to_ascii_lowercase()
}

/// A zone's id without the path that some answers have before it.
pub(crate) fn zone_id(id: &str) -> String {
    id.strip_prefix("/hostedzone/").unwrap_or(id).to_owned()
}

/// The labels of a name before its zone's, empty for the zone itself, or `None` if the name is not
/// in the zone.
pub(super) fn labels_in<'n>(name: &'n str, zone: &str) -> Option<&'n str> {
    if name == zone {
        Some("")
    } else {
        name.strip_suffix(zone)?.strip_suffix('.')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form() {
        for (name, expected) in [
            ("www.example.com.", "www.example.com"),
            ("WWW.Example.com", "www.example.com"),
            ("\\052.example.com.", "*.example.com"),
            ("a\\100b.example.com.", "a@b.example.com"),
            ("odd\\name", "odd\\name"),
            ("(known after apply)", "(known after apply)"),
        ] {
            assert_eq!(canonical(name), expected);
        }
    }

    #[test]
    fn a_name_is_in_its_zone_by_whole_labels() {
        assert_eq!(labels_in("www.example.com", "example.com"), Some("www"));
        assert_eq!(labels_in("example.com", "example.com"), Some(""));
        assert_eq!(labels_in("notexample.com", "example.com"), None);
    }
}
