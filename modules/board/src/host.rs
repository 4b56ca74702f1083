use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::Sku;
use platform::db::{Conn, Db, DbError};
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;

use crate::NAME;
use crate::api::*;
use crate::domain::{About, Author, Board, Comment, CommentId, Post, PostId, Text};
use crate::store::posts::Filter;
use crate::store::{comments, posts, ratings, talk};

/// More is never asked for by a page.
const MOST: i64 = 100;

/// Answers what others ask of the boards. Asks nobody.
pub struct Host {
    pub db: Db,
    pub shell: Arc<Shell>,
}

impl Host {
    pub fn new(db: Db, shell: Arc<Shell>) -> Self {
        Self { db, shell }
    }

    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<Stars, _>(self)
            .answer::<Discussion, _>(self)
            .answer::<LatestNotices, _>(self)
            .answer::<Unanswered, _>(self)
            .answer::<PutDemoPosts, _>(self)
    }
}

fn failed(error: DbError) -> Unavailable {
    error.of(NAME)
}

impl Answers<Stars> for Host {
    async fn answer(&self, ask: Stars, _: &Ctx) -> Result<Vec<Rating>, Unavailable> {
        self.db
            .read(move |conn| ratings::of(conn, &ask.products))
            .await
            .map_err(failed)
    }
}

impl Answers<Discussion> for Host {
    async fn answer(&self, ask: Discussion, _: &Ctx) -> Result<Talk, Unavailable> {
        let look = move |conn: &mut Conn| {
            Ok(Talk {
                reviews: talk::reviews(conn, &ask.product, ask.reviews.clamp(0, MOST))?,
                questions: talk::questions(conn, &ask.product, ask.questions.clamp(0, MOST))?,
                rating: ratings::of(conn, std::slice::from_ref(&ask.product))?.pop(),
            })
        };
        self.db.read(look).await.map_err(failed)
    }
}

impl Answers<LatestNotices> for Host {
    async fn answer(
        &self,
        LatestNotices { limit, locale }: LatestNotices,
        _: &Ctx,
    ) -> Result<Vec<Notice>, Unavailable> {
        let filter = Filter {
            board: Some(Board::Notices),
            ..Filter::default()
        };
        let found = self
            .db
            .read(move |conn| posts::list(conn, &filter, None, limit.clamp(0, MOST)))
            .await;
        let notice = |post: Post| Notice {
            id: post.id.to_string(),
            title: post.text(locale).title.clone(),
            at: post.at,
        };
        Ok(found.map_err(failed)?.into_iter().map(notice).collect())
    }
}

impl Answers<Unanswered> for Host {
    async fn answer(
        &self,
        Unanswered { limit }: Unanswered,
        _: &Ctx,
    ) -> Result<Vec<Question>, Unavailable> {
        let found = self
            .db
            .read(move |conn| posts::unanswered(conn, limit.clamp(0, MOST)))
            .await;
        Ok(found.map_err(failed)?.into_iter().map(question).collect())
    }
}

impl Answers<PutDemoPosts> for Host {
    async fn answer(
        &self,
        PutDemoPosts { posts }: PutDemoPosts,
        _: &Ctx,
    ) -> Result<(), Unavailable> {
        let rated: BTreeSet<Sku> = posts
            .iter()
            .filter_map(|post| Some(post.about.as_ref()?.product.clone()))
            .collect();
        let demo: Vec<(Post, Option<Comment>)> = posts.into_iter().filter_map(made_up).collect();
        let write = move |conn: &mut Conn| {
            for (post, answer) in &demo {
                if let (true, Some(answer)) = (posts::insert(conn, post)?, answer) {
                    comments::insert(conn, answer)?;
                }
            }
            rated
                .iter()
                .try_for_each(|product| ratings::recount(conn, product))
        };
        self.db.write(write).await.map_err(failed)
    }
}

/// `None` when there is no such board or the id is none.
fn made_up(demo: DemoPost) -> Option<(Post, Option<Comment>)> {
    let (id, board): (PostId, Board) = (demo.id.parse().ok()?, Board::parse(&demo.board)?);
    let about = |a: DemoAbout| About {
        product: a.product,
        sku: a.sku,
        name_ko: a.name_ko,
        name_en: a.name_en,
    };
    let answer = demo.answer.map(|(name, body)| Comment {
        // one answer per post: its id grows out of the post's
        id: CommentId::from_uuid(id.as_uuid()),
        post: id,
        body,
        author: Author {
            member: None,
            name: Some(name),
            is_staff: true,
        },
        hidden: None,
        at: demo.at,
        edited_at: None,
    });
    let post = Post {
        id,
        board,
        text: Text {
            title: demo.title,
            body: demo.body,
        },
        other: demo.english.map(|(title, body)| Text { title, body }),
        about: demo.about.map(about),
        stars: demo
            .stars
            .filter(|stars| board == Board::Reviews && (1..=5).contains(stars)),
        author: Author {
            member: Some(demo.author),
            name: Some(demo.author_name),
            is_staff: demo.is_staff,
        },
        answered: answer.is_some(),
        comments: i64::from(answer.is_some()),
        hidden: None,
        at: demo.at,
        edited_at: None,
    };
    Some((post, answer))
}

fn question(post: Post) -> Question {
    Question {
        id: post.id.to_string(),
        title: post.text.title,
        author: post.author.name,
        at: post.at,
        answered: post.answered,
    }
}
