//! Many requests of one kind, with their outcomes in order, and the sense to stop asking where it is of no use.
//! Knows no service.

use std::{
    future::Future,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use futures::{StreamExt, stream};
use kuroibara_core::Provider;

use super::ApiError;
use crate::http::HttpError;

/// After so many requests in a row without an answer the rest of a batch is not sent.
const PATIENCE: u32 = 3;

/// Asks once for each item, at most `at_once` at a time, and gives the outcomes in the items' order. A failure spoils
/// no other item; but once a token has ended, or a service has gone silent or blocks us, the rest stays unsent.
pub(super) async fn in_order<'a, T, R, F>(
    provider: Provider,
    items: &'a [T],
    at_once: usize,
    ask: impl Fn(&'a T) -> F,
) -> Vec<Result<R, ApiError>>
where
    T: Sync,
    R: Send,
    F: Future<Output = Result<R, ApiError>>,
{
    let mood = Mood::new(provider);
    let turn = |item: &'a T| {
        let (mood, asked) = (&mood, &ask);
        async move {
            mood.admits()?;
            let outcome = asked(item).await;
            mood.heard(outcome.as_ref().err());
            outcome.map_err(|error| mood.in_full(error))
        }
    };
    // The compiler can't prove a lazily mapped stream to be `Send` here; futures that nobody polls yet cost nothing.
    let turns: Vec<_> = items.iter().map(turn).collect();
    stream::iter(turns).buffered(at_once).collect().await
}

/// What the outcomes so far say about asking on.
struct Mood {
    provider: Provider,
    /// Zero; one, when the token has ended; two, when only the person can renew it.
    ended: AtomicU32,
    /// Requests without an answer since the last one with an answer.
    silent: AtomicU32,
    /// How it turned us away, or said that it is switched off: that holds for the rest as well.
    shut: OnceLock<HttpError>,
}

impl Mood {
    fn new(provider: Provider) -> Self {
        Self { provider, ended: AtomicU32::new(0), silent: AtomicU32::new(0), shut: OnceLock::new() }
    }

    fn admits(&self) -> Result<(), ApiError> {
        let provider = self.provider;
        if let Some(shut) = self.shut.get() {
            return Err(shut.clone().into());
        }
        match (self.ended.load(Ordering::Relaxed), self.silent.load(Ordering::Relaxed)) {
            (0, 0..PATIENCE) => Ok(()),
            (0, _) => Err(HttpError::Unreachable { provider, reason: "it did not answer just before".into() }.into()),
            (1, _) => Err(ApiError::TokenExpired(provider)),
            (_, _) => Err(ApiError::SignInAgain(provider)),
        }
    }

    /// What was under way already when the service turned us away finds no more than a pause: that is the same story.
    fn in_full(&self, error: ApiError) -> ApiError {
        let is_pause = matches!(error, ApiError::Http(HttpError::Paused { .. }));
        self.shut.get().filter(|_| is_pause).map_or(error, |shut| shut.clone().into())
    }

