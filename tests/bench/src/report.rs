use std::fmt;

/// A table, what was aimed at, and what to know about both.
#[derive(Debug, Default)]
pub(crate) struct Report {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    aims: Vec<Aim>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Aim {
    text: String,
    is_met: bool,
}

impl Report {
    pub(crate) fn new<'a>(title: &str, columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            title: title.to_owned(),
            columns: columns.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Notes an aim, such as `p99 below 10 ms`, and whether the figures meet it.
    pub(crate) fn aim(&mut self, text: impl Into<String>, is_met: bool) {
        self.aims.push(Aim {
            text: text.into(),
            is_met,
        });
    }

    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Whether every aim was met.
    pub(crate) fn is_met(&self) -> bool {
        self.aims.iter().all(|aim| aim.is_met)
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let widest = cells
                .chain(self.columns.get(column))
                .map(|cell| cell.chars().count());
            widest.max().unwrap_or(0)
        };
        (0..self.columns.len()).map(width).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        let widths = self.widths();
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            writeln!(f, "  {}", line(row, &widths))?;
        }
        for Aim { text, is_met } in &self.aims {
            let verdict = if *is_met { "met" } else { "MISSED" };
            writeln!(f, "  aim {verdict}: {text}")?;
        }
        for note in &self.notes {
            writeln!(f, "  {note}")?;
        }
        Ok(())
    }
}

/// The first cell, which is text, to the left; figures to the right.
fn line(row: &[String], widths: &[usize]) -> String {
    let cell = |(at, (text, width)): (usize, (&String, &usize))| match at {
        0 => format!("{text:<width$}"),
        _ => format!("{text:>width$}"),
    };
    let cells: Vec<String> = row.iter().zip(widths).enumerate().map(cell).collect();
    cells.join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_table_with_its_aims() {
        let mut report = Report::new("status", ["case", "n"]);
        report.row(["idle".to_owned(), "1200".to_owned()]);
        report.aim("no errors", true);
        report.note("quiet");

        let shown = report.to_string();

        assert_eq!(
            shown,
            "status\n  case     n\n  idle  1200\n  aim met: no errors\n  quiet\n"
        );
        assert!(report.is_met());
    }

    #[test]
    fn one_missed_aim_is_enough() {
        let mut report = Report::new("status", ["case"]);
        report.aim("no errors", true);
        report.aim("p99 below 10 ms", false);

        assert!(!report.is_met());
        assert!(report.to_string().contains("aim MISSED: p99 below 10 ms"));
    }
}
