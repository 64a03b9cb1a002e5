//! Figures of benchmark tools that print a table. Names are kept whole: they may hold blanks.

mod asv;
mod boxed;

use std::collections::{HashMap, HashSet};

use self::asv::Asv;
pub(super) use self::asv::single;
use self::boxed::Boxed;
pub(super) use self::boxed::headless;
use super::figure::{Found, ReportedFigure, Unit};
use super::quantity::{factor, quantity};
use super::words::{cells, words_at};

/// A table whose head was read.
#[derive(Debug)]
pub(super) enum Table<'a> {
    /// pytest-benchmark: the unit, which figure of a row to take, and how many it has.
    Pytest {
        unit: f64,
        take: usize,
        columns: usize,
    },
    /// Vitest: which figure of a row is the rate, and how many it has; the suite that the head names.
    Vitest {
        take: usize,
        columns: usize,
        suite: String,
    },
    /// Divan: which column to take; the names of the groups that are open.
    Divan { take: usize, path: Vec<&'a str> },
    /// Google Benchmark.
    Google,
    /// JMH.
    Jmh,
    /// A frame of lines, as `console.table` draws it.
    Boxed(Boxed),
    /// The parameters of one benchmark of asv.
    Asv(Asv<'a>),
}

impl<'a> Table<'a> {
    /// The table that a line is the head of. `before` is the line before.
    pub(super) fn head(line: &'a str, before: &str) -> Option<Self> {
        pytest_head(line)
            .or_else(|| vitest_head(line, before))
            .or_else(|| divan_head(line))
            .or_else(|| google_head(line))
            .or_else(|| jmh_head(line))
            .or_else(|| Boxed::head(line).map(Self::Boxed))
            .or_else(|| Asv::head(line).map(Self::Asv))
    }

    /// The figures of a row; `None` where the line is none.
    pub(super) fn row(&mut self, line: &'a str) -> Option<Vec<ReportedFigure>> {
        let bare = line.trim();
        match self {
            Self::Pytest {
                unit,
                take,
                columns,
            } => pytest_row(bare, *unit, *take, *columns).map(|f| vec![f]),
            Self::Vitest { take, columns, .. } => {
                vitest_row(bare, *take, *columns).map(|f| vec![f])
            }
            Self::Divan { take, path } => divan_row(line, *take, path),
            Self::Google => google_row(bare),
            Self::Jmh => jmh_row(bare).map(|f| vec![f]),
            Self::Boxed(head) => head.row(bare).map(|f| f.into_iter().collect()),
            Self::Asv(head) => head.row(bare),
        }
    }

    /// Whether an empty line does not end it.
    pub(super) fn goes_on(&self) -> bool {
        // Lines that log something may stand between the rows of these.
        matches!(self, Self::Google | Self::Jmh)
    }

    /// The figures of a row; of a name that another suite has as well, under the name with the suite before it.
    pub(super) fn told_apart(
        &self,
        mut row: Vec<ReportedFigure>,
        found: &Found,
    ) -> Vec<ReportedFigure> {
        if let Self::Vitest { suite, .. } = self {
            for figure in &mut row {
                if found.has(&figure.name) {
                    figure.name = format!("{suite} > {}", figure.name);
                }
            }
        }
        row
    }
}

/// Cuts a row into a name, which may hold blanks, and so many figures: the name ends before two blanks. `is_figure` says
/// which words behind it are figures; the others are remarks.
fn cut(line: &str, columns: usize, is_figure: impl Fn(&str) -> bool) -> Option<(&str, Vec<&str>)> {
    let words = words_at(line);
    let mut left = words.iter().filter(|(_, word)| is_figure(word)).count();
    (1..words.len()).find_map(|next| {
        let ((at, word), (end, first)) = (words[next - 1], words[next]);
        left -= usize::from(is_figure(word));
        let apart = left == columns && line[at + word.len()..end].contains("  ");
        (apart && quantity(first).is_some()).then(|| {
            let behind = words[next..].iter().map(|(_, word)| *word);
            (
                line[..end].trim(),
                behind.filter(|w| is_figure(w)).collect(),
            )
        })
    })
}

/// `Name (time in us)   Min   Max   Mean   StdDev   Median …`
fn pytest_head<'a>(line: &str) -> Option<Table<'a>> {
    let rest = line.strip_prefix("Name (time in ")?;
    let (unit, columns) = rest.split_once(')')?;
    let (factor, kind) = factor(unit);
    // The unit of a column stands in brackets: `OPS (Kops/s)`.
    let columns = columns.split_whitespace().filter(|c| !c.starts_with('('));
    let columns: Vec<&str> = columns.collect();
    let take = ["Median", "Mean", "Min"]
        .iter()
        .find_map(|wanted| columns.iter().position(|c| c == wanted))?;
    (kind == Unit::Time).then_some(Table::Pytest {
        unit: factor,
        take,
        columns: columns.len(),
    })
}

/// `test_parse[a b]   1.2300 (1.0)   4.5600 (1.02) …`: what stands in brackets compares rows.
fn pytest_row(line: &str, unit: f64, take: usize, columns: usize) -> Option<ReportedFigure> {
    let (name, figures) = cut(line, columns, |w| !w.starts_with('('))?;
    let (value, _) = quantity(figures.get(take)?)?;
    Some(ReportedFigure::new(name, (value * unit, Unit::Time)))
}

/// `name   hz   min   max   mean   p75 …`, below ` ✓ sort.bench.js > lists 1465ms`.
fn vitest_head<'a>(line: &str, before: &str) -> Option<Table<'a>> {
    let columns: Vec<&str> = line.strip_prefix("name ")?.split_whitespace().collect();
    let take = columns.iter().position(|c| *c == "hz")?;
    let suite = before.trim_start_matches(['✓', '❯', '√', ' ']);
    // How long it took stands behind it.
    let (suite, _) = suite
        .rsplit_once(' ')
        .filter(|(_, took)| quantity(took).is_some())
        .unwrap_or((suite, ""));
    columns.contains(&"mean").then(|| Table::Vitest {
        take,
        columns: columns.len(),
        suite: suite.trim().to_owned(),
    })
}

/// `· parse   2,345.67  0.3988  0.8190  0.4263 … ±0.55%   1174   fastest`
fn vitest_row(line: &str, take: usize, columns: usize) -> Option<ReportedFigure> {
    let line = line.trim_start_matches(['·', '-', '•']).trim();
    let (name, figures) = cut(line, columns, |w| w != "fastest" && w != "slowest")?;
    let (value, _) = quantity(figures.get(take)?)?;
    Some(ReportedFigure::new(name, (value, Unit::Rate)))
}

/// `example   fastest │ slowest │ median │ mean │ samples │ iters`
fn divan_head<'a>(line: &str) -> Option<Table<'a>> {
    let columns: Vec<&str> = line.split('│').map(str::trim).collect();
    let take = columns.iter().position(|c| *c == "median")?;
    let ours = columns[0].ends_with("fastest") && columns.contains(&"iters");
    ours.then_some(Table::Divan {
        take,
        path: Vec::new(),
    })
}

/// `│  ├─ 10   1.2 ns │ 1.7 ns │ 1.3 ns │ …`: three places a level, under the names of its groups.
fn divan_row<'a>(
    line: &'a str,
    take: usize,
    path: &mut Vec<&'a str>,
) -> Option<Vec<ReportedFigure>> {
    let branch = line.find("├─ ").or_else(|| line.find("╰─ "));
    let Some(at) = branch else {
        // Counts of allocations and throughput stand below a row without a branch.
        return line.trim_start().starts_with('│').then(Vec::new);
    };
    let depth = line[..at].chars().count() / 3;
    let rest = line.get(at + "├─ ".len()..)?;
    let columns: Vec<&str> = rest.split('│').map(str::trim).collect();
    path.truncate(depth);
    path.push(divan_name(columns[0]));
    let median = columns.get(take).and_then(|c| quantity(c));
    let median = median.filter(|(_, unit)| *unit == Unit::Time);
    let figure = median.map(|value| ReportedFigure::new(&path.join("/"), value));
    Some(figure.into_iter().collect())
}

