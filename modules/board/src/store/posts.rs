use diesel::prelude::*;
use kernel::{MemberId, Sku, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::domain::{About, Board, Draft, Post, PostId, Text};
use crate::schema::posts;

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = posts, treat_none_as_default_value = false)]
struct PostRow {
    id: String,
    board: String,
    title: String,
    body: String,
    other_title: Option<String>,
    other_body: Option<String>,
    product: Option<String>,
    sku: Option<String>,
    product_ko: Option<String>,
    product_en: Option<String>,
    stars: Option<i64>,
    author: Option<String>,
    author_name: Option<String>,
    is_staff: bool,
    answered: bool,
    comments: i64,
    hidden_reason: Option<String>,
    at: i64,
    edited_at: Option<i64>,
}

impl PostRow {
    fn of(post: &Post) -> Self {
        let post = post.clone();
        let (other_title, other_body) = post.other.map(|text| (text.title, text.body)).unzip();
        let about = post.about;
        let of_product = |f: fn(&About) -> String| about.as_ref().map(f);
        Self {
            id: post.id.to_string(),
            board: post.board.as_str().to_owned(),
            title: post.text.title,
            body: post.text.body,
            other_title,
            other_body,
            product: of_product(|about| about.product.to_string()),
            sku: of_product(|about| about.sku.to_string()),
            product_ko: of_product(|about| about.name_ko.clone()),
            product_en: of_product(|about| about.name_en.clone()),
            stars: post.stars,
            author: post.author.member.map(|id| id.to_string()),
            author_name: post.author.name,
            is_staff: post.author.is_staff,
            answered: post.answered,
            comments: post.comments,
            hidden_reason: post.hidden,
            at: post.at.as_micros(),
            edited_at: post.edited_at.map(Timestamp::as_micros),
        }
    }

    fn read(self) -> Option<Post> {
        let text = |(title, body)| Text { title, body };
        Some(Post {
            id: self.id.parse().ok()?,
            board: Board::parse(&self.board)?,
            text: text((self.title, self.body)),
            other: self.other_title.zip(self.other_body).map(text),
            about: about(self.product, self.sku, (self.product_ko, self.product_en)),
            stars: self.stars,
            author: super::author(self.author, self.author_name, self.is_staff),
            answered: self.answered,
            comments: self.comments,
            hidden: self.hidden_reason,
            at: Timestamp::from_micros(self.at),
            edited_at: self.edited_at.map(Timestamp::from_micros),
        })
    }
}

fn about(
    product: Option<String>,
    sku: Option<String>,
    (ko, en): (Option<String>, Option<String>),
) -> Option<About> {
    Some(About {
        product: product?.parse().ok()?,
        sku: sku?.parse().ok()?,
        name_ko: ko?,
        name_en: en?,
    })
}

/// Which posts a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub board: Option<Board>,
    /// By the product's code.
    pub product: Option<Sku>,
    pub seen: Seen,
    /// Questions that no member of the staff has answered.
    pub only_unanswered: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen {
    #[default]
    Visible,
    Hidden,
    All,
}

/// Where a page ended: time and id of its last post.
pub type After = (i64, String);

