//! The signed-in users.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header::{HeaderMap, HeaderValue};

use super::cookies;

/// From the sign-in, as for managed login.
const LIFE: Duration = Duration::from_hours(1);
/// Managed login's cookie name.
const COOKIE: &str = "cognito";
/// The length of a session's id, 256 bits.
const ID_BYTES: usize = 32;

/// The credentials of a user. It has no `Debug`, so that it cannot get into a log.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) username: String,
    pub(super) password: String,
}

/// Sessions by their ids, and sign-ins in progress by the token of the open page. Both are in
/// memory only.
#[derive(Default)]
pub(super) struct Sessions {
    begun: HashMap<String, Session>,
    under_way: HashMap<String, (String, Instant)>,
}

struct Session {
    domain: String,
    credentials: Credentials,
    end: Instant,
}

impl Sessions {
    /// Starts a session and returns its id; `None` if the system has no random numbers.
    pub(super) fn begin(
        &mut self,
        domain: &str,
        credentials: Credentials,
        now: Instant,
    ) -> Option<String> {
        self.forget_ended(now);
        let mut bytes = [0; ID_BYTES];
        if let Err(error) = getrandom::fill(&mut bytes) {
            tracing::error!(%error, "no session: the system has no random numbers");
            return None;
        }
        let id = URL_SAFE_NO_PAD.encode(bytes);
        self.begun.insert(
            id.clone(),
            Session {
                domain: domain.to_owned(),
                credentials,
                end: now + LIFE,
            },
        );
        Some(id)
    }

    /// The credentials of a session, if it belongs to this domain and has not ended.
    pub(super) fn find(&self, id: &str, domain: &str, now: Instant) -> Option<Credentials> {
        let session = self.begun.get(id)?;
        (session.domain == domain && now < session.end).then(|| session.credentials.clone())
    }

    pub(super) fn end(&mut self, id: &str) {
        self.begun.remove(id);
    }

    /// Remembers the user of a page that contains a token instead of the user's name.
    pub(super) fn note_username(&mut self, token: &str, username: String, now: Instant) {
        self.forget_ended(now);
        self.under_way
            .insert(token.to_owned(), (username, now + LIFE));
    }

    pub(super) fn username(&self, token: &str) -> Option<String> {
        self.under_way
            .get(token)
            .map(|(username, _)| username.clone())
    }

    fn forget_ended(&mut self, now: Instant) {
        self.begun.retain(|_, session| now < session.end);
        self.under_way.retain(|_, (_, end)| now < *end);
    }
}

/// The session of a request.
pub(super) fn id(headers: &HeaderMap) -> Option<String> {
    cookies(headers, COOKIE)
        .next()
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
}

/// For the login pages' host only, and not for scripts. It is sent on a redirect from the shell,
/// which is another site. It is not `Secure`, since not every browser lets an `http` page of the
/// loopback set such a cookie.
pub(super) fn cookie(id: &str) -> HeaderValue {
    header(&format!(
        "{COOKIE}={id}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax",
        LIFE.as_secs()
    ))
}

/// Deletes the cookie.
pub(super) fn no_cookie() -> HeaderValue {
    header(&format!(
        "{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    ))
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            username: "ada".into(),
            password: "secret".into(),
        }
    }

    #[test]
    fn a_session_lasts_an_hour_from_its_beginning() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let id = sessions.begin("one", credentials(), now).unwrap();
        let almost = now + LIFE.saturating_sub(Duration::from_secs(1));
        assert_eq!(sessions.find(&id, "one", almost).unwrap().username, "ada");
        assert!(sessions.find(&id, "one", now + LIFE).is_none());

        sessions.begin("one", credentials(), now + LIFE).unwrap();
        assert_eq!(sessions.begun.len(), 1);
    }

    #[test]
    fn a_session_is_of_one_domain_and_ends() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let id = sessions.begin("one", credentials(), now).unwrap();
        assert_ne!(id, sessions.begin("one", credentials(), now).unwrap());
        assert!(sessions.find(&id, "two", now).is_none());
        sessions.end(&id);
        assert!(sessions.find(&id, "one", now).is_none());
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(
            hyper::header::COOKIE,
            HeaderValue::from_static("a=b; cognito=one; cognito2=two"),
        );
        assert_eq!(id(&headers).as_deref(), Some("one"));
        assert_eq!(id(&HeaderMap::new()), None);
    }
}
