use diesel::prelude::*;
use kernel::{Locale, MemberId, Sku, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::domain::{About, Board, CommentId, PostId, Text};
use crate::schema::{comments, posts, ratings};

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = posts, treat_none_as_default_value = false)]
pub struct PostRow {
    pub id: String,
    pub board: String,
    pub author: Option<String>,
    pub author_name: Option<String>,
    pub is_staff: bool,
    pub title: String,
    pub body: String,
    pub title_en: Option<String>,
    pub body_en: Option<String>,
    pub product: Option<String>,
    pub product_sku: Option<String>,
    pub product_ko: Option<String>,
    pub product_en: Option<String>,
    pub stars: Option<i64>,
    pub hidden: Option<String>,
    pub answered: bool,
    pub comments: i64,
    pub created_at: i64,
    pub edited_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = comments, treat_none_as_default_value = false)]
pub struct CommentRow {
    pub id: String,
    pub post_id: String,
    pub author: Option<String>,
    pub author_name: Option<String>,
    pub is_staff: bool,
    pub body: String,
    pub created_at: i64,
}

impl PostRow {
    pub fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.created_at)
    }

    pub fn title_in(&self, locale: Locale) -> &str {
        match (locale, &self.title_en) {
            (Locale::En, Some(title)) => title,
            _ => &self.title,
        }
    }

    pub fn body_in(&self, locale: Locale) -> &str {
        match (locale, &self.body_en) {
            (Locale::En, Some(body)) => body,
            _ => &self.body,
        }
    }

    pub fn product_name(&self, locale: Locale) -> Option<&str> {
        match locale {
            Locale::Ko => self.product_ko.as_deref(),
            Locale::En => self.product_en.as_deref(),
        }
    }

    pub fn is_by(&self, member: MemberId) -> bool {
        self.author.as_deref() == Some(&member.to_string())
    }

    fn rated(&self) -> Option<(&str, i64)> {
        if self.hidden.is_some() { None } else { Some((self.product.as_deref()?, self.stars?)) }
    }
}

impl CommentRow {
    pub fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.created_at)
    }
}

/// Which posts a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub board: Option<Board>,
    pub product: Option<Sku>,
    pub unanswered: bool,
    /// For moderators: hidden ones too.
    pub with_hidden: bool,
    /// The last post of the page before.
    pub before: Option<String>,
    pub limit: i64,
}

/// The newest first.
pub fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<PostRow>, DbError> {
    on_both!(conn, |c| {
        let mut query = posts::table.select(PostRow::as_select()).into_boxed();
        if let Some(board) = filter.board {
            query = query.filter(posts::board.eq(board.as_str()));
        }
        if let Some(product) = &filter.product {
            query = query.filter(posts::product.eq(product.as_str()));
        }
        if filter.unanswered {
            query = query.filter(posts::board.eq(Board::Qna.as_str())).filter(posts::answered.eq(false));
        }
        if !filter.with_hidden {
            query = query.filter(posts::hidden.is_null());
        }
        if let Some(before) = &filter.before {
            query = query.filter(posts::id.lt(before.as_str()));
        }
        Ok(query.order(posts::id.desc()).limit(filter.limit).load(c)?)
    })
}

/// Questions without an answer, the oldest first.
pub fn unanswered(conn: &mut Conn, limit: i64) -> Result<Vec<PostRow>, DbError> {
    Ok(posts::table
        .filter(posts::board.eq(Board::Qna.as_str()))
        .filter(posts::answered.eq(false))
        .filter(posts::hidden.is_null())
        .order(posts::id)
        .limit(limit)
        .select(PostRow::as_select())
        .load(conn)?)
}

pub fn find(conn: &mut Conn, id: PostId) -> Result<Option<PostRow>, DbError> {
    Ok(posts::table.find(id.to_string()).select(PostRow::as_select()).first(conn).optional()?)
}

pub fn comments_of(conn: &mut Conn, id: PostId) -> Result<Vec<CommentRow>, DbError> {
    Ok(comments::table
        .filter(comments::post_id.eq(id.to_string()))
        .order(comments::id)
        .limit(500)
        .select(CommentRow::as_select())
        .load(conn)?)
}

pub fn ratings_of(conn: &mut Conn, products: &[Sku]) -> Result<Vec<(String, i64, i64)>, DbError> {
    let codes: Vec<&str> = products.iter().map(Sku::as_str).collect();
    on_both!(conn, |c| Ok(ratings::table.filter(ratings::product.eq_any(&codes)).load(c)?))
}

