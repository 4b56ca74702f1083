//! What payments promises, on both databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod promises;
mod races;
mod shop;
mod workers;

mod sqlite {
    use super::{promises, races, workers};
    use crate::shop::Shop;

    #[tokio::test]
    async fn an_order_pays_once_and_gets_its_money_back_once() {
        promises::an_order_pays_once_and_gets_its_money_back_once(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_hold_is_lifted() {
        promises::a_hold_is_lifted(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn cards_that_nobody_issued_are_declined() {
        promises::cards_that_nobody_issued_are_declined(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_flaky_card_works_the_third_time() {
        promises::a_flaky_card_works_the_third_time(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_silent_provider_is_asked_what_it_did() {
        promises::a_silent_provider_is_asked_what_it_did(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_slow_card_holds_nobody_up() {
        promises::a_slow_card_holds_nobody_up(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_reversal_before_the_authorisation_wins() {
        promises::a_reversal_before_the_authorisation_wins(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_reversal_while_the_provider_thinks_wins() {
        promises::a_reversal_while_the_provider_thinks_wins(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_failed_delivery_is_refunded() {
        promises::a_failed_delivery_is_refunded(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn every_step_survives_the_death_of_the_process() {
        promises::every_step_survives_the_death_of_the_process(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn the_card_is_forgotten_when_it_is_settled() {
        promises::the_card_is_forgotten_when_it_is_settled(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn eight_callers_at_odds_leave_the_books_in_agreement() {
        races::eight_callers_at_odds_leave_the_books_in_agreement(Shop::on_sqlite()).await;
    }
    #[tokio::test]
    async fn the_worker_settles_by_itself_and_stops_when_told() {
        workers::the_worker_settles_by_itself_and_stops_when_told(Shop::on_sqlite()).await;
    }
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use super::{promises, races, workers};
    use crate::shop::Shop;

    #[tokio::test]
    async fn an_order_pays_once_and_gets_its_money_back_once() {
        promises::an_order_pays_once_and_gets_its_money_back_once(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_hold_is_lifted() {
        promises::a_hold_is_lifted(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn cards_that_nobody_issued_are_declined() {
        promises::cards_that_nobody_issued_are_declined(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_flaky_card_works_the_third_time() {
        promises::a_flaky_card_works_the_third_time(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_silent_provider_is_asked_what_it_did() {
        promises::a_silent_provider_is_asked_what_it_did(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_slow_card_holds_nobody_up() {
        promises::a_slow_card_holds_nobody_up(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_reversal_before_the_authorisation_wins() {
        promises::a_reversal_before_the_authorisation_wins(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_reversal_while_the_provider_thinks_wins() {
        promises::a_reversal_while_the_provider_thinks_wins(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_failed_delivery_is_refunded() {
        promises::a_failed_delivery_is_refunded(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn every_step_survives_the_death_of_the_process() {
        promises::every_step_survives_the_death_of_the_process(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn the_card_is_forgotten_when_it_is_settled() {
        promises::the_card_is_forgotten_when_it_is_settled(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn eight_callers_at_odds_leave_the_books_in_agreement() {
        races::eight_callers_at_odds_leave_the_books_in_agreement(Shop::on_postgres()).await;
    }
    #[tokio::test]
    async fn the_worker_settles_by_itself_and_stops_when_told() {
        workers::the_worker_settles_by_itself_and_stops_when_told(Shop::on_postgres()).await;
    }
}
