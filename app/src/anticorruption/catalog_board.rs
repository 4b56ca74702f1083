use board::api;
use catalog::needs::{Most, Opinions, Question, Review, Stars, Talk};
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
            Ok(ratings.into_iter().map(stars).collect())
        })
    }

    fn talk<'a>(
        &'a self,
        product: Sku,
        most: Most,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Talk, Unavailable>> {
        Box::pin(async move {
            let ask = api::Discussion {
                product,
                reviews: most.reviews,
                questions: most.questions,
            };
            let talk = self.0.call(ask, ctx).await?;
            Ok(Talk {
                reviews: talk.reviews.into_iter().map(review).collect(),
                questions: talk.questions.into_iter().map(question).collect(),
                stars: talk.rating.map(stars),
            })
        })
    }
}

fn stars(rating: api::Rating) -> Stars {
    Stars {
        product: rating.product,
        average: rating.average,
        count: rating.count,
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