/// `false` when the post, or a review of the same product by the same member, is there already.
pub fn add(conn: &mut Conn, row: &PostRow) -> Result<bool, DbError> {
    let inserted = on_both!(conn, |c| diesel::insert_into(posts::table).values(row).on_conflict_do_nothing().execute(c))?;
    if inserted == 1
        && let Some((product, stars)) = row.rated()
    {
        rate(conn, product, stars, 1)?;
    }
    Ok(inserted == 1)
}

pub fn edit(conn: &mut Conn, row: &PostRow, text: &Text, now: Timestamp) -> Result<(), DbError> {
    if let Some((product, stars)) = row.rated() {
        rate(conn, product, text.stars.unwrap_or(stars) - stars, 0)?;
    }
    let (title_en, body_en) = match &text.english {
        Some((title, body)) => (Some(title), Some(body)),
        None => (None, None),
    };
    diesel::update(posts::table.find(&row.id))
        .set((
            posts::title.eq(&text.title),
            posts::body.eq(&text.body),
            posts::title_en.eq(title_en),
            posts::body_en.eq(body_en),
            posts::stars.eq(text.stars),
            posts::edited_at.eq(now.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut Conn, row: &PostRow) -> Result<(), DbError> {
    if let Some((product, stars)) = row.rated() {
        rate(conn, product, -stars, -1)?;
    }
    diesel::delete(comments::table.filter(comments::post_id.eq(&row.id))).execute(conn)?;
    diesel::delete(posts::table.find(&row.id)).execute(conn)?;
    Ok(())
}

/// `None` shows it again.
pub fn hide(conn: &mut Conn, row: &PostRow, reason: Option<&str>) -> Result<(), DbError> {
    let was_shown = row.hidden.is_none();
    if was_shown != reason.is_none()
        && let (Some(product), Some(stars)) = (&row.product, row.stars)
    {
        let sign = if was_shown { -1 } else { 1 };
        rate(conn, product, sign * stars, sign)?;
    }
    diesel::update(posts::table.find(&row.id)).set(posts::hidden.eq(reason)).execute(conn)?;
    Ok(())
}

pub fn add_comment(conn: &mut Conn, row: &CommentRow) -> Result<(), DbError> {
    on_both!(conn, |c| diesel::insert_into(comments::table).values(row).execute(c))?;
    let post = posts::table.find(&row.post_id);
    diesel::update(post).set(posts::comments.eq(posts::comments + 1)).execute(conn)?;
    if row.is_staff {
        diesel::update(post).set(posts::answered.eq(true)).execute(conn)?;
    }
    Ok(())
}

/// The member has left: posts stay, the name goes.
pub fn forget_author(conn: &mut Conn, member: &str) -> Result<(), DbError> {
    let nobody = None::<String>;
    diesel::update(posts::table.filter(posts::author.eq(member)))
        .set((posts::author_name.eq(&nobody), posts::author.eq(&nobody)))
        .execute(conn)?;
    diesel::update(comments::table.filter(comments::author.eq(member)))
        .set((comments::author_name.eq(&nobody), comments::author.eq(&nobody)))
        .execute(conn)?;
    Ok(())
}

pub fn new_row(id: PostId, board: Board, text: Text, about: Option<About>) -> PostRow {
    let (title_en, body_en) = text.english.unzip();
    let (product, product_sku, product_ko, product_en) = match about {
        Some(about) => {
            (Some(about.product.to_string()), Some(about.sku.to_string()), Some(about.name_ko), Some(about.name_en))
        }
        None => (None, None, None, None),
    };
    PostRow {
        id: id.to_string(),
        board: board.as_str().to_owned(),
        author: None,
        author_name: None,
        is_staff: false,
        title: text.title,
        body: text.body,
        title_en,
        body_en,
        product,
        product_sku,
        product_ko,
        product_en,
        stars: text.stars,
        hidden: None,
        answered: false,
        comments: 0,
        created_at: 0,
        edited_at: None,
    }
}

pub fn new_comment(id: CommentId, post: PostId, body: String) -> CommentRow {
    CommentRow {
        id: id.to_string(),
        post_id: post.to_string(),
        author: None,
        author_name: None,
        is_staff: false,
        body,
        created_at: 0,
    }
}

fn rate(conn: &mut Conn, product: &str, stars: i64, reviews: i64) -> Result<(), DbError> {
    let row = (ratings::product.eq(product), ratings::stars.eq(stars), ratings::reviews.eq(reviews));
    on_both!(conn, |c| diesel::insert_into(ratings::table)
        .values(row)
        .on_conflict(ratings::product)
        .do_update()
        .set((ratings::stars.eq(ratings::stars + stars), ratings::reviews.eq(ratings::reviews + reviews)))
        .execute(c))?;
    Ok(())
}
