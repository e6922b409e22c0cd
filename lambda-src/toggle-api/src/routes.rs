//! Which request does what.

use crate::DESCRIPTION;
use crate::event::{Event, Response};
use crate::problem::{Code, Problem};

/// Answers a request.
#[must_use]
pub fn answer(event: &Event) -> Response {
    let method = event.request_context.http.method.as_str();
    match (method, event.raw_path.as_str()) {
        ("GET", "/openapi.json") => Response::json(200, DESCRIPTION.to_owned()),
        (method, path) => {
            Problem::new(Code::UnknownRoute, format!("there is no {method} {path}")).response()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn get(path: &str) -> Response {
        let event = json!({"rawPath": path, "requestContext": {"http": {"method": "GET"}}});
        answer(&serde_json::from_value(event).unwrap())
    }

    #[test]
    fn the_description_is_served_and_other_routes_are_not_there() {
        let described = get("/openapi.json");
        assert_eq!(described.status_code, 200);
        let described: Value = serde_json::from_str(&described.body).unwrap();
        assert_eq!(described["openapi"], "3.1.0");
        let unknown = get("/nothing");
        assert_eq!(unknown.status_code, 404);
        assert_eq!(unknown.headers["content-type"], "application/problem+json");
        assert_eq!(
            serde_json::from_str::<Value>(&unknown.body).unwrap()["code"],
            "unknown-route"
        );
    }
}
