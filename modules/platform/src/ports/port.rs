use std::sync::Arc;

use tracing::Instrument as _;

use super::remote;
use super::{Answers, Call, Ctx, Neighbours, Place, Unavailable};

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
        let work = async {
            match (self.neighbours.placement.place(self.context), &self.local) {
                (Place::Here, Some(host)) => {
                    let span = tracing::debug_span!(
                        "call",
                        context = self.context,
                        call = C::NAME,
                        at = "local"
                    );
                    host.answer(call, ctx).instrument(span).await
                }
                (Place::At(base), _) => {
                    let span = tracing::debug_span!(
                        "call",
                        context = self.context,
                        call = C::NAME,
                        at = "remote"
                    );
                    remote::call(&self.neighbours, self.context, &base, &call, ctx)
                        .instrument(span)
                        .await
                }
                (Place::Here, None) | (Place::Nowhere, _) => {
                    Err(Unavailable::new(self.context, "no process serves it"))
                }
            }
        };
        tokio::time::timeout_at(ctx.deadline.into(), work)
            .await
            .unwrap_or_else(|_| Err(Unavailable::new(self.context, "the deadline passed")))
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