/// The name before the fastest time, which may be one blank away only: `a name 1.204 ms`.
fn divan_name(column: &str) -> &str {
    let words = words_at(column);
    let time = match words[..] {
        [.., (at, number), (_, unit)] if factor(unit).1 == Unit::Time => {
            Some(at).filter(|at| *at > 0 && quantity(number).is_some())
        }
        _ => None,
    };
    column[..time.unwrap_or(column.len())].trim()
}

/// `Benchmark   Time   CPU   Iterations UserCounters...`
fn google_head<'a>(line: &str) -> Option<Table<'a>> {
    let words: Vec<&str> = line.split_whitespace().take(4).collect();
    (words == ["Benchmark", "Time", "CPU", "Iterations"]).then_some(Table::Google)
}

/// `BM_Parse/8   12.3 ns   12.1 ns   56000000 bytes_per_second=1.2Gi/s`
fn google_row(line: &str) -> Option<Vec<ReportedFigure>> {
    google_cells(line).map(|(name, value, _)| vec![ReportedFigure::new(name, value)])
}

/// Name, time and iterations of a row.
fn google_cells(line: &str) -> Option<(&str, (f64, Unit), &str)> {
    let words: Vec<(usize, &str)> = words_at(line);
    let is = |word: &(usize, &str), unit: Unit| factor(word.1).1 == unit;
    let number = |word: &(usize, &str)| quantity(word.1).is_some_and(|q| q.1 == Unit::Plain);
    let row = words.windows(5).skip(1).find(|row| {
        let [time, unit, cpu, cpu_unit, times] = row else {
            return false;
        };
        number(time)
            && is(unit, Unit::Time)
            && number(cpu)
            && is(cpu_unit, Unit::Time)
            && number(times)
    })?;
    let value = quantity(&format!("{}{}", row[0].1, row[1].1))?;
    Some((line[..row[0].0].trim(), value, row[4].1))
}

