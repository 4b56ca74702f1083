//! What shipping promises, on both databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod depot;
mod promises;
mod workers;

mod sqlite {
    use super::{promises, workers};
    use crate::depot::Depot;

    #[tokio::test]
    async fn a_parcel_is_shipped_and_delivered_once() {
        promises::a_parcel_is_shipped_and_delivered_once(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn parcels_come_back_or_are_lost() {
        promises::parcels_come_back_or_are_lost(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_parcel_can_be_called_back_until_it_is_shipped() {
        promises::a_parcel_can_be_called_back_until_it_is_shipped(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_cancellation_before_the_request_is_remembered() {
        promises::a_cancellation_before_the_request_is_remembered(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_parcel_that_was_never_requested_is_not_dispatched() {
        promises::a_parcel_that_was_never_requested_is_not_dispatched(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn parcels_are_followed_by_whoever_starts_next() {
        promises::parcels_are_followed_by_whoever_starts_next(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn a_courier_without_signal_is_asked_again() {
        promises::a_courier_without_signal_is_asked_again(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn addresses_are_kept_no_longer_than_needed() {
        promises::addresses_are_kept_no_longer_than_needed(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn eight_callers_and_the_courier_agree_on_every_parcel() {
        promises::eight_callers_and_the_courier_agree_on_every_parcel(Depot::on_sqlite()).await;
    }
    #[tokio::test]
    async fn the_clock_runs_by_itself_and_stops_when_told() {
        workers::the_clock_runs_by_itself_and_stops_when_told(Depot::on_sqlite()).await;
    }
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use super::{promises, workers};
    use crate::depot::Depot;

    #[tokio::test]
    async fn a_parcel_is_shipped_and_delivered_once() {
        promises::a_parcel_is_shipped_and_delivered_once(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn parcels_come_back_or_are_lost() {
        promises::parcels_come_back_or_are_lost(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_parcel_can_be_called_back_until_it_is_shipped() {
        promises::a_parcel_can_be_called_back_until_it_is_shipped(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_cancellation_before_the_request_is_remembered() {
        promises::a_cancellation_before_the_request_is_remembered(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_parcel_that_was_never_requested_is_not_dispatched() {
        promises::a_parcel_that_was_never_requested_is_not_dispatched(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn parcels_are_followed_by_whoever_starts_next() {
        promises::parcels_are_followed_by_whoever_starts_next(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn a_courier_without_signal_is_asked_again() {
        promises::a_courier_without_signal_is_asked_again(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn addresses_are_kept_no_longer_than_needed() {
        promises::addresses_are_kept_no_longer_than_needed(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn eight_callers_and_the_courier_agree_on_every_parcel() {
        promises::eight_callers_and_the_courier_agree_on_every_parcel(Depot::on_postgres()).await;
    }
    #[tokio::test]
    async fn the_clock_runs_by_itself_and_stops_when_told() {
        workers::the_clock_runs_by_itself_and_stops_when_told(Depot::on_postgres()).await;
    }
}
