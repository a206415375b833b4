//! Accounts: tokens that are good right now, signing in, setting up an API client, disconnecting.
//!
//! Plain tokens exist here only on their way between the vault, a client and a request.

mod account;
mod sign_in;

pub use account::LoginBegun;
pub(crate) use sign_in::SignIn;
