//! One request from its turn to its answer: waiting, sending, repeating.

use std::{sync::PoisonError, time::Duration};

use backon::BackoffBuilder;
use kuroibara_core::{Provider, Time};
use rand::Rng;
use tracing::{debug, warn};

use super::{
    Call, Http, HttpError, Limits, Pause, PauseReason, Repeat, Reply, address,
    answer::{self, LimitHeaders, Verdict},
    knock::{Knock, goes_through},
};

/// The longest pause that a run waits for: a lockout of a minute, and a margin. Beyond it the run goes on without.
const LONGEST_WAIT: Duration = Duration::from_secs(95);
/// How long nobody asks a service that turned us away without a word about its length: its gate stays shut for hours, and
/// longer for who knocks on (myanimelist.md §4).
pub(crate) const SHUT_OUT: Duration = Duration::from_secs(15 * 60);
/// How often one request waits out a pause.
const PAUSES: u32 = 3;
/// How often one request is sent again after a failure.
const AGAIN: usize = 3;
/// The waits before that lie between nothing and 1, 2 and 4 seconds.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// What one request may still use up.
struct Patience {
    waits: backon::ExponentialBackoff,
    pauses: u32,
}

impl Http {
    /// Sends when it is this provider's turn, repeats what may be repeated, and answers what came: a 4xx of the API's own
    /// is a [`Reply`] (but 429, which is waited out).
    pub async fn send(&self, call: Call) -> Result<Reply, HttpError> {
        if !address::is_safe(call.request.url()) {
            return Err(HttpError::Insecure(call.provider));
        }
        let mut patience = Patience::new();
        loop {
            let verdict = self.attempt(&call).await?;
            if let Verdict::Answer(reply) = verdict {
                return Ok(reply);
            }
            self.endure(&call, verdict, &mut patience).await?;
        }
    }

    /// Waits for the turn, makes sure that the lease is held, sends once.
    async fn attempt(&self, call: &Call) -> Result<Verdict, HttpError> {
        let lane = &self.shared.lanes[call.provider];
        // The semaphore is never closed; were it, going on without it would be right.
        let _place = lane.places.acquire().await.ok();
        // Ends with the place: whoever waits for what a knock finds holds a place as well, so a knock must not wait for one.
        let mut knock = None;
        self.turn(call, &mut knock).await?;
        if let Some(fence) = &self.fence
            && !fence.holds().await
        {
            return Err(HttpError::LeaseLost);
        }
        let verdict = self.ask(call).await?;
        let knocks_in_vain = knock.is_some() && !verdict.opens();
        if knock.is_some() && !knocks_in_vain {
            self.shared.ledger.lift(call.provider).await;
        }
        let verdict = verdict.of(call.repeat);
        self.learn(call.provider, &verdict).await;
        match verdict {
            Verdict::Lost { error, .. } | Verdict::NotSent(error) if knocks_in_vain => Err(error),
            verdict => Ok(verdict),
        }
    }

    async fn ask(&self, call: &Call) -> Result<Verdict, HttpError> {
        let Some(request) = call.request.try_clone() else {
            let reason = "the request can't be sent twice".to_owned();
            return Err(HttpError::Unreachable { provider: call.provider, reason });
        };
        let client = self.shared.client_for(request.url())?;
        self.counters.add(call.provider);
        self.shared.ledger.count(call.provider, call.route).await;
        let begun = std::time::Instant::now();
        let verdict = answer::judge(call.provider, client.execute(request).await, || self.shared.clock.now()).await;
        let status = verdict.status();
        debug!(
            provider = call.provider.as_str(),
            route = call.route,
            status,
            ms = begun.elapsed().as_millis() as u64,
            "asked"
        );
        Ok(verdict)
    }

