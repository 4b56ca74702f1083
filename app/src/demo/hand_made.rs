//! The files of `app/demo`, which are part of the binary.

use std::collections::HashMap;
use std::time::Duration;

use board::api::{DemoAbout, DemoPost};
use catalog::api::{Amount, Both, CategoryDraft, ProductDraft};
use kernel::{Id, Locale, MemberId, Sku, Timestamp};
use members::api::{Address, DemoMember};
use serde::Deserialize;
use stock::api::OnHand;

use super::made_up::Bought;
use crate::commands::import::Entry;
use crate::failure::Failure;

const DAY: Duration = Duration::from_hours(24);
/// Ids of people are of this moment, so that they are the same at every start.
const EPOCH: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
const MEMBERS: u8 = 12;
/// Posts are of so many minutes.
const MONTHS: u64 = 120 * 24 * 60;
/// A prime: counting in steps of it meets every place once.
const SHUFFLE: u64 = 37;
/// Under this name the shop itself writes.
const STAFF: &str = "반얀";
const STAFF_ID: [u8; 10] = [0xba; 10];

#[derive(rust_embed::RustEmbed)]
#[folder = "demo"]
struct Files;

pub struct HandMade {
    pub entries: Vec<Entry>,
    members: Vec<MemberFile>,
    board: BoardFile,
}

#[derive(Deserialize)]
struct MemberFile {
    name: String,
    email: String,
    lang: Locale,
    address: Address,
}

#[derive(Deserialize)]
struct BoardFile {
    notices: Vec<NoticeFile>,
    reviews: Vec<ReviewFile>,
    questions: Vec<QuestionFile>,
}

#[derive(Deserialize)]
struct NoticeFile {
    title: Both,
    body: Both,
}

#[derive(Deserialize)]
struct ReviewFile {
    sku: String,
    stars: i64,
    title: String,
    body: String,
    by: usize,
}

#[derive(Deserialize)]
struct QuestionFile {
    sku: String,
    title: String,
    body: String,
    by: usize,
    answer: Option<String>,
}

impl HandMade {
    pub fn read() -> Result<Self, Failure> {
        Ok(Self {
            entries: json("products.json")?,
            members: json("members.json")?,
            board: json("board.json")?,
        })
    }

    /// With their pictures.
    pub fn drafts(&self) -> Result<Vec<ProductDraft>, Failure> {
        let mut read = |path: &str| picture(path).ok_or_else(|| format!("there is no {path}"));
        let draft = |entry: &Entry| {
            entry
                .draft(&mut read)
                .map_err(|bad| Failure::other(format!("the demo's {}: {bad:?}", entry.sku)))
        };
        self.entries.iter().map(draft).collect()
    }

    pub fn on_hand(&self) -> Vec<OnHand> {
        let rows = self.entries.iter().flat_map(Entry::on_hand);
        rows.filter_map(|(sku, on_hand, _)| {
            Some(OnHand {
                sku: sku.parse().ok()?,
                on_hand,
            })
        })
        .collect()
    }

    /// Nobody can log in as one of them: they have no passwords.
    pub fn members(&self, now: Timestamp) -> Result<Vec<DemoMember>, Failure> {
        let member = |(n, file): (u8, &MemberFile)| DemoMember {
            member: member_id(n),
            email: file.email.clone(),
            name: file.name.clone(),
            locale: file.lang,
            password_hash: None,
            joined_at: now.before(DAY * (200 + 13 * u32::from(n))),
            address: Some(file.address.clone()),
        };
        let all: Vec<DemoMember> = (0..MEMBERS).zip(&self.members).map(member).collect();
        if all.len() == self.members.len() {
            Ok(all)
        } else {
            Err(Failure::other("the demo has too many members"))
        }
    }