    fn heard(&self, error: Option<&ApiError>) {
        match error {
            Some(ApiError::TokenExpired(_)) => drop(self.ended.fetch_max(1, Ordering::Relaxed)),
            Some(ApiError::SignInAgain(_)) => drop(self.ended.fetch_max(2, Ordering::Relaxed)),
            Some(ApiError::Http(shut @ (HttpError::ShutOut { .. } | HttpError::Outage { status: 403, .. }))) => {
                // The first one stands: what comes after it was under way already, and says the same.
                drop(self.shut.set(shut.clone()));
            }
            Some(ApiError::Http(
                HttpError::Unreachable { .. } | HttpError::AnswerLost { .. } | HttpError::Outage { .. },
            )) => drop(self.silent.fetch_add(1, Ordering::Relaxed)),
            // `http` itself sends nothing in these states, and says why better than we could.
            Some(ApiError::Http(
                HttpError::Paused { .. } | HttpError::LeaseLost | HttpError::Unusable(_) | HttpError::Insecure(_),
            )) => {}
            None | Some(ApiError::Refused { .. } | ApiError::NotFound(_) | ApiError::Unreadable { .. }) => {
                self.silent.store(0, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::sync::Mutex;

    use super::*;
    use crate::http::PauseReason;

    const P: Provider = Provider::Kitsu;

    fn silence() -> ApiError {
        HttpError::AnswerLost { provider: P, reason: "test".into(), is_read: false }.into()
    }

    async fn asked(at_once: usize, outcomes: &[Result<u32, ApiError>]) -> (Vec<Result<u32, ApiError>>, usize) {
        let sent = Mutex::new(0);
        let out = in_order(P, outcomes, at_once, |outcome| {
            *sent.lock().unwrap() += 1;
            let outcome = outcome.clone();
            async move { outcome }
        })
        .await;
        let sent = *sent.lock().unwrap();
        (out, sent)
    }

    #[tokio::test]
    async fn outcomes_come_in_the_order_of_the_items() {
        let (out, _) = asked(4, &[Ok(1), Err(ApiError::NotFound(P)), Ok(3), Ok(4), Ok(5)]).await;
        assert!(matches!(out[..], [Ok(1), Err(ApiError::NotFound(_)), Ok(3), Ok(4), Ok(5)]));
    }

    #[tokio::test]
    async fn one_lost_answer_spoils_no_other_item() {
        let (out, sent) = asked(1, &[Ok(1), Err(silence()), Ok(3), Err(silence()), Err(silence()), Ok(6)]).await;
        assert_eq!((out.iter().filter(|o| o.is_ok()).count(), sent), (3, 6));
    }

    #[tokio::test]
    async fn a_silent_service_is_not_asked_for_ever() {
        let (out, sent) = asked(1, &vec![Err(silence()); 100]).await;
        assert_eq!((out.len(), sent), (100, 3));
        assert!(matches!(out[99], Err(ApiError::Http(HttpError::Unreachable { .. }))), "the rest was not sent");
    }

    #[tokio::test]
    async fn after_a_block_page_or_the_word_that_it_is_switched_off_nothing_is_sent_and_the_rest_is_told_the_same() {
        let (blocked, off) =
            (HttpError::ShutOut { provider: P, status: 403 }, HttpError::Outage { provider: P, status: 403 });
        for turned_away in [ApiError::from(blocked), off.into()] {
            let (out, sent) = asked(1, &[Ok(1), Err(turned_away.clone()), Ok(3), Ok(4)]).await;
            assert_eq!(sent, 2);
            for rest in &out[1..] {
                assert_eq!(rest.as_ref().unwrap_err().to_string(), turned_away.to_string());
            }
        }
    }

    #[tokio::test]
    async fn what_finds_a_pause_after_a_block_page_is_told_as_turned_away_too() {
        let blocked = HttpError::ShutOut { provider: P, status: 403 };
        let paused = HttpError::Paused { provider: P, until: Default::default(), reason: PauseReason::TooMany };
        let (out, _) = asked(2, &[Err(blocked.into()), Err(paused.clone().into()), Ok(3)]).await;
        for rest in &out {
            assert!(matches!(rest, Err(ApiError::Http(HttpError::ShutOut { .. }))), "{rest:?}");
        }
        let (out, _) = asked(1, &[Err(paused.into())]).await;
        assert!(
            matches!(out[0], Err(ApiError::Http(HttpError::Paused { .. }))),
            "a pause of its own stays one: {out:?}"
        );
    }

    #[tokio::test]
    async fn after_a_token_has_ended_nothing_is_sent_with_it() {
        let (out, sent) = asked(1, &[Ok(1), Err(ApiError::TokenExpired(P)), Ok(3)]).await;
        assert_eq!(sent, 2);
        assert!(matches!(out[2], Err(ApiError::TokenExpired(_))));
    }
}
