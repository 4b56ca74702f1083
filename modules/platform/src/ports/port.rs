use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::Instrument as _;

use super::remote::{self, Unanswered};
use super::{Answers, Call, Ctx, Neighbours, Place, There, Unavailable};

/// While data changes hands the table is looked at so often.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The way to one context, wherever it is. Cheap to clone.
pub struct Port<H> {
    context: &'static str,
    local: Option<Arc<H>>,
    neighbours: Arc<Neighbours>,
}

impl<H> Port<H> {
    /// `local`: the context's host, if it is in this process.
    pub fn new(context: &'static str, local: Option<Arc<H>>, neighbours: Arc<Neighbours>) -> Self {
        Self {
            context,
            local,
            neighbours,
        }
    }

    /// Answers before the deadline of `ctx`, or says that nobody did.
    pub async fn call<C: Call>(&self, call: C, ctx: &Ctx) -> Result<C::Answer, Unavailable>
    where
        H: Answers<C>,
    {
        let placement = &self.neighbours.placement;
        let begun = Instant::now();
        let place = self.settled(ctx).await;
        let work = async {
            match (&place, &self.local) {
                (Place::Here, Some(host)) => self.here(host, call, ctx).await,
                (Place::Here, None) => Err(self.nobody()),
                (Place::There(there), _) => self.there(there, call, ctx).await,
            }
        };
        let answer = tokio::time::timeout_at(ctx.deadline.into(), work)
            .await
            .unwrap_or_else(|_| Err(Unavailable::new(self.context, "the deadline passed")));
        let (is_answered, took) = (answer.is_ok(), begun.elapsed());
        placement.told(self.context, &place, is_answered, took);
        let at = if place == Place::Here {
            "local"
        } else {
            "remote"
        };
        tracing::debug!(
            context = self.context,
            call = C::NAME,
            at,
            is_answered,
            ?took,
            "call"
        );
        answer
    }

    /// Who answers. While the data changes hands it is waited for, with half of the time that is left.
    async fn settled(&self, ctx: &Ctx) -> Place {
        let placement = &self.neighbours.placement;
        let until = Instant::now() + ctx.remaining() / 2;
        loop {
            let place = placement.place(self.context, &ctx.identity);
            if !placement.is_in_between(self.context, &place) || Instant::now() >= until {
                return place;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn here<C: Call>(
        &self,
        host: &Arc<H>,
        call: C,
        ctx: &Ctx,
    ) -> Result<C::Answer, Unavailable>
    where
        H: Answers<C>,
    {
        let span =
            tracing::debug_span!("call", context = self.context, call = C::NAME, at = "local");
        host.answer(call, ctx).instrument(span).await
    }

    async fn there<C: Call>(
        &self,
        there: &There,
        call: C,
        ctx: &Ctx,
    ) -> Result<C::Answer, Unavailable>
    where
        H: Answers<C>,
    {
        let span = tracing::debug_span!(
            "call",
            context = self.context,
            call = C::NAME,
            at = "remote"
        );
        let answer = self.remote(there, &call, ctx).instrument(span).await;
        match (&self.local, answer) {
            (Some(host), Err(_)) if C::SAFE && there.or_here => self.here(host, call, ctx).await,
            (_, answer) => answer,
        }
    }

    /// One that takes no connection got nothing of the call: the next may be asked.
    async fn remote<C: Call>(
        &self,
        there: &There,
        call: &C,
        ctx: &Ctx,
    ) -> Result<C::Answer, Unavailable> {
        let Some(base) = &there.base else {
            return Err(self.nobody());
        };
        let ask =
            async |base: &str| remote::call(&self.neighbours, self.context, base, call, ctx).await;
        let first = ask(base).await;
        if matches!(first, Err(Unanswered::Unreached(_))) {
            let placement = &self.neighbours.placement;
            placement.unreached(base);
            if let Place::There(There {
                base: Some(next), ..
            }) = placement.place(self.context, &ctx.identity)
                && next != *base
            {
                return ask(&next).await.map_err(|e| e.by(self.context));
            }
        }
        first.map_err(|e| e.by(self.context))
    }

    fn nobody(&self) -> Unavailable {
        Unavailable::new(self.context, "no process serves it")
    }
}

impl<H> Clone for Port<H> {
    fn clone(&self) -> Self {
        Self {
            context: self.context,
            local: self.local.clone(),
            neighbours: self.neighbours.clone(),
        }
    }
}
