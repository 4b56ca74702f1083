//! What people do on the boards.

mod commenting;
mod moderating;
mod writing;

use std::sync::Arc;

use kernel::{MemberId, Sku};
use platform::ports::Ctx;
use platform::shell::Shell;

pub use moderating::Target;
pub use writing::{New, Patch};

use crate::Host;
use crate::domain::{About, Board, BoardError, Post, PostId, Thread, Viewer};
use crate::needs::Needs;
use crate::store::posts::{After, Filter};
use crate::store::{comments, posts};

/// Said to one post.
const MOST_COMMENTS: i64 = 1000;

pub struct Service {
    pub host: Arc<Host>,
    pub shell: Arc<Shell>,
    pub needs: Needs,
}

impl Service {
    pub async fn list(
        &self,
        filter: Filter,
        after: Option<After>,
        limit: i64,
    ) -> Result<Vec<Post>, BoardError> {
        self.host
            .db
            .read(move |conn| Ok(posts::list(conn, &filter, after.as_ref(), limit)?))
            .await
    }

    /// `Unknown` also when it is on another board, or hidden from the viewer.
    pub async fn thread(
        &self,
        viewer: Viewer,
        board: Board,
        id: PostId,
    ) -> Result<Thread, BoardError> {
        self.host
            .db
            .read(move |conn| {
                let post = visible(posts::by_id(conn, id)?, viewer, board)?;
                let mut said = comments::of(conn, id, MOST_COMMENTS)?;
                said.retain(|comment| comment.is_visible_to(viewer));
                Ok(Thread {
                    post,
                    comments: said,
                })
            })
            .await
    }

    /// What a list of one product's posts is about. Most often somebody wrote about it before, and nobody is asked.
    pub async fn about(&self, sku: &Sku, ctx: &Ctx) -> Result<Option<About>, BoardError> {
        match self.known(sku).await? {
            Some(known) => Ok(Some(known)),
            None => Ok(self.needs.shelf.product(sku.clone(), ctx).await?),
        }
    }

    /// What a new post is about: what is sold, or what was when somebody wrote about it before.
    pub async fn subject(&self, sku: &Sku, ctx: &Ctx) -> Result<Option<About>, BoardError> {
        match self.needs.shelf.product(sku.clone(), ctx).await {
            Ok(Some(about)) => Ok(Some(about)),
            Ok(None) => self.known(sku).await,
            Err(down) => Ok(Some(self.known(sku).await?.ok_or(down)?)),
        }
    }

    /// `Err` with the reason why this member may not review the product.
    pub async fn may_review(
        &self,
        member: MemberId,
        product: &Sku,
        ctx: &Ctx,
    ) -> Result<(), BoardError> {
        let code = product.clone();
        if let Some(review) = self
            .host
            .db
            .read(move |conn| posts::review_of(conn, member, &code))
            .await?
        {
            return Err(BoardError::Twice(review));
        }
        self.has_bought(member, product, ctx).await
    }

    async fn has_bought(
        &self,
        member: MemberId,
        product: &Sku,
        ctx: &Ctx,
    ) -> Result<(), BoardError> {
        let bought = self
            .needs
            .purchases
            .has_bought(member, product.clone(), ctx)
            .await?;
        if bought {
            Ok(())
        } else {
            Err(BoardError::NotBought)
        }
    }

    async fn known(&self, sku: &Sku) -> Result<Option<About>, BoardError> {
        let sku = sku.clone();
        self.host
            .db
            .read(move |conn| Ok(posts::about_known(conn, &sku)?))
            .await
    }

    async fn name(&self, member: MemberId, ctx: &Ctx) -> Result<String, BoardError> {
        self.needs
            .authors
            .name(member, ctx)
            .await?
            .ok_or(BoardError::Departed)
    }
}

fn visible(post: Option<Post>, viewer: Viewer, board: Board) -> Result<Post, BoardError> {
    post.filter(|post| post.board == board && post.is_visible_to(viewer))
        .ok_or(BoardError::Unknown)
}