    /// Waits until this provider may be asked.
    pub(super) async fn turn<'a>(&'a self, call: &Call, knock: &mut Option<Knock<'a>>) -> Result<(), HttpError> {
        self.wait_out_pause(call.provider, knock).await?;
        if self.shared.settings.limits == Limits::Off && address::is_loopback(call.request.url()) {
            return Ok(());
        }
        let wait = self.turns(call.provider).reserve(self.shared.clock.now());
        if wait.is_zero() {
            return Ok(());
        }
        self.shared.clock.sleep(wait).await;
        // Somebody else may have been told to wait meanwhile.
        self.wait_out_pause(call.provider, knock).await
    }

    async fn wait_out_pause<'a>(&'a self, provider: Provider, knock: &mut Option<Knock<'a>>) -> Result<(), HttpError> {
        loop {
            // Whoever has knocked stands at the door already.
            let door = if knock.is_none() { self.door(provider).await } else { None };
            let Some(pause) = self.shared.ledger.paused(provider).await else { return Ok(()) };
            let left = self.left_of(&pause);
            if matches!(left, Ok(Duration::ZERO)) || goes_through(&pause, door, knock) {
                return Ok(());
            }
            self.shared.clock.sleep(left?).await;
        }
    }

    /// How long to wait for the end of a pause, or an error where nobody waits that long.
    pub(super) fn left_of(&self, pause: &Pause) -> Result<Duration, HttpError> {
        let &Pause { provider, until, reason } = pause;
        let now = self.shared.clock.now();
        match (until - now).to_std().unwrap_or_default() {
            _ if !pause.holds(now) => Ok(Duration::ZERO),
            left if left > LONGEST_WAIT => Err(HttpError::Paused { provider, until, reason }),
            left => Ok(left),
        }
    }

    /// Tells the next ones what the provider said of its limits.
    async fn learn(&self, provider: Provider, verdict: &Verdict) {
        match verdict {
            Verdict::Answer(reply) => {
                self.note_time(provider, reply);
                let said = LimitHeaders::read(&reply.headers, reply.received_at);
                self.turns(provider).learn(said.limit, said.remaining);
                if said.remaining == Some(0) {
                    let pause = said.reset.unwrap_or(Duration::from_secs(60)) + Duration::from_secs(1);
                    self.pause(provider, pause, PauseReason::MinuteUsedUp).await;
                }
            }
            Verdict::TooMany { pause } => {
                self.turns(provider).locked_out();
                self.pause(provider, *pause, PauseReason::TooMany).await;
            }
            Verdict::Lost { error: HttpError::ShutOut { .. }, pause, .. } => {
                self.pause(provider, pause.unwrap_or(SHUT_OUT), PauseReason::ShutOut).await;
            }
            Verdict::Lost { pause: Some(pause), .. } => self.pause(provider, *pause, PauseReason::NotWorking).await,
            Verdict::Lost { pause: None, .. } | Verdict::NotSent(_) => {}
        }
    }

    fn note_time(&self, provider: Provider, reply: &Reply) {
        if reply.headers.contains_key(reqwest::header::DATE) {
            let mut known = self.shared.lanes[provider].clock_ahead.lock().unwrap_or_else(PoisonError::into_inner);
            *known = Some(reply.clock_ahead());
        }
    }

    /// Leaves a provider alone for so long: for those, too, who find the reason in words that only they understand.
    pub(crate) async fn pause(&self, provider: Provider, pause: Duration, reason: PauseReason) {
        let until: Time = self.shared.clock.now() + pause;
        warn!(provider = provider.as_str(), seconds = pause.as_secs(), reason = reason.as_str(), "paused");
        self.shared.ledger.pause(provider, until, reason).await;
    }

    /// Waits before the next attempt, or says why there is none.
    async fn endure(&self, call: &Call, verdict: Verdict, patience: &mut Patience) -> Result<(), HttpError> {
        let error = match verdict {
            // The pause is in the ledger: the next attempt waits it out, or says that it is too long.
            Verdict::TooMany { pause } => return patience.pause(call.provider, self.shared.clock.now() + pause),
            Verdict::NotSent(error) => error,
            Verdict::Lost { error, again, .. } if !again || call.repeat == Repeat::Never => return Err(error),
            Verdict::Lost { error, .. } => error,
            Verdict::Answer(_) => return Ok(()),
        };
        let Some(most) = patience.waits.next() else { return Err(error) };
        warn!(provider = call.provider.as_str(), route = call.route, %error, "asked again");
        let wait = self.jitter(most);
        self.shared.clock.sleep(wait).await;
        Ok(())
    }

    /// Anything up to `most`, so that many who failed together do not come back together.
    fn jitter(&self, most: Duration) -> Duration {
        let mut rng = self.shared.rng.lock().unwrap_or_else(PoisonError::into_inner);
        rng.random_range(Duration::ZERO..=most)
    }
}

impl Patience {
    fn new() -> Self {
        let waits = backon::ExponentialBuilder::new().with_min_delay(FIRST_WAIT).with_max_times(AGAIN).build();
        Self { waits, pauses: 0 }
    }

    fn pause(&mut self, provider: Provider, until: Time) -> Result<(), HttpError> {
        self.pauses += 1;
        let reason = PauseReason::TooMany;
        if self.pauses > PAUSES { Err(HttpError::Paused { provider, until, reason }) } else { Ok(()) }
    }
}

impl Verdict {
    /// The verdict on such a request: what only asked has changed nothing.
    fn of(mut self, repeat: Repeat) -> Self {
        if let Self::Lost { error: HttpError::AnswerLost { is_read, .. }, .. } = &mut self {
            *is_read = repeat == Repeat::Read;
        }
        self
    }

    /// Whether the service let us in and said something of its own: then it turns us away no more.
    fn opens(&self) -> bool {
        match self {
            Self::Answer(_) | Self::TooMany { .. } => true,
            Self::Lost { error, pause, .. } => pause.is_some() && !matches!(error, HttpError::ShutOut { .. }),
            Self::NotSent(_) => false,
        }
    }

    /// For the log: the status, or 0 where there was none.
    fn status(&self) -> u16 {
        match self {
            Self::Answer(reply) => reply.status.as_u16(),
            Self::TooMany { .. } => 429,
            Self::Lost { error: HttpError::Outage { status, .. } | HttpError::ShutOut { status, .. }, .. } => *status,
            Self::Lost { .. } | Self::NotSent(_) => 0,
        }
    }
}
