//! What is written on the boards, by whom, and who may change it.

mod draft;
mod error;
mod post;

pub use draft::{Draft, Typed, comment_body, reason};
pub use error::BoardError;
pub use post::{About, Author, Comment, CommentId, Post, PostId, Posted, Text, Thread};

use kernel::MemberId;
use platform::identity::Identity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    Notices,
    Qna,
    Reviews,
}

impl Board {
    pub const ALL: [Self; 3] = [Self::Notices, Self::Qna, Self::Reviews];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notices => "notices",
            Self::Qna => "qna",
            Self::Reviews => "reviews",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.as_str() == name)
    }
}

/// Who reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    pub member: Option<MemberId>,
    pub is_admin: bool,
}

impl Viewer {
    pub fn of(identity: &Identity) -> Self {
        Self {
            member: identity.member,
            is_admin: identity.is_admin(),
        }
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writer {
    pub member: MemberId,
    pub is_admin: bool,
}

impl Writer {
    pub fn viewer(self) -> Viewer {
        Viewer {
            member: Some(self.member),
            is_admin: self.is_admin,
        }
    }

    /// For the audit log.
    pub fn who(self) -> String {
        format!("member:{}", self.member)
    }
}
