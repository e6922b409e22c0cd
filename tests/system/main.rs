//! The whole system as its users run it: the program on an emulator, with real WebSocket clients.

#[path = "../support/mod.rs"]
mod support;

mod alarms;
mod altered;
mod asking;
mod between;
mod buildspec;
mod by_name;
mod calls;
mod chaos;
mod confined;
mod crash;
mod crowd;
mod dist;
mod drift;
mod environment;
mod failures;
mod fakecloud;
mod federation;
mod front_ends;
mod garbled;
mod identity;
mod kept;
mod least_privilege;
mod life;
mod npm;
mod operators;
mod organisation;
mod outputs;
mod paced;
mod packages;
mod pipeline;
mod policies;
mod recreated;
mod regions;
mod releases;
mod secrets;
mod shell_check;
mod status;
mod strangers;
mod strict;
mod throttled;
mod toggles;
mod waiting;
mod writers;
