//! What the terminal shows beside the data: colours, progress, errors. All of it on standard error.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use pgmason_jobs::progress::Event;
use pgmason_model::Level;

use crate::arguments::Colour;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();

pub(crate) fn level_style(level: Level) -> Style {
    match level {
        Level::Error => AnsiColor::Red.on_default().bold(),
        Level::Warning => AnsiColor::Yellow.on_default(),
        Level::Info => AnsiColor::Blue.on_default(),
    }
}

/// Sets what `anstream` does for the whole run; `auto` heeds NO_COLOR and whether the stream is a terminal.
pub(crate) fn set_colour(colour: Colour) {
    match colour {
        Colour::Auto => anstream::ColorChoice::Auto,
        Colour::Always => anstream::ColorChoice::Always,
        Colour::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

pub(crate) fn error(message: &str, causes: &[String], hint: Option<&str>) {
    let mut stream = anstream::stderr().lock();
    let style = level_style(Level::Error);
    let mut text = format!("{style}error:{style:#} {message}\n");
    for cause in causes {
        text.push_str(&format!("  caused by: {cause}\n"));
    }
    if let Some(hint) = hint {
        text.push_str(&format!("\n{HINT}hint:{HINT:#} {hint}\n"));
    }
    // Nobody is left to tell when standard error is gone.
    drop(stream.write_all(text.as_bytes()));
}

pub(crate) fn note(message: &str) {
    drop(writeln!(anstream::stderr().lock(), "{DIM}note:{DIM:#} {message}"));
}

/// Progress on a terminal; elsewhere only what is done once is told.
pub(crate) struct Progress {
    state: Mutex<State>,
    shown: bool,
    quiet: bool,
}

struct State {
    bar: Option<ProgressBar>,
    started: Instant,
}

/// Work that is over sooner is not worth a line.
const PATIENCE: Duration = Duration::from_millis(300);

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        Self { state: Mutex::new(State { bar: None, started: Instant::now() }), shown, quiet }
    }

    pub(crate) fn event(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let told = match &event {
            Event::Once(message) => Some(*message),
            Event::Told(message) => Some(message.as_str()),
            _ => None,
        };
        if let (Some(message), false) = (told, self.quiet) {
            match &state.bar {
                Some(bar) => bar.suspend(|| note(message)),
                None => note(message),
            }
        }
        if !self.shown || matches!(event, Event::Told(_)) {
            return;
        }
        if state.bar.is_none() && state.started.elapsed() < PATIENCE {
            return;
        }
        let bar = state.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_message(match event {
            Event::Once(message) => message.to_owned(),
            Event::Reading { files } => format!("reading {files} files"),
            Event::Replaying { done, total, file } => format!("replaying {}/{total} {file}", done + 1),
            Event::Renaming { done, total } => format!("renaming {}/{total}", done + 1),
            Event::Testing { done, total, file } => format!("testing {}/{total} {file}", done + 1),
            Event::ReadingCatalog => "reading the catalog".to_owned(),
            Event::Proving => "proving the plan on a scratch database".to_owned(),
            Event::Judging => "judging".to_owned(),
            Event::Applying { done, total, file, step: (step, steps) } => {
                format!("applying {}/{total} {file}, statement {step} of {steps}", done + 1)
            }
            Event::Restructuring { total: 0, step, detail, .. } => format!("{step}: {detail}"),
            Event::Restructuring { done, total, step, .. } => format!("step {}/{total}: {step}", done + 1),
            Event::Told(message) => message,
            Event::Database { done, total, failed } => format!("{done} of {total} databases done, {failed} failed"),
        });
    }

    /// Removes the line before data is printed.
    pub(crate) fn finish(&self) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
    }
}
