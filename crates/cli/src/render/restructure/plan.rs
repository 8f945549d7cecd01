//! What each stage of a restructuring would do.

use std::io::{self, Write};

use pgmason_jobs::restructure::report::PlanReport;
use pgmason_model::restructure::{Action, RestructureStep, StepUndo};

use crate::ui::BOLD;

pub(crate) fn render(report: &PlanReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#} on {}", report.title, report.source)?;
    for stage in &report.stages {
        writeln!(out, "\n{BOLD}stage {}{BOLD:#}: {}", stage.name, stage.title)?;
        for operation in &stage.operations {
            writeln!(out, "  {}", operation.title)?;
            steps("start", &operation.start, out)?;
            steps("complete", &operation.complete, out)?;
            for limit in &operation.limits {
                writeln!(out, "    limit: {limit}")?;
            }
            for note in &operation.notes {
                writeln!(out, "    note: {note}")?;
            }
        }
    }
    super::refusals(&report.refusals, out)?;
    super::notes(&report.notes, out)
}

fn steps(phase: &str, steps: &[RestructureStep], out: &mut dyn Write) -> io::Result<()> {
    for step in steps {
        let how = match &step.action {
            Action::Transaction { locks, .. } if locks.is_empty() => String::new(),
            Action::Transaction { locks, .. } => {
                let locks: Vec<String> =
                    locks.iter().map(|lock| format!("{} on {}", lock.mode.keyword(), lock.relation)).collect();
                format!(" [{}]", locks.join(", "))
            }
            Action::Alone { .. } => " [beside the traffic]".to_owned(),
            Action::Backfill(_) => " [in batches]".to_owned(),
            Action::Check { .. } => " [check]".to_owned(),
        };
        writeln!(out, "    {phase}: {}{how}", step.title)?;
        if let StepUndo::Impossible(reason) = &step.undo {
            writeln!(out, "      cannot be taken back: {reason}")?;
        }
    }
    Ok(())
}
