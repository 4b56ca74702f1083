use std::sync::Arc;

use kernel::{Id, Locale, Sku};
use platform::db::{Conn, Db, DbError};
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;

use crate::NAME;
use crate::api::*;
use crate::domain::{About, Board, Text};
use crate::store::{self, Filter, PostRow};

/// Answers what others ask of the board. Asks nobody.
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

#[expect(clippy::cast_precision_loss, reason = "counts of reviews, and one decimal")]
fn average(stars: i64, reviews: i64) -> f64 {
    (stars as f64 * 10.0 / reviews as f64).round() / 10.0
}

fn ratings(conn: &mut Conn, products: &[Sku]) -> Result<Vec<Rating>, DbError> {
    let rows = store::ratings_of(conn, products)?;
    Ok(rows
        .into_iter()
        .filter(|(_, _, reviews)| *reviews > 0)
        .filter_map(|(product, stars, count)| {
            Some(Rating { product: product.parse().ok()?, average: average(stars, count), count })
        })
        .collect())
}

impl From<PostRow> for Question {
    fn from(row: PostRow) -> Self {
        Self { at: row.at(), id: row.id, title: row.title, author: row.author_name, answered: row.answered }
    }
}

impl From<PostRow> for Review {
    fn from(row: PostRow) -> Self {
        Self {
            at: row.at(),
            id: row.id,
            title: row.title,
            body: row.body,
            stars: row.stars.unwrap_or(0),
            author: row.author_name,
        }
    }
}

impl Answers<Stars> for Host {
    async fn answer(&self, ask: Stars, _: &Ctx) -> Result<Vec<Rating>, Unavailable> {
        self.db.read(move |conn| ratings(conn, &ask.products)).await.map_err(failed)
    }
}

impl Answers<Discussion> for Host {
    async fn answer(&self, ask: Discussion, _: &Ctx) -> Result<Talk, Unavailable> {
        self.db
            .read(move |conn| {
                let review_count = ratings(conn, std::slice::from_ref(&ask.product))?.first().map_or(0, |r| r.count);
                let mut of = |board| {
                    let filter = Filter {
                        board: Some(board),
                        product: Some(ask.product.clone()),
                        limit: ask.limit,
                        ..Filter::default()
                    };
                    store::list(conn, &filter)
                };
                let reviews = of(Board::Reviews)?.into_iter().map(Review::from).collect();
                let questions = of(Board::Qna)?.into_iter().map(Question::from).collect();
                Ok(Talk { reviews, questions, review_count })
            })
            .await
            .map_err(failed)
    }
}

impl Answers<LatestNotices> for Host {
    async fn answer(&self, ask: LatestNotices, _: &Ctx) -> Result<Vec<Notice>, Unavailable> {
        let locale: Locale = ask.locale;
        let filter = Filter { board: Some(Board::Notices), limit: ask.limit, ..Filter::default() };
        let rows = self.db.read(move |conn| store::list(conn, &filter)).await.map_err(failed)?;
        let notice = |row: PostRow| Notice { title: row.title_in(locale).to_owned(), at: row.at(), id: row.id };
        Ok(rows.into_iter().map(notice).collect())
    }
}

impl Answers<Unanswered> for Host {
    async fn answer(&self, ask: Unanswered, _: &Ctx) -> Result<Vec<Question>, Unavailable> {
        let rows = self.db.read(move |conn| store::unanswered(conn, ask.limit)).await.map_err(failed)?;
        Ok(rows.into_iter().map(Question::from).collect())
    }
}

impl Answers<PutDemoPosts> for Host {
    async fn answer(&self, ask: PutDemoPosts, _: &Ctx) -> Result<(), Unavailable> {
        self.db
            .write(move |conn| ask.posts.iter().try_for_each(|post| put_demo_post(conn, post)))
            .await
            .map_err(failed)
    }
}

fn put_demo_post(conn: &mut Conn, post: &DemoPost) -> Result<(), DbError> {
    let (Ok(id), Some(board)) = (post.id.parse(), Board::parse(&post.board)) else { return Ok(()) };
    let about = post.about.clone().map(|about| About {
        product: about.product,
        sku: about.sku,
        name_ko: about.name_ko,
        name_en: about.name_en,
    });
    let text =
        Text { title: post.title.clone(), body: post.body.clone(), english: post.english.clone(), stars: post.stars };
    let row = PostRow {
        author: Some(post.author.to_string()),
        author_name: Some(post.author_name.clone()),
        is_staff: post.is_staff,
        created_at: post.at.as_micros(),
        ..store::new_row(id, board, text, about)
    };
    if !store::add(conn, &row)? {
        return Ok(());
    }
    if let Some((name, answer)) = &post.answer {
        let comment = store::CommentRow {
            author_name: Some(name.clone()),
            is_staff: true,
            created_at: row.created_at,
            // one answer per post: its id grows out of the post's
            ..store::new_comment(Id::from_uuid(id.as_uuid()), id, answer.clone())
        };
        store::add_comment(conn, &comment)?;
    }
    Ok(())
}
