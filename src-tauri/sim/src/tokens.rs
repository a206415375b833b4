//! Codes and tokens: long, unlike each other, and the same in every run. Knows nothing of what they open.

use sha2::{Digest, Sha256};

/// Makes one token after another.
#[derive(Debug)]
pub(crate) struct Mint {
    service: &'static str,
    made: u64,
}

impl Mint {
    /// A mint whose tokens depend on the service's name and their number only.
    pub(crate) fn new(service: &'static str) -> Self {
        Self { service, made: 0 }
    }

    /// 64 hexadecimal digits.
    pub(crate) fn short(&mut self) -> String {
        self.made += 1;
        let digest = Sha256::digest(format!("{}/{}", self.service, self.made));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// 960 hexadecimal digits: about the length of MyAnimeList's codes and tokens (myanimelist.md section 1).
    pub(crate) fn long(&mut self) -> String {
        (0..15).map(|_| self.short()).collect()
    }
}
