//! Ctrl-C cancels what runs on live databases and ends the process with exit code 130. Scratch servers go by themselves: their guard sees the process end.

/// Installs the handler once, for the whole run.
pub(crate) fn exit_with_130() {
    // Without a handler the shell would report the signal all the same; nothing is lost.
    drop(ctrlc::set_handler(|| {
        if pgmason_pg::interrupt::cancel_all() > 0 {
            crate::ui::note("interrupted; `pgmason migration status` tells how far it got, `apply` goes on there");
        }
        std::process::exit(130)
    }));
}
