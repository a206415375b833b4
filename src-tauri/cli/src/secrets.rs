//! Secrets from a person: the first line of standard input, or typed without being shown. Never from the arguments, which
//! every process of the machine can read.

use std::io::{self, BufRead, IsTerminal};

use kuroibara_engine::secret::Secret;
use zeroize::Zeroizing;

use crate::failure::{Failure, Lack};

/// No secret is longer, in bytes.
const LONGEST: u64 = 64 << 10;

/// The first line of standard input, without its line break. `what` names it in the error.
pub(crate) fn from_stdin(what: &str) -> Result<Secret, Failure> {
    first_line(io::stdin().lock(), what)
}

fn first_line(input: impl BufRead, what: &str) -> Result<Secret, Failure> {
    let mut line = Zeroizing::new(String::new());
    let read = input.take(LONGEST).read_line(&mut line);
    let text = line.strip_suffix('\n').map_or(line.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    match read {
        Ok(_) if !text.is_empty() => Ok(Secret::new(text)),
        Ok(_) | Err(_) => Err(Failure::NoSecret(what.to_owned())),
    }
}

/// Asks on the terminal; none: there is nobody to ask, or nothing was typed.
pub(crate) fn ask(question: &str) -> Option<Secret> {
    if !io::stderr().is_terminal() {
        return None;
    }
    let typed = rpassword::prompt_password(format!("{question}: ")).ok().map(Zeroizing::new)?;
    (!typed.is_empty()).then(|| Secret::new(typed.as_str()))
}

/// Asks for the passphrase that is lacking; a new one twice, since a slip of the finger would lock the sign-ins up.
pub(crate) fn ask_passphrase(lack: Lack) -> Option<Secret> {
    match lack {
        Lack::Passphrase => ask("Passphrase that seals the sign-ins"),
        Lack::NewPassphrase => {
            let chosen = ask("There is no keyring here. Choose a passphrase that seals the sign-ins")?;
            let again = ask("The same again")?;
            (chosen.reveal() == again.reveal()).then_some(chosen)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_secret_is_the_first_line_without_its_line_break() {
        for (input, secret) in [("abc\n", "abc"), ("abc\r\nmore\n", "abc"), ("abc", "abc"), (" a b \n", " a b ")] {
            assert_eq!(first_line(input.as_bytes(), "a secret").unwrap().reveal(), secret);
        }
    }

    #[test]
    fn an_empty_line_is_no_secret() {
        for input in ["", "\n", "\r\n", "\nabc\n"] {
            assert!(matches!(first_line(input.as_bytes(), "a secret"), Err(Failure::NoSecret(_))), "{input:?}");
        }
    }
}
