use std::sync::Arc;

use askama::Template;
use kernel::{Locale, MemberId, Timestamp};
use platform::identity::{Identity, Role};
use platform::locale::{FRAME, Texts, check, untranslated_below};
use platform::page::{Area, Page};
use platform::problem::FieldError;
use platform::shell::Shell;

use super::pages::comments::CommentPage;
use super::pages::form::{FormPage, PostForm};
use super::pages::moderation::{HidePage, ModerationPage, Wanted};
use super::pages::{ListPage, ShowPage};
use crate::domain::{About, Author, Board, Comment, CommentId, Post, PostId, Text, Viewer};

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_micros(1_795_230_000_000_000 + minutes * 60_000_000)
}

fn member(n: u8) -> MemberId {
    MemberId::new(at(0), [n; 10])
}

fn author(n: u8, name: Option<&str>) -> Author {
    Author {
        member: name.map(|_| member(n)),
        name: name.map(str::to_owned),
        is_staff: n == 9,
    }
}

fn post(n: u8, board: Board, (title, body): (&str, &str)) -> Post {
    let about = About {
        product: "TEE-LINEN".parse().unwrap(),
        sku: "TEE-LINEN-M".parse().unwrap(),
        name_ko: "리넨 셔츠 (M, 남색)".to_owned(),
        name_en: "Linen shirt (M, navy) <L>".to_owned(),
    };
    Post {
        id: PostId::new(at(i64::from(n)), [n; 10]),
        board,
        text: Text {
            title: title.to_owned(),
            body: body.to_owned(),
        },
        other: None,
        about: (board != Board::Notices).then_some(about),
        stars: (board == Board::Reviews).then_some(i64::from(n % 5) + 1),
        author: if board == Board::Notices {
            author(9, Some("반얀 가게"))
        } else {
            author(n, Some("김하늘"))
        },
        answered: n.is_multiple_of(2),
        comments: i64::from(n),
        hidden: None,
        at: at(i64::from(n)),
        edited_at: (n == 1).then(|| at(60)),
    }
}

fn posts(board: Board) -> Vec<Post> {
    let texts = [
        (
            "여름에 정말 시원해요",
            "두 달째 입고 있는데 빨래하고 나면 더 부드러워집니다.\n다림질은 조금 필요해요.",
        ),
        (
            "Runs a little large <L>",
            "I am 182 cm and took an M. The sleeves are long enough, which is rare for me.",
        ),
        (
            "색이 화면과 거의 같습니다",
            "남색이라기보다 먹색에 가깝지만 마음에 들어요.",
        ),
        (
            "선물했더니 좋아하시네요",
            "아버지께 드렸는데 날마다 입으십니다.",
        ),
    ];
    (0..)
        .zip(texts)
        .map(|(n, text)| post(n, board, text))
        .collect()
}

fn comment(n: u8, body: &str, hidden: Option<&str>) -> Comment {
    Comment {
        id: CommentId::new(at(0), [n; 10]),
        post: PostId::new(at(0), [0; 10]),
        body: body.to_owned(),
        author: author(n, (n != 3).then_some("이바다")),
        hidden: hidden.map(str::to_owned),
        at: at(30),
        edited_at: (n == 1).then(|| at(31)),
    }
}

impl ListPage {
    fn sample(page: Page, board: Board) -> Self {
        Self {
            page: page.in_area(Area::Shop, board.as_str()),
            board,
            posts: posts(board),
            about: None,
            sku: String::new(),
            first: String::new(),
            next: format!("/boards/{}?cursor=x", board.as_str()),
        }
    }
}

impl ShowPage {
    fn sample(page: Page, board: Board) -> Self {
        let comments = vec![
            comment(1, "저도 궁금했어요 <L>", None),
            comment(
                9,
                "안녕하세요. 찬물에 손빨래하시면 줄지 않습니다.\n드라이어는 피해 주세요.",
                None,
            ),
            comment(3, "Thank you!", Some("spam")),
        ];
        let viewer = Viewer {
            member: page.identity().member,
            is_admin: page.is_admin(),
        };
        Self {
            page: page.in_area(Area::Shop, board.as_str()),
            board,
            post: posts(board).remove(1),
            thread: comments,
            viewer,
            key: "k".to_owned(),
            typed: String::new(),
            errors: Vec::new(),
            notice: None,
        }
    }
}

impl FormPage {
    fn sample(page: Page, board: Board) -> Self {
        let form = PostForm {
            title: "여름에 정말 시원해요".to_owned(),
            body: "두 달째 입고 있습니다. </textarea><L>".to_owned(),
            stars: "4".to_owned(),
            sku: "TEE-LINEN-M".to_owned(),
            ..PostForm::default()
        };
        let about = posts(board).remove(0).about;
        Self::new(page, board, form, about)
    }
}

