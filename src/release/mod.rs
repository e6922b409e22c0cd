//! Releases of front-ends: what a build left goes into a bucket, and a pointer there says which of
//! it is current.
//!
//! Nothing here knows a stack, a command or a terminal.
//!
//! # What stands in a bucket
//! - `assets/…`: files with a hash of their contents in their names. Written once, shared by
//!   releases.
//! - `releases/VERSION/…`: copies of a release's other files, and `release.json`, its record.
//!   Written once, the record last, so a release with a record is whole.
//! - the other files at their own paths, as the current release has them ("loose files").
//! - the pointer: `index.html` of the shell, `manifest.json` of a team. Its metadata name the
//!   current release, the canary, and what was current before, so all of it changes in one write
//!   ([`pointer`]).
//!
//! # Why a release is never seen in part
//! What the pointer leads to is there before the pointer is written, and what has a hash or a
//! version in its name never changes. Loose files are the exception, since their paths are fixed:
//! the shell's pages of two releases share them for a moment. A page meets loose files newer than
//! itself, never older ones, since they are written before the pointer of a newer release and after
//! that of an older one ([`switch`]). The major version in a loose file's name makes that safe.
//!
//! # Why two publishers end with one release
//! The pointer is written only if it is still what was read at the very start, so of two publishers
//! one fails. It may have written loose files after the winner did. Therefore each of them, the
//! loser too, *settles*: it compares the loose files with the release that the pointer names now,
//! writes those that differ from that release's copies, and begins again until nothing differs
//! while the pointer stands still. Take the very last write of a loose file: its writer compared
//! afterwards and wrote nothing more, so all was as the pointer said; had the pointer moved later,
//! its mover would have settled, found a difference and written. So loose files and pointer end as
//! one release. A publisher that dies before it has settled leaves the rest to the next publish or
//! rollback, which settles as well, even where it has nothing to publish.
//!
//! An entity tag is the hash of the contents, so two releases with the same pointer contents are
//! told apart by its metadata, read again just before. Two that slip through even there both
//! succeed, in an order: the later one stands.
//!
//! # Why nothing in use is deleted
//! A publisher leans on files that exist already, and those may be what somebody else is pruning.
//! So a publisher first *announces* its release, then looks whether somebody prunes and waits if
//! so, and only then lists what exists. Who prunes first *claims* that, and only then lists records
//! and announcements, and reads the pointer last. Either the pruner sees the announcement, or the
//! publisher sees the claim ([`presence`]). Both give way by the clock: an announcement counts for
//! an hour, and its publisher renews it before; a claim for two minutes, and a pruner deletes
//! nothing once it held it for one. So nobody who died blocks anybody.

mod application;
mod content;
mod dist;
mod error;
mod event;
mod list;
mod manifest;
mod name;
mod pointer;
mod presence;
mod prune;
mod publish;
mod record;
mod releases;
mod rollback;
mod store;
mod switch;
mod upload;
mod version;

pub use application::{Application, Destination};
pub use dist::{Dist, DistError};
pub use error::ReleaseError;
pub use event::{Event, Events};
pub use list::{Listed, Standing};
pub use manifest::{Manifest, Percent};
pub use pointer::KEPT;
pub use publish::{Outcome, Published};
pub use releases::Releases;
pub use rollback::RolledBack;
pub use version::Version;
