use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::{Locale, Money, Sku};
use platform::page::{self, Area, Page, Section};
use platform::problem::Problem;
use serde::Deserialize;

use crate::domain::{Bilingual, Product, Variant};
use crate::http::ctx;
use crate::http::links::link;
use crate::needs::{Stars, Talk};
use crate::service::{Around, Reader, Service, Shown};
use crate::store::product::picture_path;

#[derive(Template)]
#[template(path = "catalog/show.html")]
pub struct ShowPage {
    page: Page,
    name: String,
    description: String,
    category: Option<(String, String)>,
    pictures: Vec<PictureView>,
    sku: Sku,
    price: Money,
    /// In words; empty without options.
    chosen: String,
    axes: Vec<AxisView>,
    left: Section<i64>,
    stars: Section<Stars>,
    talk: Section<Talk>,
}

struct PictureView {
    src: String,
    href: String,
    current: bool,
}

/// One way in which the variants differ.
struct AxisView {
    key: &'static str,
    values: Vec<ValueView>,
}

struct ValueView {
    text: String,
    href: String,
    current: bool,
    gone: bool,
}

#[derive(Deserialize)]
pub struct Look {
    /// Which picture, from 1.
    #[serde(default)]
    picture: String,
}

pub async fn show(
    service: Data<Service>,
    page: Page,
    sku: Path<String>,
    look: Query<Look>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let sku: Sku = sku.parse().map_err(|_| Problem::not_found())?;
    let shown = service
        .show(&sku, Reader::Person, &ctx(&request))
        .await?
        .ok_or_else(Problem::not_found)?;
    let picture = look.picture.parse::<usize>().unwrap_or(1).saturating_sub(1);
    page::render(&ShowPage::new(page, shown, picture).ok_or_else(Problem::not_found)?)
}

impl ShowPage {
    fn new(
        page: Page,
        Shown {
            found,
            category,
            around,
            talk,
        }: Shown,
        picture: usize,
    ) -> Option<Self> {
        let locale = page.locale();
        let product = &found.product;
        let chosen = product.variants.get(found.chosen.unwrap_or(0))?;
        Some(Self {
            page: page.in_area(Area::Shop, "products"),
            name: product.name.of(locale).to_owned(),
            description: product.description.of(locale).to_owned(),
            category: category
                .map(|category| (category.slug.clone(), category.name.of(locale).to_owned())),
            pictures: pictures(product, chosen, picture),
            sku: chosen.sku.clone(),
            price: chosen.price,
            chosen: chosen.values.label().of(locale).to_owned(),
            axes: axes(product, chosen, &around, locale),
            left: around
                .left(&chosen.sku)
                .map_or(Section::Missing, Section::Here),
            stars: around
                .stars(&product.code)
                .map_or(Section::Missing, Section::Here),
            talk,
        })
    }

    fn picture(&self) -> Option<&PictureView> {
        self.pictures.iter().find(|picture| picture.current)
    }

    fn is_sold_out(&self) -> bool {
        self.left.here() == Some(&0)
    }

    /// As many as one order may take.
    fn most(&self) -> i64 {
        self.left.here().map_or(99, |left| (*left).clamp(1, 99))
    }

    fn board(&self, board: &str) -> String {
        link(&format!("/boards/{board}"), [("sku", self.sku.as_str())])
    }
}

fn pictures(product: &Product, chosen: &Variant, current: usize) -> Vec<PictureView> {
    let current = if current < product.pictures.len() {
        current
    } else {
        0
    };
    let view = |(at, name): (usize, &String)| PictureView {
        src: picture_path(name),
        href: link(
            &format!("/products/{}", chosen.sku),
            [("picture", (at + 1).to_string().as_str())],
        ),
        current: at == current,
    };
    product.pictures.iter().enumerate().map(view).collect()
}

