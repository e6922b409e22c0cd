//! The text of a dashboard: its body, and the owner in a note in its last widget.

use engine::DriverError;
use model::{Owner, Tags};
use serde_json::{Value, json};

use crate::kit::owner_comment;

/// The most characters of a note: far more than one has.
const NOTE: usize = 1_024;

/// The text in front of the note, for people who see it.
const TEXT: &str = "Made by Frontage, which writes over changes.";

/// Reads a text: the body without the note, and the tags that the note replaces. A text that is not JSON,
/// as no console leaves it, is a body that differs from every desired one.
pub(super) fn parse(text: &str) -> (Value, Tags) {
    let Ok(mut body) = serde_json::from_str::<Value>(text) else {
        return (Value::String(text.to_owned()), Tags::new());
    };
    let mut owner = None;
    if let Some(widgets) = body.get_mut("widgets").and_then(Value::as_array_mut) {
        widgets.retain(|widget| match noted(widget) {
            Some(found) => {
                owner = Some(found);
                false
            }
            None => true,
        });
    }
    let tags = owner.as_ref().map(Owner::tags).unwrap_or_default();
    (body, tags)
}

/// The owner that a widget names.
fn noted(widget: &Value) -> Option<Owner> {
    let markdown = widget.pointer("/properties/markdown")?.as_str()?;
    owner_comment::parse(markdown).owner
}

/// The text of a body with a note of its owner below all of it.
///
/// # Errors
/// [`DriverError::Invalid`] if the body has no list of widgets.
pub(super) fn print(body: &Value, owner: &Owner) -> Result<String, DriverError> {
    let mut body = body.clone();
    let widgets = body.get_mut("widgets").and_then(Value::as_array_mut);
    let Some(widgets) = widgets else {
        let why = "a dashboard's body has no list `widgets`".to_owned();
        return Err(DriverError::Invalid(why));
    };
    let number = |widget: &Value, name| widget.get(name).and_then(Value::as_u64).unwrap_or(0);
    let ends = widgets
        .iter()
        .map(|widget| number(widget, "y") + number(widget, "height"));
    let below = ends.max().unwrap_or(0);
    let markdown = owner_comment::write(Some(TEXT), owner, NOTE)?;
    widgets.push(json!({
        "type": "text", "x": 0, "y": below, "width": 24, "height": 1,
        "properties": {"markdown": markdown, "background": "transparent"},
    }));
    Ok(body.to_string())
}
