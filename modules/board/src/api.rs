//! What others may ask of the boards.

use kernel::{Locale, Sku, Timestamp};
use platform::ports::Call;
use serde::{Deserialize, Serialize};

/// What the reviews of products add up to. Products without a review are absent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stars {
    /// Codes of products.
    pub products: Vec<Sku>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    pub product: Sku,
    /// 1 to 5, one decimal.
    pub average: f64,
    pub count: i64,
}

/// What is said of a product: its rating, and the newest reviews and questions, so many of each at most.
#[derive(Debug, Serialize, Deserialize)]
pub struct Discussion {
    pub product: Sku,
    pub reviews: i64,
    pub questions: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Talk {
    pub reviews: Vec<Review>,
    pub questions: Vec<Question>,
    /// `None`: without a review.
    pub rating: Option<Rating>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: String,
    pub title: String,
    pub body: String,
    pub stars: i64,
    /// `None`: someone who has left.
    pub author: Option<String>,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: String,
    pub title: String,
    pub author: Option<String>,
    pub at: Timestamp,
    pub answered: bool,
}

/// In the reader's language where they were written in it.
#[derive(Debug, Serialize, Deserialize)]
pub struct LatestNotices {
    pub limit: i64,
    pub locale: Locale,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: String,
    pub title: String,
    pub at: Timestamp,
}

/// Questions that nobody of the shop has answered, the oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Unanswered {
    pub limit: i64,
}

/// Posts of a made-up shop. Those whose id is there already are left out, as are second reviews of a product by the same
/// author. Nobody is asked whether the authors exist or have bought anything.
#[derive(Debug, Serialize, Deserialize)]
pub struct PutDemoPosts {
    pub posts: Vec<DemoPost>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemoPost {
    pub id: String,
    /// `notices`, `qna` or `reviews`
    pub board: String,
    pub author: kernel::MemberId,
    pub author_name: String,
    pub is_staff: bool,
    pub title: String,
    pub body: String,
    pub english: Option<(String, String)>,
    pub about: Option<DemoAbout>,
    pub stars: Option<i64>,
    /// What the shop has answered, and as whom.
    pub answer: Option<(String, String)>,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemoAbout {
    pub product: Sku,
    pub sku: Sku,
    pub name_ko: String,
    pub name_en: String,
}

impl Call for Stars {
    type Answer = Vec<Rating>;
    const NAME: &'static str = "stars";
    const SAFE: bool = true;
}
impl Call for Discussion {
    type Answer = Talk;
    const NAME: &'static str = "discussion";
    const SAFE: bool = true;
}
impl Call for LatestNotices {
    type Answer = Vec<Notice>;
    const NAME: &'static str = "latest-notices";
    const SAFE: bool = true;
}
impl Call for Unanswered {
    type Answer = Vec<Question>;
    const NAME: &'static str = "unanswered";
    const SAFE: bool = true;
}
impl Call for PutDemoPosts {
    type Answer = ();
    const NAME: &'static str = "put-demo-posts";
    const SAFE: bool = false;
}