    pub fn posts(&self, now: Timestamp) -> Result<Vec<DemoPost>, Failure> {
        let abouts = self.abouts();
        let mut posts = Vec::new();
        for (n, notice) in (0_u32..).zip(&self.board.notices) {
            posts.push(DemoPost {
                board: "notices".to_owned(),
                author: MemberId::new(EPOCH, STAFF_ID),
                author_name: STAFF.to_owned(),
                is_staff: true,
                english: Some((notice.title.en.clone(), notice.body.en.clone())),
                ..post(
                    (1, n),
                    (&notice.title.ko, &notice.body.ko),
                    now.before(DAY * (2 + 9 * n)),
                )
            });
        }
        for (n, review) in (0_u32..).zip(&self.board.reviews) {
            posts.push(DemoPost {
                board: "reviews".to_owned(),
                stars: Some(review.stars),
                ..self.about(
                    (review.by, &review.sku),
                    &abouts,
                    post(
                        (2, n),
                        (&review.title, &review.body),
                        spread(now, (n, self.board.reviews.len())),
                    ),
                )?
            });
        }
        for (n, question) in (0_u32..).zip(&self.board.questions) {
            posts.push(DemoPost {
                board: "qna".to_owned(),
                answer: question
                    .answer
                    .clone()
                    .map(|answer| (STAFF.to_owned(), answer)),
                ..self.about(
                    (question.by, &question.sku),
                    &abouts,
                    post(
                        (3, n),
                        (&question.title, &question.body),
                        spread(now, (n, self.board.questions.len())),
                    ),
                )?
            });
        }
        Ok(posts)
    }

    /// Everything that can be bought, for made-up orders.
    pub fn goods(&self) -> Vec<Bought> {
        let mut goods = Vec::new();
        for entry in &self.entries {
            let Ok(product) = entry.sku.parse::<Sku>() else {
                continue;
            };
            let price = |own: Option<Amount>| own.or(entry.price).unwrap_or_default().0;
            for option in &entry.options {
                let Ok(sku) = option.sku.parse() else {
                    continue;
                };
                let name = named(&entry.name, &[&option.values.size, &option.values.color]);
                goods.push(Bought {
                    sku,
                    product: product.clone(),
                    name,
                    price: price(option.price),
                });
            }
            if entry.options.is_empty() {
                goods.push(Bought {
                    sku: product.clone(),
                    product,
                    name: entry.name.clone(),
                    price: price(None),
                });
            }
        }
        goods
    }

    /// Somebody's post about something that the shop has.
    fn about(
        &self,
        (by, sku): (usize, &str),
        abouts: &HashMap<&str, DemoAbout>,
        post: DemoPost,
    ) -> Result<DemoPost, Failure> {
        let about = abouts
            .get(sku)
            .ok_or_else(|| Failure::other(format!("the demo has posts about {sku}")))?;
        let author = self.members.get(by).zip(u8::try_from(by).ok());
        let (author, number) =
            author.ok_or_else(|| Failure::other(format!("the demo has no member {by}")))?;
        Ok(DemoPost {
            author: member_id(number),
            author_name: author.name.clone(),
            about: Some(about.clone()),
            ..post
        })
    }

    /// Of every SKU: its product.
    fn abouts(&self) -> HashMap<&str, DemoAbout> {
        let mut abouts = HashMap::new();
        for entry in &self.entries {
            let listed = entry
                .options
                .first()
                .map_or(&entry.sku, |option| &option.sku);
            let (Ok(product), Ok(sku)) = (entry.sku.parse::<Sku>(), listed.parse::<Sku>()) else {
                continue;
            };
            let Both { ko, en } = entry.name.clone();
            let about = DemoAbout {
                product,
                sku,
                name_ko: ko,
                name_en: en,
            };
            abouts.extend(entry.skus().map(|(sku, _)| (sku, about.clone())));
        }
        abouts
    }
}

/// With the chosen options: `면 티셔츠 (M, 남색)`.
fn named(name: &Both, values: &[&Option<Both>]) -> Both {
    let values: Vec<&Both> = values.iter().filter_map(|value| value.as_ref()).collect();
    let words = |of: fn(&Both) -> &str| {
        values
            .iter()
            .map(|value| of(value))
            .collect::<Vec<_>>()
            .join(", ")
    };
    Both {
        ko: format!("{} ({})", name.ko, words(|both| &both.ko)),
        en: format!("{} ({})", name.en, words(|both| &both.en)),
    }
}

