//! What a client says about itself in the handshake.

use toggle_contract::doors::{
    ID_LENGTH, ID_PARAMETER, SUBPROTOCOL, TOKEN_PARAMETER, TOKEN_PROTOCOL,
};

use crate::websocket::SocketEvent;

/// The parts of a handshake that the doors look at.
pub struct Handshake<'e> {
    /// The origin of the page, if a browser connects.
    pub origin: Option<&'e str>,
    /// A token.
    pub token: Option<&'e str>,
    /// A stable id that the client chose.
    pub id: Option<&'e str>,
    /// Whether it offers the toggles' subprotocol. A browser closes the connection unless the response
    /// chooses one of those that it offered (RFC 6455, 4.1), and also if the response chooses another.
    pub offers_protocol: bool,
}

impl<'e> Handshake<'e> {
    /// Reads an event of `$connect`. A token in the URL is one only if that is allowed.
    #[must_use]
    pub fn of(event: &'e SocketEvent, token_in_query: bool) -> Self {
        let offered = || {
            let headers = event.header("sec-websocket-protocol");
            headers
                .flat_map(|offered| offered.split(','))
                .map(str::trim)
        };
        let in_query = || event.parameter(TOKEN_PARAMETER).filter(|_| token_in_query);
        let of_protocol = offered().find_map(|offered| offered.strip_prefix(TOKEN_PROTOCOL));
        let id = event.parameter(ID_PARAMETER);
        Self {
            origin: event.header("origin").next(),
            token: of_protocol
                .or_else(|| event.header("authorization").find_map(bearer))
                .or_else(in_query),
            id: id.filter(|id| (1..=ID_LENGTH).contains(&id.chars().count())),
            offers_protocol: offered().any(|offered| offered == SUBPROTOCOL),
        }
    }
}

/// The token of `Authorization: Bearer TOKEN`. The scheme has no case (RFC 9110, 11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::tests::event;

    type Said<'a> = (Option<&'a str>, Option<&'a str>, bool);

    fn assert_said(headers: &[(&str, &[&str])], query: &[(&str, &str)], wanted: Said<'_>) {
        let event = event(headers, query);
        let handshake = Handshake::of(&event, true);
        let said = (handshake.token, handshake.id, handshake.offers_protocol);
        assert_eq!(said, wanted);
    }

    #[test]
    fn a_token_is_offered_as_a_protocol_or_sent_in_a_header_or_in_the_url() {
        let protocols = "Sec-WebSocket-Protocol";
        let both = [(protocols, &["frontage.toggles.v1, jwt.a.b.c"][..])];
        assert_said(&both, &[], (Some("a.b.c"), None, true));
        let lines = [(protocols, &["jwt.a.b.c", "frontage.toggles.v1"][..])];
        assert_said(&lines, &[], (Some("a.b.c"), None, true));
        let others = [(protocols, &["frontage.toggles.v10,chat"][..])];
        assert_said(&others, &[], (None, None, false));

        let bearer = [("AUTHORIZATION", &["bearer  a.b.c"][..])];
        assert_said(&bearer, &[], (Some("a.b.c"), None, false));
        let other = [("Authorization", &["Basic a.b.c"][..])];
        assert_said(&other, &[], (None, None, false));
        assert_said(&[], &[("token", "a.b.c")], (Some("a.b.c"), None, false));
        let all = [both[0], bearer[0]];
        assert_said(&all, &[("token", "q")], (Some("a.b.c"), None, true));
        let first = [(protocols, &["jwt."][..]), bearer[0]];
        assert_said(&first, &[], (Some(""), None, false));
    }

    #[test]
    fn a_token_in_the_url_is_none_unless_that_is_allowed() {
        let event = event(&[], &[("token", "a.b.c")]);
        assert_eq!(Handshake::of(&event, false).token, None);
    }

    #[test]
    fn an_id_has_1_to_128_characters() {
        let (longest, longer) = ("\u{e9}".repeat(128), "x".repeat(129));
        for (id, wanted) in [
            ("browser-1", Some("browser-1")),
            (&longest, Some(longest.as_str())),
            (&longer, None),
            ("", None),
        ] {
            assert_said(&[], &[("id", id)], (None, wanted, false));
        }
    }

    /// The input of a test's invocation has neither.
    #[test]
    fn an_event_without_headers_says_nothing() {
        assert_said(&[], &[], (None, None, false));
    }
}
