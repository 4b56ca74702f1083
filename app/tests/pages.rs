//! Every page that can be reached by links, as a guest, a member and the shopkeeper, in both languages: no link leads
//! nowhere, and what screen readers and keyboards rely on is there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use support::{Answer, Caller, Place, Plan, TestShop};

/// Lists are long and alike: so many pages of one kind are enough.
const OF_A_KIND: usize = 4;

#[tokio::test]
async fn every_link_leads_somewhere_and_every_page_is_whole() {
    let shop = Plan::on(Place::Sqlite).with_demo().open().await;
    let member = shop.shopper().await;
    let order = member.buys("MUG-01", "tok_ok").await;
    member.sees_order(&order).until("delivered").await;
    for language in ["ko", "en"] {
        let guest = walk(&shop.guest(), language, &["/"]).await;
        assert!(guest >= 25, "{guest} pages for guests");
        let of_member = walk(&member.caller, language, &["/my"]).await;
        assert!(of_member >= 30, "{of_member} pages for members");
        let staff = walk(
            &shop.admin().await.caller,
            language,
            &["/admin", "/console"],
        )
        .await;
        assert!(staff >= 40, "{staff} pages for the shopkeeper");
    }
}

#[tokio::test]
async fn the_demo_is_worth_looking_at() {
    let shop: TestShop = Plan::on(Place::Sqlite).with_demo().open().await;
    let guest = shop.guest();
    let products = guest.get("/api/products?limit=100").await.is(200).items();
    assert!(products.len() >= 60, "{}", products.len());
    let categories: BTreeSet<&str> = products
        .iter()
        .map(|product| product["category"].as_str().unwrap())
        .collect();
    assert_eq!(categories.len(), 8, "{categories:?}");
    let mut sentences: BTreeMap<String, String> = BTreeMap::new();
    for language in ["ko", "en"] {
        for product in &products {
            let sku = product["sku"].as_str().unwrap();
            let path = format!("/api/products/{sku}");
            let shown = guest
                .get(&path)
                .header("accept-language", language)
                .await
                .is(200)
                .json();
            assert!(shown["picture"].is_string(), "{sku} has no picture");
            let description = shown["description"].as_str().unwrap();
            for sentence in description
                .split(['.', '!', '?', '\n'])
                .map(str::trim)
                .filter(|s| s.chars().count() > 8)
            {
                if let Some(other) = sentences.insert(sentence.to_owned(), sku.to_owned()) {
                    assert_eq!(other, sku, "share a sentence: {sentence}");
                }
            }
        }
    }
    for board in ["notices", "qna", "reviews"] {
        assert!(
            !guest
                .get(&format!("/api/boards/{board}/posts"))
                .await
                .is(200)
                .items()
                .is_empty(),
            "{board}"
        );
    }
    // nobody can sign in as a made-up shopper
    let members = shop
        .admin()
        .await
        .get("/api/admin/members?limit=100")
        .await
        .is(200)
        .items();
    for password in ["password", "demo", "banyan", "12345678", "demo1234"] {
        let demo = support::Shopper::new(
            shop.guest(),
            members.last().unwrap()["email"].as_str().unwrap(),
            password,
        );
        assert!([401, 422].contains(&demo.signs_in().await.status));
    }
}

/// Follows links from `starts`; answers how many pages there were.
async fn walk(caller: &Caller, language: &str, starts: &[&str]) -> usize {
    let mut queue: VecDeque<(String, String)> = starts
        .iter()
        .map(|path| (path.to_string(), "(start)".to_owned()))
        .collect();
    let (mut seen, mut kinds) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    let mut pages = 0;
    while let Some((path, from)) = queue.pop_front() {
        let many = kinds.entry(kind_of(&path)).or_default();
        if !seen.insert(path.clone()) || *many >= OF_A_KIND {
            continue;
        }
        *many += 1;
        let answer = caller
            .get(&path)
            .header("accept-language", language)
            .header("accept", "text/html")
            .await;
        // who has not bought a thing is told that only buyers review it
        if answer.status == 403 && path.starts_with("/boards/reviews/new") {
            continue;
        }
        assert!(
            answer.status < 400,
            "{path}, linked on {from}: {}",
            answer.status
        );
        if let Some(to) = answer.header("location") {
            queue.push_back((to.to_owned(), path));
            continue;
        }
        // mails are in their readers' language, with addresses for the world outside
        let is_mail = path.starts_with("/console/mailbox/");
        let kind = answer.header("content-type").unwrap_or_default();
        if !kind.starts_with("text/html") || is_mail || path.starts_with("/api/") {
            continue;
        }
        pages += 1;
        let html = answer.text();
        check_page(&path, language, &answer, &html);
        for link in ["href=\"", "src=\"", "hx-get=\""]
            .iter()
            .flat_map(|attribute| values(&html, attribute))
        {
            let link = link.replace("&amp;", "&").replace("&#38;", "&");
            let link = link.split('#').next().unwrap().to_owned();
            if link.starts_with('/') {
                queue.push_back((link, path.clone()));
            } else if let Some(query) = link.strip_prefix('?') {
                queue.push_back((
                    format!("{}?{query}", path.split('?').next().unwrap()),
                    path.clone(),
                ));
            } else {
                assert!(
                    link.is_empty() || link.starts_with("data:") || link.starts_with("mailto:"),
                    "{path}: {link}"
                );
            }
        }
    }
    pages
}

