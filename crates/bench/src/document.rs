//! docs/benchmarks.md: people write its text, this program its measured parts.

use std::fmt;
use std::path::PathBuf;

use crate::outcome::Outcome;

/// A Markdown table.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<'t>(header: impl IntoIterator<Item = &'t str>) -> Self {
        Self {
            header: header.into_iter().map(str::to_owned).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = vec!["---".to_owned(); self.header.len()];
        for row in [&self.header, &rule].into_iter().chain(&self.rows) {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// Replaces one measured part.
pub(crate) fn write(name: &str, machine: &str, table: &Table) -> Outcome<()> {
    let root = local::workspace_root().ok_or("not in a source tree")?;
    let path: PathBuf = root.join("docs/benchmarks.md");
    let text = std::fs::read_to_string(&path)?;
    let measured = format!("{table}\n{machine}\n");
    let text = replace(&text, name, &measured)
        .ok_or_else(|| format!("no part `{name}` in {}", path.display()))?;
    Ok(std::fs::write(&path, text)?)
}

/// A part is enclosed by `<!-- measured: NAME -->` and `<!-- end -->`.
fn replace(text: &str, name: &str, measured: &str) -> Option<String> {
    let begin = format!("<!-- measured: {name} -->\n");
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once("<!-- end -->")?;
    Some(format!("{before}{begin}\n{measured}\n<!-- end -->{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_part_changes() {
        let text = "a\n<!-- measured: x -->\nold\n<!-- end -->\nb\n<!-- measured: y -->\nstays\n<!-- end -->\n";
        let new = "a\n<!-- measured: x -->\n\nnew\n\n<!-- end -->\nb\n<!-- measured: y -->\nstays\n<!-- end -->\n";
        assert_eq!(replace(text, "x", "new\n").as_deref(), Some(new));
        assert_eq!(replace(text, "z", "new"), None);
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(["a", "b"]);
        table.row(["1".to_owned(), "2".to_owned()]);
        assert_eq!(table.to_string(), "| a | b |\n| --- | --- |\n| 1 | 2 |\n");
    }
}