/// Everything but whose, where and about what it is.
fn post((kind, n): (u8, u32), (title, body): (&str, &str), at: Timestamp) -> DemoPost {
    let mut random = [0; 10];
    random[0] = kind;
    random[6..].copy_from_slice(&n.to_be_bytes());
    DemoPost {
        // the newest first is the order of ids
        id: Id::<DemoPost>::new(at, random).to_string(),
        board: String::new(),
        author: member_id(0),
        author_name: String::new(),
        is_staff: false,
        title: title.to_owned(),
        body: body.to_owned(),
        english: None,
        about: None,
        stars: None,
        answer: None,
        at,
    }
}

/// Over the last months, at any time of day, and not in the file's order, which goes product by product.
fn spread(now: Timestamp, (n, of): (u32, usize)) -> Timestamp {
    let of = u64::try_from(of).unwrap_or(1).max(1);
    let place = u64::from(n) * SHUFFLE % of;
    now.before(Duration::from_mins(95 + place * MONTHS / of))
}

pub fn categories() -> Result<Vec<CategoryDraft>, Failure> {
    json("categories.json")
}

pub fn member_ids() -> impl Iterator<Item = MemberId> {
    (0..MEMBERS).map(member_id)
}

fn member_id(n: u8) -> MemberId {
    MemberId::new(EPOCH, [n; 10])
}

/// Of the demo's own folder: `pictures/MUG-01.svg`.
pub fn picture(path: &str) -> Option<Vec<u8>> {
    Files::get(path).map(|file| file.data.into_owned())
}

fn json<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, Failure> {
    let file = Files::get(name).ok_or_else(|| Failure::other(format!("the demo has no {name}")))?;
    serde_json::from_slice(&file.data)
        .map_err(|e| Failure::other(format!("the demo's {name}: {e}")))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_230_000_000_000);

    #[test]
    fn the_demo_is_a_whole_shop() {
        let shop = HandMade::read().unwrap();
        let drafts = shop.drafts().unwrap();
        assert!(drafts.len() >= 60);
        assert_eq!(categories().unwrap().len(), 8);
        assert!(drafts.iter().all(|draft| !draft.pictures.is_empty()));
        let skus: usize = shop
            .entries
            .iter()
            .map(|entry| entry.options.len().max(1))
            .sum();
        assert_eq!(
            shop.on_hand().len(),
            skus,
            "every SKU says how many there are"
        );
        let posts = shop.posts(NOW).unwrap();
        let ids: HashSet<&str> = posts.iter().map(|post| post.id.as_str()).collect();
        assert_eq!(ids.len(), posts.len());
        assert!(
            posts
                .iter()
                .all(|post| post.at < NOW && (post.is_staff || post.about.is_some()))
        );
    }

    #[test]
    fn nobody_reviews_the_same_product_twice() {
        let posts = HandMade::read().unwrap().posts(NOW).unwrap();
        let mut seen = HashSet::new();
        for post in posts.iter().filter(|post| post.stars.is_some()) {
            let product = post.about.as_ref().unwrap().product.clone();
            assert!(
                seen.insert((post.author, product.clone())),
                "{}: {product}",
                post.author_name
            );
        }
    }

    #[test]
    fn nobody_of_the_demo_can_log_in() {
        let members = HandMade::read().unwrap().members(NOW).unwrap();
        assert_eq!(members.len(), 12);
        assert!(members.iter().all(|member| member.password_hash.is_none()));
        let ids: Vec<MemberId> = members.iter().map(|member| member.member).collect();
        assert_eq!(ids, member_ids().collect::<Vec<_>>());
    }

    #[test]
    fn no_two_descriptions_share_a_sentence() {
        let shop = HandMade::read().unwrap();
        let mut seen = HashMap::new();
        for entry in &shop.entries {
            for text in [&entry.description.ko, &entry.description.en] {
                for sentence in text
                    .split_inclusive(['.', '!', '?'])
                    .map(str::trim)
                    .filter(|s| s.chars().count() > 4)
                {
                    let before = seen.insert(sentence, &entry.sku);
                    assert_eq!(before, None, "{}: {sentence}", entry.sku);
                }
            }
        }
    }
}
