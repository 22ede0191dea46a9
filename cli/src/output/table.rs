//! Tables for people.

use comfy_table::{Cell as TableCell, ColumnConstraint, Row, Table, Width, presets};

use super::{printable::printable, terminal::Surface, tone::Tone};

/// Space between two columns.
const GAP: u16 = 2;
/// Minimum width of a column that is wrapped, in columns of the terminal.
const MIN_WRAPPED_WIDTH: u16 = 10;

/// Column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    is_wrapped: bool,
}

impl Column {
    /// A column whose cells stay on one line: words, and texts that people copy.
    pub(crate) const fn whole(title: &'static str) -> Self {
        let is_wrapped = false;
        Self { title, is_wrapped }
    }

    /// A column whose cells are wrapped if the terminal is too narrow.
    pub(crate) const fn wrapped(title: &'static str) -> Self {
        let is_wrapped = true;
        Self { title, is_wrapped }
    }
}

/// Cell of a table: text in which hidden letters are escaped, so that it has no colours but its own.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A text from outside, or a word of this program.
    pub(crate) fn new(text: &str) -> Self {
        Self::with_tone(text, Tone::Plain)
    }

    /// A word with a meaning.
    pub(crate) fn with_tone(text: &str, tone: impl Into<Tone>) -> Self {
        Self {
            text: printable(text),
            tone: tone.into(),
        }
    }
}

/// A table, or a part of one that is written as its rows arrive.
#[derive(Debug)]
pub(crate) struct TextTable<const N: usize> {
    columns: [Column; N],
    rows: Vec<[Cell; N]>,
    /// Widths of the columns in the parts that were written.
    widths: [u16; N],
    is_header_written: bool,
}

impl<const N: usize> TextTable<N> {
    pub(crate) fn new(columns: [Column; N]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            widths: [0; N],
            is_header_written: false,
        }
    }

    pub(crate) fn add_row(&mut self, row: [Cell; N]) {
        self.rows.push(row);
    }

    /// Takes the rows out as text, below the header if it is the first time. A column is as wide as the rows so far need: later
    /// rows can be wider.
    pub(crate) fn take_text(&mut self, surface: Surface) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).force_no_tty();
        table.set_header(self.columns.map(|column| column.title));
        for row in self.rows.drain(..) {
            table.add_row(Row::from(row.map(|cell| table_cell(cell, surface))));
        }
        if surface.has_color {
            table.enforce_styling();
        }
        let needed = table.column_max_content_widths();
        for (width, needed) in self.widths.iter_mut().zip(needed) {
            *width = needed.max(*width);
        }
        if let Some(limit) = surface.width {
            fit(&mut self.widths, &self.columns, limit);
        }
        for (column, width) in table.column_iter_mut().zip(self.widths) {
            column.set_padding((0, GAP));
            let width = Width::Fixed(width.saturating_add(GAP));
            column.set_constraint(ColumnConstraint::Absolute(width));
        }
        let text = table.trim_fmt();
        if !self.is_header_written {
            self.is_header_written = true;
            return text;
        }
        // Titles are shorter than any column, so that the header is one line.
        let rows = text.split_once('\n').map(|(_, rows)| rows.to_owned());
        rows.unwrap_or_default()
    }
}

fn table_cell(cell: Cell, surface: Surface) -> TableCell {
    let color = cell.tone.color().filter(|_| surface.has_color);
    let table_cell = TableCell::new(cell.text);
    match color {
        Some(color) => table_cell.fg(color),
        None => table_cell,
    }
}

/// Makes the widest of the wrapped columns narrower until the table fits, or none can be narrower.
fn fit<const N: usize>(widths: &mut [u16; N], columns: &[Column; N], limit: u16) {
    let gaps = usize::from(GAP) * N.saturating_sub(1);
    let is_too_wide = |widths: &[u16; N]| {
        widths.iter().copied().map(usize::from).sum::<usize>() + gaps > usize::from(limit)
    };
    while is_too_wide(widths) {
        let wrapped = widths.iter_mut().zip(columns);
        let wrapped =
            wrapped.filter(|(width, column)| column.is_wrapped && **width > MIN_WRAPPED_WIDTH);
        let Some((width, _)) = wrapped.max_by_key(|(width, _)| **width) else {
            return;
        };
        *width -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIPE: Surface = Surface {
        width: None,
        has_color: false,
    };

    fn table(rows: &[[&str; 3]]) -> TextTable<3> {
        let columns = [
            Column::whole("ID"),
            Column::wrapped("NAME"),
            Column::whole("STATE"),
        ];
        let mut table = TextTable::new(columns);
        add(&mut table, rows);
        table
    }

    fn add(table: &mut TextTable<3>, rows: &[[&str; 3]]) {
        for [id, name, state] in rows {
            table.add_row([
                Cell::new(id),
                Cell::new(name),
                Cell::with_tone(state, Tone::Bad),
            ]);
        }
    }

    #[test]
    fn a_pipe_gets_one_line_per_row() {
        let name = "name ".repeat(100);
        let text = table(&[["1", name.trim(), "x"]]).take_text(PIPE);
        assert_eq!(text.lines().count(), 2);
        assert!(text.ends_with("name  x"), "{text}");
    }

    #[test]
    fn a_later_part_has_no_header_and_may_be_wider() {
        let mut table = table(&[["1", "Ann", "x"]]);
        assert_eq!(table.take_text(PIPE), "ID  NAME  STATE\n1   Ann   x");
        add(&mut table, &[["2", "Bo", "y"]]);
        assert_eq!(table.take_text(PIPE), "2   Bo    y");
        add(&mut table, &[["3", "Christina", "z"]]);
        assert_eq!(table.take_text(PIPE), "3   Christina  z");
        add(&mut table, &[["4", "Di", "z"]]);
        assert_eq!(table.take_text(PIPE), "4   Di         z");
    }

    #[test]
    fn a_terminal_wraps_names_and_not_ids() {
        let id = "A".repeat(26);
        let surface = Surface {
            width: Some(50),
            has_color: false,
        };
        let text =
            table(&[[&id, "a name that is longer than the terminal", "x"]]).take_text(surface);
        assert!(text.contains(&id), "{text}");
        assert!(text.lines().all(|line| line.len() <= 50), "{text}");
        assert!(text.lines().count() > 2, "{text}");
    }

    #[test]
    fn a_narrow_terminal_gets_the_table_all_the_same() {
        let surface = Surface {
            width: Some(1),
            has_color: false,
        };
        let text = table(&[["1", "a name of several words", "x"]]).take_text(surface);
        assert!(text.contains("several"), "{text}");
    }

    #[test]
    fn colours_are_those_of_words_and_cannot_be_forged() {
        let surface = Surface {
            width: None,
            has_color: true,
        };
        crossterm::style::force_color_output(true);
        let text = table(&[["1", "\u{1b}[31mred", "failed"]]).take_text(surface);
        assert_eq!(text.matches('\u{1b}').count(), 2, "{text:?}");
        assert!(text.contains("\\u{1b}[31mred"), "{text:?}");
        assert!(
            !table(&[["1", "x", "failed"]])
                .take_text(PIPE)
                .contains('\u{1b}')
        );
    }
}