/// Each value leads to the variant that has it and is otherwise like the chosen one, or to the first that has it.
fn axes(product: &Product, chosen: &Variant, around: &Around, locale: Locale) -> Vec<AxisView> {
    type Of = fn(&Variant) -> Option<&Bilingual>;
    let (size, color): (Of, Of) = (|v| v.values.size.as_ref(), |v| v.values.color.as_ref());
    let axis = |(key, own, other): (&'static str, Of, Of)| {
        let mut values: Vec<&Bilingual> = Vec::new();
        for value in product.variants.iter().filter_map(own) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let view = |value: &Bilingual| {
            let with_value = || {
                product
                    .variants
                    .iter()
                    .filter(|variant| own(variant) == Some(value))
            };
            let variant = with_value()
                .find(|variant| other(variant) == other(chosen))
                .or_else(|| with_value().next())?;
            Some(ValueView {
                text: value.of(locale).to_owned(),
                href: format!("/products/{}", variant.sku),
                current: own(chosen) == Some(value),
                gone: around.left(&variant.sku) == Some(0),
            })
        };
        AxisView {
            key,
            values: values.into_iter().filter_map(view).collect(),
        }
    };
    let all = [
        ("catalog-size", size, color),
        ("catalog-color", color, size),
    ];
    all.into_iter()
        .map(axis)
        .filter(|axis| !axis.values.is_empty())
        .collect()
}

#[cfg(test)]
impl ShowPage {
    pub fn sample(page: Page) -> Self {
        use crate::needs::{Question, Review};
        let at = kernel::Timestamp::from_micros(1_795_230_000_000_000);
        let value = |text: &str, current, gone| ValueView {
            text: text.to_owned(),
            href: "/products/A".to_owned(),
            current,
            gone,
        };
        let review = |author: Option<&str>| Review {
            id: "1".to_owned(),
            title: "좋아요".to_owned(),
            body: "매일 씁니다.".to_owned(),
            stars: 5,
            author: author.map(ToOwned::to_owned),
            at,
        };
        let question = |answered| Question {
            id: "2".to_owned(),
            title: "크기가?".to_owned(),
            author: None,
            at,
            answered,
        };
        let code: Sku = "TEE-01".parse().unwrap();
        Self {
            page: page.in_area(Area::Shop, "products"),
            name: "면 티셔츠".to_owned(),
            description: "두툼합니다.".to_owned(),
            category: Some(("clothing".to_owned(), "의류".to_owned())),
            pictures: vec![
                PictureView {
                    src: "/pictures/x.svg".to_owned(),
                    href: "?picture=1".to_owned(),
                    current: true,
                },
                PictureView {
                    src: "/pictures/y.svg".to_owned(),
                    href: "?picture=2".to_owned(),
                    current: false,
                },
            ],
            sku: "TEE-01-M".parse().unwrap(),
            price: Money::krw(29_000),
            chosen: "M".to_owned(),
            axes: vec![AxisView {
                key: "catalog-size",
                values: vec![value("M", true, false), value("L", false, true)],
            }],
            left: Section::Here(3),
            stars: Section::Here(Stars {
                product: code.clone(),
                average: 4.5,
                count: 2,
            }),
            talk: Section::Here(Talk {
                reviews: vec![review(Some("김한글")), review(None)],
                questions: vec![question(true), question(false)],
                stars: None,
            }),
        }
    }

    /// Sold out, and nobody has said anything yet.
    pub fn quiet(page: Page) -> Self {
        let none = Stars {
            product: "TEE-01".parse().unwrap(),
            average: 0.0,
            count: 0,
        };
        Self {
            left: Section::Here(0),
            stars: Section::Here(none),
            talk: Section::Here(Talk::default()),
            pictures: Vec::new(),
            axes: Vec::new(),
            ..Self::sample(page)
        }
    }

    /// While stock and board do not answer.
    pub fn alone(page: Page) -> Self {
        Self {
            left: Section::Missing,
            stars: Section::Missing,
            talk: Section::Missing,
            ..Self::sample(page)
        }
    }
}