/// Names of rows that only say how far the repetitions of a benchmark differ. They come together and have the number of
/// repetitions where others have their iterations; a benchmark's own name may have such an end.
pub(super) fn google_spread(text: &str) -> HashSet<&str> {
    let rows = text.lines().filter_map(|line| google_cells(line.trim()));
    let rows: HashMap<&str, &str> = rows.map(|(name, _, times)| (name, times)).collect();
    let is_spread = |name: &str, times: &str| {
        let ends = ["_mean", "_stddev", "_cv"];
        let Some(base) = ends.iter().find_map(|end| name.strip_suffix(end)) else {
            return false;
        };
        let together = ["_mean", "_median", "_stddev"].map(|end| format!("{base}{end}"));
        (together.iter()).all(|name| rows.get(name.as_str()) == Some(&times))
    };
    let spread = rows.iter().filter(|(name, times)| is_spread(name, times));
    spread.map(|(name, _)| *name).collect()
}

/// `Benchmark   (size)   Mode   Cnt   Score   Error   Units`
fn jmh_head<'a>(line: &str) -> Option<Table<'a>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ours = words.first() == Some(&"Benchmark")
        && ["Mode", "Score", "Units"].iter().all(|w| words.contains(w));
    ours.then_some(Table::Jmh)
}

/// `Lists.sort   10   avgt   25   1.234 ± 0.012   us/op`: the parameters go with the name.
fn jmh_row(line: &str) -> Option<ReportedFigure> {
    let words = words_at(line);
    let mode = |w: &&(usize, &str)| matches!(w.1, "thrpt" | "avgt" | "sample" | "ss");
    let mode = words.iter().rposition(|w| mode(&w)).filter(|at| *at > 0)?;
    let mut named = cells(&line[..words[mode].0]).into_iter();
    let name = named.next()?;
    let parameters: Vec<&str> = named.filter(|p| *p != "N/A").collect();
    let name = match parameters[..] {
        [] => name.to_owned(),
        _ => format!("{name}({})", parameters.join(", ")),
    };
    let figures: Vec<&str> = words[mode + 1..].iter().map(|w| w.1).collect();
    let (unit, figures) = figures.split_last()?;
    let figures: Vec<&&str> = figures.iter().take_while(|w| **w != "±").collect();
    // A score that is too small for its digits is written as `≈ 10⁻³`.
    let score = if figures.iter().any(|w| **w == "≈") {
        "nan"
    } else {
        figures.last()?
    };
    let value = quantity(&format!("{score} {unit}"))?;
    (value.1 != Unit::Plain).then(|| ReportedFigure::new(&name, value))
}
