//! Text that may become known only once another resource exists.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Address;

/// A string property: known now, or deferred until the resources that it refers to are known.
///
/// It serialises as in CloudFormation: the text itself, or an intrinsic function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// The text itself.
    Known(String),
    /// An expression for the text.
    Deferred(Expression),
}

/// An expression for a [`Text`] that depends on other resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Expression {
    /// An attribute assigned by AWS: ARN, id, stream ARN.
    #[serde(rename = "Fn::GetAtt")]
    Attribute(Address, String),
    /// A fact about the system's environment.
    #[serde(rename = "Ref")]
    Ref(Pseudo),
    /// The parts, joined with the first member as separator.
    #[serde(rename = "Fn::Join")]
    Join(String, Vec<Text>),
    /// A short hash of the parts: changes exactly when one of them does.
    #[serde(rename = "Frontage::Fingerprint")]
    Fingerprint(Vec<Text>),
    /// A secret, by the name of the environment variable that contains it. Only the name is part of
    /// the model; the value is known while a plan is made and applied.
    #[serde(rename = "Frontage::Secret")]
    Secret(String),
}

/// CloudFormation's pseudo parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pseudo {
    /// The account id: 12 digits.
    #[serde(rename = "AWS::AccountId")]
    AccountId,
    /// The Region, such as `eu-west-1`.
    #[serde(rename = "AWS::Region")]
    Region,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    #[serde(rename = "AWS::Partition")]
    Partition,
}

impl Text {
    /// The parts joined without a separator; adjacent known parts become one text.
    pub fn concat(parts: impl IntoIterator<Item = Text>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            part.append_to(&mut flat);
        }
        Self::Deferred(Expression::Join(String::new(), flat))
    }

    fn append_to(self, flat: &mut Vec<Text>) {
        match (self, flat.last_mut()) {
            (Self::Deferred(Expression::Join(between, parts)), _) if between.is_empty() => {
                for part in parts {
                    part.append_to(flat);
                }
            }
            (Self::Known(text), Some(Self::Known(before))) => before.push_str(&text),
            (part, _) => flat.push(part),
        }
    }

    /// A short hash of the parts.
    pub fn fingerprint(parts: impl IntoIterator<Item = Text>) -> Self {
        Self::Deferred(Expression::Fingerprint(parts.into_iter().collect()))
    }

    /// The secret in an environment variable.
    pub fn secret(variable: impl Into<String>) -> Self {
        Self::Deferred(Expression::Secret(variable.into()))
    }

    /// An ARN in the system's partition, Region and account: `arn:P:SERVICE:R:A:RESOURCE`.
    pub fn regional_arn(service: &str, resource: impl IntoIterator<Item = Text>) -> Self {
        Self::arn_in(Pseudo::Region.into(), service, resource)
    }

    /// The same in another Region of the partition.
    pub fn arn_in(region: Text, service: &str, resource: impl IntoIterator<Item = Text>) -> Self {
        let head = [
            Self::from("arn:"),
            Pseudo::Partition.into(),
            Self::Known(format!(":{service}:")),
            region,
            Self::from(":"),
            Pseudo::AccountId.into(),
            Self::from(":"),
        ];
        Self::concat(head.into_iter().chain(resource))
    }

    /// The addresses that the text refers to.
    pub fn references(&self, found: &mut impl FnMut(&Address)) {
        match self {
            Self::Known(_) | Self::Deferred(Expression::Ref(_) | Expression::Secret(_)) => {}
            Self::Deferred(Expression::Attribute(address, _)) => found(address),
            Self::Deferred(Expression::Join(_, parts) | Expression::Fingerprint(parts)) => {
                for part in parts {
                    part.references(found);
                }
            }
        }
    }

    /// The text, if everything that it refers to is known.
    ///
    /// `attribute`, `pseudo` and `secret` return `None` for values that are still unknown.
    pub fn resolve(
        &self,
        attribute: &impl Fn(&Address, &str) -> Option<String>,
        pseudo: &impl Fn(Pseudo) -> Option<String>,
        secret: &impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let all = |parts: &[Text]| {
            parts
                .iter()
                .map(|part| part.resolve(attribute, pseudo, secret))
                .collect::<Option<Vec<_>>>()
        };
        match self {
            Self::Known(text) => Some(text.clone()),
            Self::Deferred(Expression::Attribute(address, name)) => attribute(address, name),
            Self::Deferred(Expression::Ref(name)) => pseudo(*name),
            Self::Deferred(Expression::Secret(variable)) => secret(variable),
            Self::Deferred(Expression::Join(between, parts)) => Some(all(parts)?.join(between)),
            Self::Deferred(Expression::Fingerprint(parts)) => {
                Some(fingerprint(&Value::from(all(parts)?)))
            }
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Known(text)
    }
}

impl From<Pseudo> for Text {
    fn from(name: Pseudo) -> Self {
        Self::Deferred(Expression::Ref(name))
    }
}

/// A short hash (16 hexadecimal digits of SHA-256) of a JSON value; key order does not matter,
/// since `serde_json` keeps object keys sorted.
#[must_use]
pub fn fingerprint(value: &Value) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(value.to_string());
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialises_as_cloudformation_writes_it() {
        let address: Address = "toggles/table".parse().unwrap();
        let text = Text::concat([
            Text::from("a/"),
            Text::Deferred(Expression::Attribute(address, "Arn".into())),
            Pseudo::Region.into(),
        ]);
        let json = serde_json::to_value(&text).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"Fn::Join": ["", ["a/", {"Fn::GetAtt": ["toggles/table", "Arn"]}, {"Ref": "AWS::Region"}]]})
        );
        assert_eq!(serde_json::from_value::<Text>(json).unwrap(), text);
    }
}
