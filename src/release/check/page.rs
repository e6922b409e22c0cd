//! A page of the shell: its own content security policy, and its inline scripts.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::error::PageFlaw;

/// The parts of a page that decide which inline scripts run.
#[derive(Debug)]
pub(super) struct Page<'t> {
    /// The sources of `script-src-elem` in the policy before the first script.
    scripts: Option<Vec<String>>,
    /// The texts of the inline scripts.
    inline: Vec<&'t str>,
}

impl<'t> Page<'t> {
    /// Reads a page as a build writes it: tags are found by their names, without a whole parser of HTML.
    pub(super) fn read(text: &'t str) -> Self {
        let lower = text.to_ascii_lowercase();
        let (mut inline, mut at, mut first) = (Vec::new(), 0, None);
        while let Some(begin) = find(&lower, "<script", at) {
            first.get_or_insert(begin);
            let Some(open) = find(&lower, ">", begin) else {
                break;
            };
            let end = find(&lower, "</script", open).unwrap_or(text.len());
            if !lower[begin..open].contains(" src=") {
                inline.push(&text[open + 1..end]);
            }
            at = end;
        }
        let before = &text[..first.unwrap_or(text.len())];
        Self {
            scripts: policy(before).map(|policy| sources(&policy)),
            inline,
        }
    }

    /// # Errors
    /// A script could run that is none of the page's own, or one of its own cannot.
    pub(super) fn check(&self) -> Result<(), PageFlaw> {
        let scripts = self.scripts.as_ref().ok_or(PageFlaw::NoPolicy)?;
        if scripts.is_empty() || scripts.iter().any(|source| source.contains("unsafe")) {
            return Err(PageFlaw::Open);
        }
        for text in &self.inline {
            let hash = BASE64_STANDARD.encode(Sha256::digest(text));
            if !scripts.contains(&format!("'sha256-{hash}'")) {
                return Err(PageFlaw::NotListed(hash));
            }
        }
        Ok(())
    }
}

fn find(text: &str, wanted: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(wanted).map(|at| at + from)
}

/// The value of the `meta` element with a content security policy. Vite writes the quotation marks in it
/// as references.
fn policy(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let name = lower.find("http-equiv=\"content-security-policy\"")?;
    let begin = lower[..name].rfind("<meta")?;
    let end = find(&lower, ">", name)?;
    let value = find(&lower[..end], "content=\"", begin)? + "content=\"".len();
    let escaped = text.get(value..find(text, "\"", value)?)?;
    Some(escaped.replace("&#39;", "'"))
}

/// The sources of `script-src-elem`, or else of `script-src`; no other is what inline scripts obey.
fn sources(policy: &str) -> Vec<String> {
    let directive = |name: &str| {
        policy.split(';').find_map(|directive| {
            let mut words = directive.split_whitespace();
            let found = words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case(name));
            found.then(|| words.map(str::to_owned).collect())
        })
    };
    directive("script-src-elem")
        .or_else(|| directive("script-src"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"{"imports":{}}"#;
    /// `printf '{"imports":{}}' | openssl dgst -sha256 -binary | base64`.
    const HASH: &str = "'sha256-URrTy+Il/Nz0lHojVUx275hWqAWhkSF0VsHbUM4/6Hw='";

    fn page(policy: &str, scripts: &str) -> Result<(), PageFlaw> {
        let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
        Page::read(&format!("<!doctype html><head>{meta}{scripts}</head>")).check()
    }

    #[test]
    fn a_page_names_its_inline_scripts() {
        let scripts = format!(
            "<script type=\"importmap\">{MAP}</script><script type=module src=/a.js></script>"
        );
        assert!(page(&format!("script-src-elem * {HASH}"), &scripts).is_ok());
        assert!(page(&format!("img-src *; script-src {HASH}"), &scripts).is_ok());
        let escaped = HASH.replace('\'', "&#39;");
        assert!(page(&format!("img-src *; script-src-elem {escaped} *"), &scripts).is_ok());
        let other = page("script-src-elem * 'sha256-other='", &scripts);
        assert!(matches!(other, Err(PageFlaw::NotListed(hash)) if HASH.contains(&hash)));
    }

    #[test]
    fn a_policy_that_allows_every_script_is_none() {
        for policy in [
            "script-src-elem * 'unsafe-inline'",
            "default-src 'self'",
            "",
        ] {
            assert!(matches!(page(policy, ""), Err(PageFlaw::Open)), "{policy}");
        }
    }

    #[test]
    fn a_policy_after_a_script_comes_too_late() {
        let meta = "<META HTTP-EQUIV=\"Content-Security-Policy\" CONTENT=\"script-src-elem *\">";
        let late = format!("<script src=\"/a.js\"></script>{meta}");
        assert!(matches!(Page::read(&late).check(), Err(PageFlaw::NoPolicy)));
        let early = format!("{meta}<script src=\"/a.js\"></script>");
        assert!(Page::read(&early).check().is_ok());
        assert!(matches!(Page::read("<p>").check(), Err(PageFlaw::NoPolicy)));
    }
}
