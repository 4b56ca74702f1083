//! What the order history promises, on both databases: it is built from events alone.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod scenarios;
mod world;

mod sqlite {
    use super::scenarios;
    use super::world::World;

    #[actix_web::test]
    async fn an_order_stands_in_the_list_as_its_events_tell() {
        scenarios::an_order_stands_in_the_list_as_its_events_tell(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn events_that_come_twice_or_late_change_nothing() {
        scenarios::events_that_come_twice_or_late_change_nothing(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn figures_follow_what_becomes_of_orders() {
        scenarios::figures_follow_what_becomes_of_orders(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn orders_are_found_by_words_of_their_products_and_by_number() {
        scenarios::orders_are_found_by_words_of_their_products_and_by_number(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn a_list_pages_from_the_newest_to_the_oldest() {
        scenarios::a_list_pages_from_the_newest_to_the_oldest(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn what_cannot_be_asked_is_refused() {
        scenarios::what_cannot_be_asked_is_refused(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn a_new_order_is_awaited_until_it_is_here() {
        scenarios::a_new_order_is_awaited_until_it_is_here(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn orders_of_a_member_who_has_left_are_nobodys() {
        scenarios::orders_of_a_member_who_has_left_are_nobodys(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn an_event_that_makes_no_sense_is_refused_alone() {
        scenarios::an_event_that_makes_no_sense_is_refused_alone(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn a_batch_of_events_is_one_write() {
        scenarios::a_batch_of_events_is_one_write(World::sqlite()).await;
    }
    #[actix_web::test]
    async fn eight_writers_add_up() {
        scenarios::eight_writers_add_up(World::sqlite()).await;
    }
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use super::scenarios;
    use super::world::World;

    #[actix_web::test]
    async fn an_order_stands_in_the_list_as_its_events_tell() {
        scenarios::an_order_stands_in_the_list_as_its_events_tell(World::postgres()).await;
    }
    #[actix_web::test]
    async fn events_that_come_twice_or_late_change_nothing() {
        scenarios::events_that_come_twice_or_late_change_nothing(World::postgres()).await;
    }
    #[actix_web::test]
    async fn figures_follow_what_becomes_of_orders() {
        scenarios::figures_follow_what_becomes_of_orders(World::postgres()).await;
    }
    #[actix_web::test]
    async fn orders_are_found_by_words_of_their_products_and_by_number() {
        scenarios::orders_are_found_by_words_of_their_products_and_by_number(World::postgres())
            .await;
    }
    #[actix_web::test]
    async fn a_list_pages_from_the_newest_to_the_oldest() {
        scenarios::a_list_pages_from_the_newest_to_the_oldest(World::postgres()).await;
    }
    #[actix_web::test]
    async fn what_cannot_be_asked_is_refused() {
        scenarios::what_cannot_be_asked_is_refused(World::postgres()).await;
    }
    #[actix_web::test]
    async fn a_new_order_is_awaited_until_it_is_here() {
        scenarios::a_new_order_is_awaited_until_it_is_here(World::postgres()).await;
    }
    #[actix_web::test]
    async fn orders_of_a_member_who_has_left_are_nobodys() {
        scenarios::orders_of_a_member_who_has_left_are_nobodys(World::postgres()).await;
    }
    #[actix_web::test]
    async fn an_event_that_makes_no_sense_is_refused_alone() {
        scenarios::an_event_that_makes_no_sense_is_refused_alone(World::postgres()).await;
    }
    #[actix_web::test]
    async fn a_batch_of_events_is_one_write() {
        scenarios::a_batch_of_events_is_one_write(World::postgres()).await;
    }
    #[actix_web::test]
    async fn eight_writers_add_up() {
        scenarios::eight_writers_add_up(World::postgres()).await;
    }
}