/// Ids and codes say nothing about what kind of page it is; the kind of query does.
fn kind_of(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let is_name = |word: &str| {
        word.bytes()
            .any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    };
    let words: Vec<&str> = path
        .split('/')
        .map(|word| if is_name(word) { "*" } else { word })
        .collect();
    let mut keys: Vec<&str> = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap())
        .collect();
    keys.sort_unstable();
    format!("{}?{}", words.join("/"), keys.join("&"))
}

#[track_caller]
fn check_page(path: &str, language: &str, answer: &Answer, html: &str) {
    if !html.contains("<html") {
        return; // a piece of a page
    }
    assert!(
        html.contains(&format!("<html lang=\"{language}\"")),
        "{path} in {language}"
    );
    let title = html
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next())
        .unwrap_or_default();
    assert!(!title.trim().is_empty(), "{path} has no title");
    assert_eq!(
        html.matches("<h1").count(),
        1,
        "{path}: one heading tells what the page is"
    );
    assert!(html.contains("<main"), "{path}");
    assert!(
        !html.contains(" style=\"") && !html.contains(" onclick="),
        "{path} has inline code"
    );
    assert!(
        answer
            .header("content-security-policy")
            .unwrap()
            .contains("nonce-"),
        "{path}"
    );
    let mut ids = BTreeSet::new();
    for id in values(html, " id=\"") {
        assert!(ids.insert(id), "{path}: two things are called {id}");
    }
    for label in values(html, " for=\"") {
        assert!(
            ids.contains(label),
            "{path}: a label for {label}, which is not there"
        );
    }
    for described in values(html, "aria-describedby=\"").flat_map(str::split_whitespace) {
        assert!(
            ids.contains(described),
            "{path}: described by {described}, which is not there"
        );
    }
    for image in tags(html, "<img ") {
        assert!(image.contains(" alt="), "{path}: {image}");
    }
    let labels: BTreeSet<&str> = values(html, " for=\"").collect();
    for control in ["<input ", "<select ", "<textarea "]
        .iter()
        .flat_map(|tag| tags(html, tag))
    {
        let kind = attribute(control, "type").unwrap_or_default();
        let is_named = attribute(control, "aria-label").is_some_and(|text| !text.is_empty())
            || attribute(control, "id").is_some_and(|id| labels.contains(id));
        // radio buttons and ticks lie inside of their labels
        let inside = ["radio", "checkbox"].contains(&kind);
        assert!(
            is_named || inside || ["hidden", "submit"].contains(&kind),
            "{path}: nobody is told what this is: {control}"
        );
    }
    // a text that is missing shows as its key
    for prefix in [
        "frame-",
        "app-",
        "members-",
        "catalog-",
        "stock-",
        "cart-",
        "orders-",
        "board-",
        "order-history-",
    ] {
        let shown = html.match_indices(&format!(">{prefix}")).next();
        assert!(
            shown.is_none(),
            "{path} shows a key: {:?}",
            shown.map(|(at, _)| &html[at..(at + 40).min(html.len())])
        );
    }
}

fn values<'a>(html: &'a str, start: &str) -> impl Iterator<Item = &'a str> {
    let len = start.len();
    html.match_indices(start)
        .map(move |(at, _)| html[at + len..].split('"').next().unwrap())
}

fn tags<'a>(html: &'a str, start: &str) -> impl Iterator<Item = &'a str> {
    html.match_indices(start)
        .map(move |(at, _)| html[at..].split('>').next().unwrap())
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}
