//! The secrets of one run of an emulator that holds more than a test's resources.

use std::fmt;
use std::io;

/// The bytes of a secret: far more than a page can guess.
const LENGTH: usize = 16;

/// The key pair of an emulator's account, and the key with which its proxy passes its gate. Random,
/// in memory alone, and worthless once the emulator has ended.
///
/// An emulator's functions are native processes of this machine, and any page that is open in a
/// browser can send requests to the loopback. So keys that are in a documentation would let such a
/// page run programs here.
#[derive(Clone)]
pub struct Keys {
    access_key_id: String,
    secret_access_key: String,
    gate: String,
}

impl Keys {
    /// New keys.
    ///
    /// # Errors
    /// If the operating system has no random numbers.
    pub fn random() -> io::Result<Self> {
        Ok(Self {
            access_key_id: format!("DEV{}", random()?.to_ascii_uppercase()),
            secret_access_key: random()?,
            gate: random()?,
        })
    }

    /// The access key id; a secret too, since the emulator checks no signature of it.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret access key.
    #[must_use]
    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// The key of the emulator's gate.
    pub(crate) fn gate(&self) -> &str {
        &self.gate
    }
}

/// All secrets.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

fn random() -> io::Result<String> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(io::Error::from)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_two_runs_have_the_same_keys_and_none_is_shown() {
        let (one, two) = (Keys::random().unwrap(), Keys::random().unwrap());
        for of in [Keys::access_key_id, Keys::secret_access_key, Keys::gate] {
            assert!(of(&one) != of(&two) && of(&one).len() >= 2 * LENGTH);
            assert!(!format!("{one:?}").contains(of(&one)));
        }
    }
}
