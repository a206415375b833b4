//! Text for people: tables and lists of facts, aligned by what characters take on a screen. Knows nothing of the library.

use comfy_table::{Attribute, Cell, Color, ContentArrangement, Row, presets::NOTHING};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How text may look where it goes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    /// Whether colours are understood and wanted.
    pub(crate) colour: bool,
    /// Columns of the screen; none: it goes to a file or another program.
    pub(crate) width: Option<u16>,
}

/// How a piece of text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it is.
    Plain,
    /// All is well.
    Good,
    /// Somebody should look at it.
    Attention,
    /// It went wrong.
    Bad,
    /// Of less interest.
    Quiet,
}

/// A table under construction.
pub(crate) struct Table {
    look: Look,
    rows: Vec<Vec<(String, Tone)>>,
    header: Vec<&'static str>,
}

impl Look {
    /// How wide a title may be, in columns.
    pub(crate) fn title_width(self) -> usize {
        match self.width {
            Some(width) => usize::from(width).saturating_sub(60).clamp(20, 60),
            None => 60,
        }
    }

    /// The text in its tone.
    pub(crate) fn toned(self, text: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Good => "32",
            Tone::Attention => "33",
            Tone::Bad => "31",
            Tone::Quiet => "2",
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(look: Look, header: &[&'static str]) -> Self {
        Self { look, rows: Vec::new(), header: header.to_vec() }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.toned_row(cells.map(|cell| (cell, Tone::Plain)));
    }

    /// Adds a row of which each cell has a tone.
    pub(crate) fn toned_row<const N: usize>(&mut self, cells: [(String, Tone); N]) {
        self.rows.push(cells.into_iter().map(|(text, tone)| (plain(&text), tone)).collect());
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text, without a line break at its end.
    pub(crate) fn text(self) -> String {
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_header(self.header.iter().map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
        table.add_rows(self.rows.into_iter().map(row));
        match self.look.width {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if self.look.colour {
            table.enforce_styling()
        } else {
            table.force_no_tty()
        };
        table.column_iter_mut().for_each(|column| {
            column.set_padding((0, 2));
        });
        table.trim_fmt()
    }
}

fn row(cells: Vec<(String, Tone)>) -> Row {
    Row::from(cells.into_iter().map(|(text, tone)| match tone {
        Tone::Plain => Cell::new(text),
        Tone::Good => Cell::new(text).fg(Color::Green),
        Tone::Attention => Cell::new(text).fg(Color::Yellow),
        Tone::Bad => Cell::new(text).fg(Color::Red),
        Tone::Quiet => Cell::new(text).add_attribute(Attribute::Dim),
    }))
}

/// Lines of a name and what it is, the second column aligned.
pub(crate) fn facts(facts: &[(&str, String)]) -> String {
    let widest = facts.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let line = |(name, fact): &(&str, String)| {
        format!("{name}{}  {}", " ".repeat(widest.saturating_sub(name.width())), plain(fact))
    };
    facts.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The text in at most so many columns, with an ellipsis where something was cut off.
pub(crate) fn truncated(text: &str, columns: usize) -> String {
    let text = plain(text);
    if text.width() <= columns {
        return text;
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| match left.checked_sub(c.width().unwrap_or(0)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// The text on one line and without control characters: a title from elsewhere must not command the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Marks that reorder the line they stand in, and so the columns beside them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_are_cut_by_what_they_take_on_the_screen() {
        assert_eq!(truncated("Berserk", 7), "Berserk");
        assert_eq!(truncated("Berserk of Gluttony", 8), "Berserk…");
        assert_eq!(truncated("進撃の巨人", 10), "進撃の巨人");
        assert_eq!(truncated("進撃の巨人", 9), "進撃の巨…");
        assert_eq!(truncated("進撃の巨人", 8), "進撃の…");
        assert_eq!(truncated("進撃", 1), "…");
    }

    #[test]
    fn no_title_can_command_the_terminal() {
        assert_eq!(plain("a\x1b[31mb\r\n\u{202e}c\u{7}"), "a [31mb  c ");
    }

    #[test]
    fn columns_stay_aligned_beside_wide_characters() {
        let mut table = Table::new(Look::default(), &["TITLE", "CHAPTERS"]);
        table.row(["進撃の巨人".into(), "139".into()]);
        table.row(["Berserk".into(), "52".into()]);
        let text = table.text();
        let second = |line: &str| line.rfind("  ").map_or(0, |at| line[..at + 2].width());
        let columns: Vec<usize> = text.lines().map(second).collect();
        assert_eq!(columns, [12, 12, 12], "{text}");
    }

    #[test]
    fn without_colour_a_table_is_plain_text() {
        let mut table = Table::new(Look::default(), &["A"]);
        table.toned_row([("bad".into(), Tone::Bad)]);
        assert!(!table.text().contains('\x1b'));
        let mut table = Table::new(Look { colour: true, width: None }, &["A"]);
        table.toned_row([("bad".into(), Tone::Bad)]);
        assert!(table.text().contains('\x1b'));
    }
}
