//! What a team's application uses that the shell's page must allow: origins, workers, permissions.

use super::table::{Rejected, Table};

/// An ability of the browser that a person is asked about before a page has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Pictures of the camera.
    Camera,
    /// Where the device is.
    Geolocation,
    /// Sounds of the microphone.
    Microphone,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Camera, Self::Geolocation, Self::Microphone];

    /// Its name in the header `Permissions-Policy`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Geolocation => "geolocation",
            Self::Microphone => "microphone",
        }
    }

    fn described(text: &str) -> Result<Self, Rejected> {
        let named = Self::ALL.into_iter().find(|one| one.as_str() == text);
        named.ok_or_else(|| Rejected {
            why: "no such permission".to_owned(),
            help: "use `camera`, `geolocation` or `microphone`; a page needs no permission of the shell for others"
                .to_owned(),
        })
    }
}

/// What a team's application uses, other than its own site: the shell's content security policy and
/// its permissions policy name it. Each origin is a scheme, a host, perhaps with `*.` before it, and perhaps a port.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Sources {
    /// What it connects to: `https` or `wss`. Default: nothing.
    pub connects_to: Vec<String>,
    /// Where its images come from. Default: its own site.
    pub images: Vec<String>,
    /// Where its fonts come from. Default: the shell's site.
    pub fonts: Vec<String>,
    /// What it shows in frames. Default: nothing.
    pub frames: Vec<String>,
    /// Where its sounds and films come from. Default: nothing.
    pub media: Vec<String>,
    /// Whether it runs web workers, which it makes from a blob: no browser loads one from another
    /// origin. Default: no.
    pub workers: bool,
    /// What it may ask people for. Default: nothing.
    pub permissions: Vec<Permission>,
}

impl Sources {
    pub(super) fn read(table: &mut Table) -> Self {
        let mut sources = |key, schemes: &'static [&str]| {
            let origins = table.texts(key, |text| origin(text, schemes));
            origins.unwrap_or_default()
        };
        Self {
            connects_to: sources("connects_to", &["https", "wss"]),
            images: sources("images", &["https"]),
            fonts: sources("fonts", &["https"]),
            frames: sources("frames", &["https"]),
            media: sources("media", &["https"]),
            workers: table.boolean("workers").unwrap_or(false),
            permissions: (table.texts("permissions", Permission::described)).unwrap_or_default(),
        }
    }
}

/// Whether a text is a host name in lower case with at least two labels.
pub(super) fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .chars()
                .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.contains('.') && text.split('.').all(label)
}

pub(super) fn origin(text: &str, schemes: &[&str]) -> Result<String, Rejected> {
    let rejected = |why: String| Rejected {
        why,
        help: "use a scheme, a host in lower case and perhaps a port, such as \
               `https://api.example.com`, `https://*.example.com` or `https://example.com:8443`"
            .to_owned(),
    };
    let (scheme, authority) = text
        .split_once("://")
        .ok_or_else(|| rejected("no scheme, such as `https://`".to_owned()))?;
    if !schemes.contains(&scheme) {
        let allowed = schemes.join("` or `");
        return Err(rejected(format!("the scheme must be `{allowed}`")));
    }
    if authority.contains(['/', '?', '#']) {
        return Err(rejected("an origin has no path".to_owned()));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    if !is_host(host.strip_prefix("*.").unwrap_or(host)) {
        return Err(rejected("not a host".to_owned()));
    }
    if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
        return Err(rejected("not a port".to_owned()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_origin(text: &str) -> bool {
        origin(text, &["https", "wss"]).is_ok()
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for text in [
            "https://api.example.com",
            "wss://live.example.com",
            "https://*.example.com",
            "https://xn--bcher-kva.example:8443",
        ] {
            assert!(is_origin(text), "{text}");
        }
    }

    /// Whatever could end a directive, begin another or name more than an origin is refused.
    #[test]
    fn nothing_else_is() {
        for text in [
            "",
            "api.example.com",
            "http://api.example.com",
            "data:",
            "https:",
            "https://",
            "https://*",
            "https://*.com",
            "https://a.*.com",
            "https://localhost",
            "https://example.com/",
            "https://example.com?a",
            "https://example.com; script-src *",
            "https://example.com *",
            "https://example.com,",
            "https://Example.com",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:*",
            "https://example.com:70000",
            "https://user@example.com",
            "'unsafe-inline'",
        ] {
            assert!(!is_origin(text), "{text}");
        }
    }
}
