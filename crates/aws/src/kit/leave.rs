//! Properties that are left as they are unless the description states them.

/// Takes over a live value that the desired state does not state.
pub(crate) fn leave<T: Clone>(desired: &mut Option<T>, live: Option<&T>) {
    if desired.is_none() {
        *desired = live.cloned();
    }
}