fn wrong(fields: &[&'static str]) -> Vec<FieldError> {
    let missing = |field: &&'static str| FieldError::new(*field, "board-field-missing");
    let long = FieldError::new("title", "board-field-long").arg("most", 120);
    fields.iter().map(missing).chain([long]).collect()
}

/// Every page, in every shape that it can have.
fn pages(page: &Page) -> Vec<(String, String)> {
    let mut pages = for_people(page);
    pages.extend(for_staff(page));
    pages
}

fn for_people(page: &Page) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add =
        |name: &str, html: askama::Result<String>| pages.push((name.to_owned(), html.unwrap()));
    for board in Board::ALL {
        let name = board.as_str();
        let list = || ListPage::sample(page.clone(), board);
        let show = || ShowPage::sample(page.clone(), board);
        let form = || FormPage::sample(page.clone(), board);
        add(&format!("list {name}"), list().render());
        let about = posts(Board::Qna).remove(0).about;
        add(
            &format!("product {name}"),
            ListPage {
                sku: "TEE-LINEN-M".to_owned(),
                about,
                ..list()
            }
            .render(),
        );
        add(
            &format!("unknown {name}"),
            ListPage {
                sku: "TEE".to_owned(),
                posts: Vec::new(),
                ..list()
            }
            .render(),
        );
        add(&format!("show {name}"), show().render());
        let mut hidden = show();
        (hidden.post.hidden, hidden.post.author) = (Some("광고".to_owned()), author(1, None));
        (hidden.notice, hidden.errors) = (Some("board-not-now"), wrong(&["body"]));
        add(&format!("hidden {name}"), hidden.render());
        add(
            &format!("silent {name}"),
            ShowPage {
                thread: Vec::new(),
                ..show()
            }
            .render(),
        );
        add(&format!("form {name}"), form().render());
        let fields = ["sku", "stars", "title", "body", "other_title", "other_body"];
        add(
            &format!("wrong {name}"),
            FormPage {
                errors: wrong(&fields),
                notice: Some("board-not-now"),
                ..form()
            }
            .render(),
        );
        let blank = FormPage::new(page.clone(), board, PostForm::default(), None);
        add(&format!("blank {name}"), blank.render());
        add(
            &format!("edit {name}"),
            FormPage {
                editing: Some("/boards/x/posts/y".to_owned()),
                ..form()
            }
            .render(),
        );
    }
    let place = (Board::Qna, PostId::new(at(0), [1; 10]));
    let comment_page = CommentPage::new(page.clone(), place, "c".to_owned(), "저도요".to_owned());
    add(
        "comment",
        CommentPage {
            errors: wrong(&["body"]),
            ..comment_page
        }
        .render(),
    );
    pages
}

fn for_staff(page: &Page) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add =
        |name: &str, html: askama::Result<String>| pages.push((name.to_owned(), html.unwrap()));
    let admin = page.clone().in_area(Area::Admin, "posts");
    let mut all: Vec<Post> = Board::ALL.into_iter().flat_map(posts).collect();
    all[5].hidden = Some("욕설이 있어 가렸습니다".to_owned());
    let wanted = Wanted {
        board: "qna".to_owned(),
        state: "hidden".to_owned(),
    };
    let (first, next) = (
        "/admin/posts".to_owned(),
        "/admin/posts?cursor=x".to_owned(),
    );
    add(
        "moderation",
        ModerationPage {
            page: admin.clone(),
            posts: all.clone(),
            wanted: wanted.clone(),
            first,
            next,
        }
        .render(),
    );
    let none = ModerationPage {
        page: admin.clone(),
        posts: vec![],
        wanted,
        first: String::new(),
        next: String::new(),
    };
    add("moderation empty", none.render());
    for comment in [None, Some(comment(1, "광고입니다 <L>", None))] {
        let (post, typed) = (all.remove(4), String::new());
        add(
            "hide",
            HidePage {
                page: admin.clone(),
                post,
                comment,
                typed,
                errors: wrong(&["reason"]),
            }
            .render(),
        );
    }
    pages
}

#[test]
fn every_page_renders_in_both_languages_without_a_text_missing() {
    let shell = Arc::new(Shell::sample(
        Texts::new(&[FRAME, crate::texts()].concat()).unwrap(),
    ));
    for locale in Locale::ALL {
        for somebody in [
            Identity::default(),
            Identity::of_member(member(1), [Role::Shopper]),
            Identity::of_member(member(9), [Role::Shopper, Role::Admin]),
        ] {
            let page = Page::sample(shell.clone(), somebody.in_language(locale));
            for (name, html) in pages(&page) {
                assert_eq!(
                    shell.texts.unknown(),
                    0,
                    "{name} in {locale} asks for a text that nobody wrote"
                );
                assert!(
                    !html.contains("<L>"),
                    "{name} in {locale} lets markup through"
                );
                assert_eq!(html.matches("<h1").count(), 1, "{name}");
            }
        }
    }
}

#[test]
fn the_texts_are_complete_and_the_templates_say_nothing_themselves() {
    assert_eq!(check(&crate::texts()), Vec::<String>::new());
    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    assert_eq!(untranslated_below(&templates), Vec::<String>::new());
}

#[test]
fn the_api_is_described() {
    let described = serde_json::to_value(crate::openapi()).unwrap();
    for path in [
        "/api/boards/{board}/posts",
        "/api/boards/{board}/posts/{id}",
        "/api/boards/{board}/posts/{id}/comments",
    ] {
        assert!(described["paths"].get(path).is_some(), "{path}");
    }
}
