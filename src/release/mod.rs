//! Releases of front-ends: a build's output is uploaded to a bucket, and a pointer there says which
//! release is current.
//!
//! Nothing here knows a stack, a command or a terminal.
//!
//! # The contents of a bucket
//! - `assets/…`: files with a hash of their contents in their names. Written once, shared by
//!   releases.
//! - `releases/VERSION/…`: copies of a release's other files, and `release.json`, its record.
//!   Written once, the record last, so a release with a record is complete.
//! - the other files at their own paths, as the current release has them ("loose files").
//! - the pointer: `index.html` for the shell, `manifest.json` for a team. Its metadata name the
//!   current release, the canary, and earlier current releases, so all of this changes in one write
//!   ([`pointer`]).
//!
//! - `previews/NAME.json`: a team's previews, each a manifest of one release ([`preview`]).
//!
//! # Why a partial release is never served
//! Everything that the pointer leads to exists before the pointer is written, and files with a hash
//! or a version in their names never change. Loose files are the exception, since their paths are
//! fixed: the shell's pages of two releases share them for a moment. A page may meet loose files
//! newer than itself, never older ones, since they are written before the pointer of a newer
//! release and after that of an older one ([`switch`]). The major version in a loose file's name
//! makes that safe.
//!
//! # Why two publishers end with one release
//! The pointer is written only if it is still what was read at the very start, so of two publishers
//! one fails. It may have written loose files after the winner did. Therefore both of them, the
//! loser too, *settle*: they compare the loose files with the release that the pointer names now,
//! write those that differ from that release's copies, and start again until nothing differs and
//! the pointer has not moved. Take the very last write of a loose file: its writer compared
//! afterwards and wrote nothing more, so everything matched the pointer; had the pointer moved
//! later, its mover would have settled, found a difference and written. So loose files and pointer
//! end as one release. A publisher that dies before it has settled leaves the rest to the next
//! publish or rollback, which settles as well, even if it has nothing to publish.
//!
//! An entity tag is the hash of the contents, so two releases with the same pointer contents are
//! distinguished by its metadata, read again just before the write. If two slip through even so,
//! both succeed, in some order: the later one wins.
//!
//! # Why nothing in use is deleted
//! A publisher relies on files that exist already, and another process may be pruning them. So a
//! publisher first *announces* its release, then checks whether a pruner is active and waits if so,
//! and only then lists the existing files. A pruner first *claims* the right to prune, and only
//! then lists records and announcements, and reads pointer and previews last. Either the pruner sees the
//! announcement, or the publisher sees the claim ([`presence`]). Both expire by the clock: an
//! announcement is valid for an hour, and its publisher renews it before that; a claim for two
//! minutes, and a pruner deletes nothing after holding it for one. So a dead process never blocks
//! another.

mod alarms;
mod application;
mod calls;
mod check;
mod content;
mod dist;
mod error;
mod event;
mod list;
mod manifest;
mod mark;
mod name;
mod now;
mod pointer;
mod presence;
mod preview;
mod promote;
mod prune;
mod publish;
mod record;
mod releases;
mod rollback;
mod rollout;
mod store;
mod switch;
mod upload;
mod version;

pub use alarms::Alarms;
pub use application::{Application, Destination};
pub use calls::{CALLS, MARKING};
pub use check::{CheckError, Expected};
pub use dist::{Dist, DistError};
pub use error::ReleaseError;
pub use event::{Event, Events};
pub use list::{Listed, Standing};
pub use manifest::{Manifest, Percent};
pub use mark::{Marks, Metric};
pub use now::{Canary, Now};
pub use pointer::KEPT;
pub use preview::{InvalidPreviewName, Preview, PreviewName, Previewed};
pub use prune::Pruned;
pub use publish::{Outcome, Published};
pub use releases::Releases;
pub use rollback::RolledBack;
pub use rollout::{InvalidSteps, Rollout, Steps};
pub use version::Version;
