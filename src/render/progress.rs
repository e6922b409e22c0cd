//! Steps as they start and end: a live display on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use engine::{DriverError, Event, StepKind};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use model::Address;
use tokio::sync::mpsc::UnboundedReceiver;

use super::visible;

/// Shows the events of a run until it ends.
pub async fn progress(mut events: UnboundedReceiver<Event>) {
    let mut display = Display::new();
    while let Some(event) = events.recv().await {
        display.show(event);
    }
}

/// The address of a step, and the word for its action.
type Flying = (Address, String);

struct Display {
    bars: MultiProgress,
    live: bool,
    flying: BTreeMap<Flying, (Instant, ProgressBar)>,
}

impl Display {
    fn new() -> Self {
        let bars = MultiProgress::new();
        let live = !bars.is_hidden();
        Self {
            bars,
            live,
            flying: BTreeMap::new(),
        }
    }

    fn show(&mut self, event: Event) {
        match event {
            Event::Started { address, kind } => self.start(address, words(kind).0),
            Event::Waiting {
                address,
                kind,
                what,
            } => self.wait(&address, words(kind).0, &what),
            Event::Ended {
                address,
                kind,
                failure,
            } => self.end(&address, words(kind), failure.as_ref()),
            Event::Settling { address, what } => self.start(address, &what),
            Event::Settled { address, failure } => self.settled(&address, failure.as_ref()),
        }
    }

    /// Says what a step waits for.
    fn wait(&self, address: &Address, doing: &str, what: &str) {
        let text = format!("{address}: {doing}, waiting for {what}");
        match self.flying.get(&(address.clone(), doing.to_owned())) {
            Some((_, bar)) if self.live => bar.set_message(visible::field(&text)),
            _ => self.line(&format!("  {text}")),
        }
    }

    fn settled(&mut self, address: &Address, failure: Option<&DriverError>) {
        let what = self
            .flying
            .keys()
            .find(|(flying, _)| flying == address)
            .map(|(_, what)| what.clone());
        self.end(address, (&what.unwrap_or_default(), "everywhere"), failure);
    }

    fn end(
        &mut self,
        address: &Address,
        (doing, done): (&str, &str),
        failure: Option<&DriverError>,
    ) {
        let flying = self.flying.remove(&(address.clone(), doing.to_owned()));
        let (began, bar) = flying.unwrap_or_else(|| (Instant::now(), ProgressBar::hidden()));
        bar.finish_and_clear();
        let took = began.elapsed().as_secs_f64();
        let line = match failure {
            None => format!("  {address}: {done} in {took:.1} s"),
            Some(error @ DriverError::Interrupted { .. }) => {
                format!("  {address}: {error}, after {took:.1} s")
            }
            Some(error) => format!("  {address}: failed after {took:.1} s: {error}"),
        };
        self.line(&line);
    }

    fn start(&mut self, address: Address, doing: &str) {
        let text = format!("{address}: {doing}");
        let bar = if self.live {
            self.bars.add(ProgressBar::new_spinner())
        } else {
            ProgressBar::hidden()
        };
        if self.live {
            let style = ProgressStyle::with_template("  {spinner} {msg} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_message(visible::field(&text));
            bar.enable_steady_tick(Duration::from_millis(120));
        } else {
            self.line(&format!("  {text}"));
        }
        self.flying
            .insert((address, doing.to_owned()), (Instant::now(), bar));
    }

    fn line(&self, text: &str) {
        use std::io::Write as _;
        let write = || {
            let _ = writeln!(std::io::stderr(), "{}", visible::lines(text));
        };
        self.bars.suspend(write);
    }
}

fn words(kind: StepKind) -> (&'static str, &'static str) {
    match kind {
        StepKind::Create => ("creating", "created"),
        StepKind::Update => ("changing", "changed"),
        StepKind::Delete => ("deleting", "deleted"),
    }
}
