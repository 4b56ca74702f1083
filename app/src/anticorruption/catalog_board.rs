use board::api;
use catalog::needs::{Opinions, Question, Review, Stars, Talk};
use kernel::Sku;
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};

pub struct CatalogOpinions(pub Port<board::Host>);

impl Opinions for CatalogOpinions {
    fn stars<'a>(
        &'a self,
        products: Vec<Sku>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Stars>, Unavailable>> {
        Box::pin(async move {
            let ratings = self.0.call(api::Stars { products }, ctx).await?;
            let translated = ratings.into_iter().map(|r| Stars {
                product: r.product,
                average: r.average,
                count: r.count,
            });
            Ok(translated.collect())
        })
    }

    fn talk<'a>(
        &'a self,
        product: Sku,
        limit: i64,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Talk, Unavailable>> {
        Box::pin(async move {
            let talk = self.0.call(api::Discussion { product, limit }, ctx).await?;
            Ok(Talk {
                reviews: talk.reviews.into_iter().map(review).collect(),
                questions: talk.questions.into_iter().map(question).collect(),
                review_count: talk.review_count,
            })
        })
    }
}

fn review(found: api::Review) -> Review {
    Review {
        id: found.id,
        title: found.title,
        body: found.body,
        stars: found.stars,
        author: found.author,
        at: found.at,
    }
}

fn question(found: api::Question) -> Question {
    Question {
        id: found.id,
        title: found.title,
        author: found.author,
        at: found.at,
        answered: found.answered,
    }
}