/// The newest first.
pub fn list(
    conn: &mut Conn,
    filter: &Filter,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<Post>, DbError> {
    let rows: Vec<PostRow> = on_both!(conn, |c| {
        let mut query = posts::table
            .order((posts::at.desc(), posts::id.desc()))
            .limit(limit)
            .into_boxed();
        if let Some(board) = filter.board {
            query = query.filter(posts::board.eq(board.as_str()));
        }
        if let Some(product) = &filter.product {
            query = query.filter(posts::product.eq(product.as_str()));
        }
        match filter.seen {
            Seen::Visible => query = query.filter(posts::hidden_reason.is_null()),
            Seen::Hidden => query = query.filter(posts::hidden_reason.is_not_null()),
            Seen::All => {}
        }
        if filter.only_unanswered {
            query = query.filter(
                posts::board
                    .eq(Board::Qna.as_str())
                    .and(posts::answered.eq(false)),
            );
        }
        if let Some((at, id)) = after {
            query = query.filter(
                posts::at
                    .lt(*at)
                    .or(posts::at.eq(*at).and(posts::id.lt(id))),
            );
        }
        query.load(c)
    })?;
    Ok(rows.into_iter().filter_map(PostRow::read).collect())
}

/// The oldest first.
pub fn unanswered(conn: &mut Conn, limit: i64) -> Result<Vec<Post>, DbError> {
    let waiting = posts::table
        .filter(posts::board.eq(Board::Qna.as_str()))
        .filter(posts::answered.eq(false))
        .filter(posts::hidden_reason.is_null())
        .order((posts::at, posts::id))
        .limit(limit);
    let rows: Vec<PostRow> = on_both!(conn, |c| waiting.load(c))?;
    Ok(rows.into_iter().filter_map(PostRow::read).collect())
}

pub fn by_id(conn: &mut Conn, id: PostId) -> Result<Option<Post>, DbError> {
    let wanted = posts::table.find(id.to_string());
    let row: Option<PostRow> = on_both!(conn, |c| wanted.first(c).optional())?;
    Ok(row.and_then(PostRow::read))
}

/// The review of a product by a member.
pub fn review_of(
    conn: &mut Conn,
    member: MemberId,
    product: &Sku,
) -> Result<Option<PostId>, DbError> {
    let id: Option<String> = posts::table
        .filter(posts::author.eq(member.to_string()))
        .filter(posts::product.eq(product.as_str()))
        .filter(posts::board.eq(Board::Reviews.as_str()))
        .select(posts::id)
        .first(conn)
        .optional()?;
    Ok(id.and_then(|id| id.parse().ok()))
}

/// What somebody has written about this SKU, or the product with this code, calls it.
pub fn about_known(conn: &mut Conn, sku: &Sku) -> Result<Option<About>, DbError> {
    let row: Option<PostRow> = posts::table
        .filter(
            posts::sku
                .eq(sku.as_str())
                .or(posts::product.eq(sku.as_str())),
        )
        .order(posts::id.desc())
        .first(conn)
        .optional()?;
    Ok(row.and_then(PostRow::read).and_then(|post| post.about))
}

/// `false` when the id is taken, or the author has reviewed that product.
pub fn insert(conn: &mut Conn, post: &Post) -> Result<bool, DbError> {
    let row = PostRow::of(post);
    let inserted = on_both!(conn, |c| diesel::insert_into(posts::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// `false` when it is not there (any more).
pub fn edit(conn: &mut Conn, id: PostId, draft: &Draft, now: Timestamp) -> Result<bool, DbError> {
    let (other_title, other_body) = draft
        .other
        .as_ref()
        .map(|text| (&text.title, &text.body))
        .unzip();
    let changed = diesel::update(posts::table.find(id.to_string()))
        .set((
            posts::title.eq(&draft.text.title),
            posts::body.eq(&draft.text.body),
            posts::other_title.eq(other_title),
            posts::other_body.eq(other_body),
            posts::stars.eq(draft.stars),
            posts::edited_at.eq(Some(now.as_micros())),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn delete(conn: &mut Conn, id: PostId) -> Result<(), DbError> {
    diesel::delete(posts::table.find(id.to_string())).execute(conn)?;
    super::comments::delete_of(conn, id)
}

/// With a reason it is hidden, without one it is shown again.
pub fn hide(conn: &mut Conn, id: PostId, reason: Option<&str>) -> Result<(), DbError> {
    diesel::update(posts::table.find(id.to_string()))
        .set(posts::hidden_reason.eq(reason))
        .execute(conn)?;
    Ok(())
}

/// Counts the comments that everybody can see, and whether one of them is the staff's.
pub fn count_comments(conn: &mut Conn, id: PostId) -> Result<(), DbError> {
    let seen = super::comments::seen(conn, id)?;
    diesel::update(posts::table.find(id.to_string()))
        .set((
            posts::comments.eq(i64::try_from(seen.len()).unwrap_or(i64::MAX)),
            posts::answered.eq(seen.into_iter().any(|is_staff| is_staff)),
        ))
        .execute(conn)?;
    Ok(())
}
