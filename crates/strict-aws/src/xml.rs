//! Values in documents of XML.

use roxmltree::{Document, Node};

/// The texts of all elements at the end of a path, such as `Aliases/Items/CNAME`, wherever the path
/// begins.
pub(crate) fn texts(xml: &str, path: &str) -> Vec<String> {
    let Ok(document) = Document::parse(xml) else {
        return Vec::new();
    };
    let found = document.descendants().filter(|node| ends(*node, path));
    found
        .filter_map(|node| node.text())
        .map(str::to_owned)
        .collect()
}

/// The first of the [`texts`].
pub(crate) fn text(xml: &str, path: &str) -> Option<String> {
    texts(xml, path).into_iter().next()
}

fn ends(node: Node<'_, '_>, path: &str) -> bool {
    let mut names = node.ancestors().map(|node| node.tag_name().name());
    path.rsplit('/').all(|part| names.next() == Some(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_documents_end() {
        let xml = r#"<D xmlns="u"><Id>E1</Id><Origins><Items><Origin><Id>a&apos;</Id></Origin></Items></Origins></D>"#;
        assert_eq!(texts(xml, "Id"), ["E1", "a'"]);
        assert_eq!(texts(xml, "D/Id"), ["E1"]);
        assert_eq!(text(xml, "Items/Origin/Id").as_deref(), Some("a'"));
        assert_eq!(text(xml, "Origin/Name"), None);
        assert_eq!(text("no XML", "Id"), None);
    }
}
