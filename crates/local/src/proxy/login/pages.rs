//! The pages' forms and URLs.

use form_urlencoded::{Serializer, parse};

use super::sessions::Credentials;

/// The parameters of a request for a code, which the form passes on to the code.
const ASKED: [&str; 8] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// The pairs of a query or of a form.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn of(encoded: &[u8]) -> Self {
        Self(
            parse(encoded)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The value of the first of the names that has one.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        let value = |name: &&str| {
            self.0
                .iter()
                .find(|(found, _)| found == name)
                .map(|(_, value)| value.as_str())
        };
        names
            .iter()
            .filter_map(value)
            .find(|value| !value.is_empty())
    }
}

/// The prompt that an application wants for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// A prompt if one is needed.
    Any,
    /// No prompt.
    None,
    /// The name and the password, with or without a session.
    Login,
}

impl Prompt {
    pub(super) fn of(form: &Form) -> Self {
        let mut wanted = form.first(&["prompt"]).unwrap_or_default().split(' ');
        wanted.find_map(Self::named).unwrap_or(Self::Any)
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "login" | "select_account" => Some(Self::Login),
            _ => None,
        }
    }
}

/// The login form of this request, as the user fills it in.
pub(super) fn filled_in(asked: &Form, credentials: &Credentials) -> String {
    let mut form = Serializer::new(String::new());
    for name in ASKED {
        form.append_pair(name, asked.first(&[name]).unwrap_or_default());
    }
    form.append_pair("username", &credentials.username)
        .append_pair("password", &credentials.password);
    form.finish()
}

/// The URL that reports to the application that no user is signed in (section 3.1.2.6 of the
/// standard).
pub(super) fn login_required(asked: &Form) -> Option<String> {
    let redirect_uri = asked.first(&["redirect_uri"])?;
    let mut error = Serializer::new(String::new());
    error.append_pair("error", "login_required");
    if let Some(state) = asked.first(&["state"]) {
        error.append_pair("state", state);
    }
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    Some(format!("{redirect_uri}{separator}{}", error.finish()))
}

/// The token that a page contains instead of the user's name.
pub(super) fn token(page: &str) -> Option<&str> {
    let field = |name| {
        page.split_once(&format!("name=\"{name}\" value=\""))
            .map(|(_, rest)| rest)
    };
    field("np_token")
        .or_else(|| field("ua_token"))?
        .split('"')
        .next()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_prompt_is_understood() {
        for (query, wanted) in [
            ("", Prompt::Any),
            ("prompt=", Prompt::Any),
            ("prompt=consent", Prompt::Any),
            ("prompt=none", Prompt::None),
            ("prompt=consent+login", Prompt::Login),
            ("prompt=select_account", Prompt::Login),
        ] {
            assert_eq!(Prompt::of(&Form::of(query.as_bytes())), wanted, "{query}");
        }
    }

    #[test]
    fn an_application_hears_that_nobody_is_signed_in() {
        let asked = Form::of(b"redirect_uri=http%3A%2F%2Fshell%2Fsigned-in&state=a%26b");
        assert_eq!(
            login_required(&asked).unwrap(),
            "http://shell/signed-in?error=login_required&state=a%26b"
        );
        let asked = Form::of(b"redirect_uri=http%3A%2F%2Fshell%2F%3Fx");
        assert_eq!(
            login_required(&asked).unwrap(),
            "http://shell/?x&error=login_required"
        );
        assert_eq!(login_required(&Form::of(b"")), None);
    }

    #[test]
    fn a_form_carries_what_was_asked_and_nothing_else() {
        let asked = Form::of(b"client_id=c&state=s&prompt=none&np_token=t&auth_flow=USER_AUTH");
        let credentials = Credentials {
            username: "ada@example.com".into(),
            password: "a&b".into(),
        };
        let filled = filled_in(&asked, &credentials);
        assert!(filled.starts_with("client_id=c&redirect_uri=&"), "{filled}");
        assert!(
            filled.ends_with("&username=ada%40example.com&password=a%26b"),
            "{filled}"
        );
        assert!(
            !filled.contains("prompt") && !filled.contains("token") && !filled.contains("flow"),
            "{filled}"
        );
    }

    #[test]
    fn a_page_carries_a_token() {
        assert_eq!(
            token(r#"<input type="hidden" name="np_token" value="abc_-1">"#),
            Some("abc_-1")
        );
        assert_eq!(
            token(r#"<input type="hidden" name="ua_token" value="x">"#),
            Some("x")
        );
        assert_eq!(token("<html>"), None);
    }
}
