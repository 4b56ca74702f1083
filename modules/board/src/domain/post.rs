use kernel::{Id, Locale, MemberId, Sku, Timestamp};

use super::{Board, Viewer};

/// Marks the ids of posts and comments.
pub enum Posted {}
pub enum Commented {}
pub type PostId = Id<Posted>;
pub type CommentId = Id<Commented>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub id: PostId,
    pub board: Board,
    pub text: Text,
    /// A notice's text in the other language.
    pub other: Option<Text>,
    pub about: Option<About>,
    /// 1 to 5.
    pub stars: Option<i64>,
    pub author: Author,
    /// By the staff.
    pub answered: bool,
    /// How many can be seen by everybody.
    pub comments: i64,
    /// Why a moderator has hidden it.
    pub hidden: Option<String>,
    pub at: Timestamp,
    pub edited_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub title: String,
    pub body: String,
}

impl Text {
    /// The language it is written in: Korean if there is any Hangul in it.
    pub fn lang(&self) -> Locale {
        let is_hangul = |c| matches!(c, '가'..='힣' | 'ㄱ'..='ㆎ');
        let is_korean = self.title.chars().chain(self.body.chars()).any(is_hangul);
        if is_korean { Locale::Ko } else { Locale::En }
    }
}

/// A product, as it was when somebody wrote about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The product's code: the same for all its variants.
    pub product: Sku,
    pub sku: Sku,
    pub name_ko: String,
    pub name_en: String,
}

impl About {
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ko => &self.name_ko,
            Locale::En => &self.name_en,
        }
    }
}

/// Who wrote it; neither id nor name once they have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub member: Option<MemberId>,
    pub name: Option<String>,
    pub is_staff: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub post: PostId,
    pub body: String,
    pub author: Author,
    pub hidden: Option<String>,
    pub at: Timestamp,
    pub edited_at: Option<Timestamp>,
}

/// A post and what was said to it, as somebody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub post: Post,
    pub comments: Vec<Comment>,
}

impl Author {
    fn is(&self, viewer: Viewer) -> bool {
        self.member.is_some() && self.member == viewer.member
    }
}

impl Post {
    /// In the reader's language, where it is written in it.
    pub fn text(&self, locale: Locale) -> &Text {
        self.other
            .as_ref()
            .filter(|_| locale != self.text.lang())
            .unwrap_or(&self.text)
    }

    /// The language of [`text`](Self::text).
    pub fn lang(&self, locale: Locale) -> Locale {
        if self.other.is_some() {
            locale
        } else {
            self.text.lang()
        }
    }

    pub fn is_visible_to(&self, viewer: Viewer) -> bool {
        self.hidden.is_none() || viewer.is_admin || self.author.is(viewer)
    }

    /// One's own; notices are the shop's, so they are every administrator's.
    pub fn may_be_changed_by(&self, viewer: Viewer) -> bool {
        match self.board {
            Board::Notices => viewer.is_admin,
            Board::Qna | Board::Reviews => self.author.is(viewer),
        }
    }
}

impl Comment {
    pub fn is_visible_to(&self, viewer: Viewer) -> bool {
        self.hidden.is_none() || viewer.is_admin || self.author.is(viewer)
    }

    pub fn may_be_changed_by(&self, viewer: Viewer) -> bool {
        self.author.is(viewer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(n: u8) -> MemberId {
        MemberId::new(Timestamp::from_micros(0), [n; 10])
    }

    fn post(board: Board, author: Option<MemberId>, hidden: bool) -> Post {
        Post {
            id: PostId::new(Timestamp::from_micros(0), [9; 10]),
            board,
            text: Text {
                title: "제목".to_owned(),
                body: "글".to_owned(),
            },
            other: None,
            about: None,
            stars: None,
            author: Author {
                member: author,
                name: None,
                is_staff: false,
            },
            answered: false,
            comments: 0,
            hidden: hidden.then(|| "spam".to_owned()),
            at: Timestamp::from_micros(0),
            edited_at: None,
        }
    }

    #[test]
    fn who_may_see_and_change_what() {
        let of = |n: Option<u8>, is_admin| Viewer {
            member: n.map(member),
            is_admin,
        };
        for (board, author, hidden, viewer, sees, changes) in [
            (Board::Qna, Some(1), false, of(None, false), true, false),
            (Board::Qna, Some(1), false, of(Some(1), false), true, true),
            (Board::Qna, Some(1), false, of(Some(2), true), true, false),
            (
                Board::Reviews,
                Some(1),
                true,
                of(Some(2), false),
                false,
                false,
            ),
            (
                Board::Reviews,
                Some(1),
                true,
                of(Some(1), false),
                true,
                true,
            ),
            (
                Board::Reviews,
                Some(1),
                true,
                of(Some(2), true),
                true,
                false,
            ),
            (Board::Reviews, None, true, of(None, false), false, false),
            (Board::Reviews, None, false, of(None, false), true, false),
            (
                Board::Notices,
                Some(1),
                false,
                of(Some(2), true),
                true,
                true,
            ),
            (
                Board::Notices,
                Some(1),
                false,
                of(Some(1), false),
                true,
                false,
            ),
        ] {
            let post = post(board, author.map(member), hidden);
            let found = (post.is_visible_to(viewer), post.may_be_changed_by(viewer));
            assert_eq!(
                found,
                (sees, changes),
                "{board:?} {author:?} {hidden} {viewer:?}"
            );
        }
    }

    #[test]
    fn a_notice_speaks_the_readers_language_if_it_can() {
        let mut notice = post(Board::Notices, Some(member(1)), false);
        assert_eq!(
            (
                notice.text(Locale::En).title.as_str(),
                notice.lang(Locale::En)
            ),
            ("제목", Locale::Ko)
        );
        notice.other = Some(Text {
            title: "Title".to_owned(),
            body: "Text".to_owned(),
        });
        assert_eq!(
            (
                notice.text(Locale::En).title.as_str(),
                notice.lang(Locale::En)
            ),
            ("Title", Locale::En)
        );
        assert_eq!(notice.text(Locale::Ko).title, "제목");
    }
}
