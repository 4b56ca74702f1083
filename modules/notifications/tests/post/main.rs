//! What notifications promises, on both databases, to a mail server of our own.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

mod paper;
mod scenarios;
mod server;
mod world;

mod sqlite {
    use super::scenarios;
    use super::world::World;

    #[tokio::test]
    async fn a_mail_arrives_in_the_language_of_its_reader() {
        scenarios::a_mail_arrives_in_the_language_of_its_reader(World::sqlite()).await;
    }
    #[tokio::test]
    async fn a_server_that_goes_down_half_way_gets_the_mail_later_once() {
        scenarios::a_server_that_goes_down_half_way_gets_the_mail_later_once(World::sqlite()).await;
    }
    #[tokio::test]
    async fn what_the_server_refuses_is_tried_again_or_given_up() {
        scenarios::what_the_server_refuses_is_tried_again_or_given_up(World::sqlite()).await;
    }
    #[tokio::test]
    async fn mails_wait_while_members_cannot_be_asked() {
        scenarios::mails_wait_while_members_cannot_be_asked(World::sqlite()).await;
    }
    #[tokio::test]
    async fn without_a_mail_server_mails_are_kept_in_the_mailbox() {
        scenarios::without_a_mail_server_mails_are_kept_in_the_mailbox(World::sqlite()).await;
    }
    #[tokio::test]
    async fn a_link_for_a_new_password_is_sent_once_and_leaves_no_trace() {
        scenarios::a_link_for_a_new_password_is_sent_once_and_leaves_no_trace(World::sqlite())
            .await;
    }
    #[tokio::test]
    async fn a_link_that_has_ended_is_not_sent() {
        scenarios::a_link_that_has_ended_is_not_sent(World::sqlite()).await;
    }
    #[tokio::test]
    async fn an_event_that_comes_twice_is_told_once_and_old_news_never() {
        scenarios::an_event_that_comes_twice_is_told_once_and_old_news_never(World::sqlite()).await;
    }
    #[tokio::test]
    async fn mails_are_erased_after_a_month_and_with_their_member() {
        scenarios::mails_are_erased_after_a_month_and_with_their_member(World::sqlite()).await;
    }
    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused_alone() {
        scenarios::an_event_that_cannot_be_read_is_refused_alone(World::sqlite()).await;
    }
    #[tokio::test]
    async fn eight_writers_with_the_same_keys_queue_each_mail_once() {
        scenarios::eight_writers_with_the_same_keys_queue_each_mail_once(World::sqlite()).await;
    }
    #[tokio::test]
    async fn the_sender_works_until_it_is_stopped() {
        scenarios::the_sender_works_until_it_is_stopped(World::sqlite()).await;
    }
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use super::scenarios;
    use super::world::World;

    #[tokio::test]
    async fn a_mail_arrives_in_the_language_of_its_reader() {
        scenarios::a_mail_arrives_in_the_language_of_its_reader(World::postgres()).await;
    }
    #[tokio::test]
    async fn a_server_that_goes_down_half_way_gets_the_mail_later_once() {
        scenarios::a_server_that_goes_down_half_way_gets_the_mail_later_once(World::postgres())
            .await;
    }
    #[tokio::test]
    async fn what_the_server_refuses_is_tried_again_or_given_up() {
        scenarios::what_the_server_refuses_is_tried_again_or_given_up(World::postgres()).await;
    }
    #[tokio::test]
    async fn mails_wait_while_members_cannot_be_asked() {
        scenarios::mails_wait_while_members_cannot_be_asked(World::postgres()).await;
    }
    #[tokio::test]
    async fn without_a_mail_server_mails_are_kept_in_the_mailbox() {
        scenarios::without_a_mail_server_mails_are_kept_in_the_mailbox(World::postgres()).await;
    }
    #[tokio::test]
    async fn a_link_for_a_new_password_is_sent_once_and_leaves_no_trace() {
        scenarios::a_link_for_a_new_password_is_sent_once_and_leaves_no_trace(World::postgres())
            .await;
    }
    #[tokio::test]
    async fn a_link_that_has_ended_is_not_sent() {
        scenarios::a_link_that_has_ended_is_not_sent(World::postgres()).await;
    }
    #[tokio::test]
    async fn an_event_that_comes_twice_is_told_once_and_old_news_never() {
        scenarios::an_event_that_comes_twice_is_told_once_and_old_news_never(World::postgres())
            .await;
    }
    #[tokio::test]
    async fn mails_are_erased_after_a_month_and_with_their_member() {
        scenarios::mails_are_erased_after_a_month_and_with_their_member(World::postgres()).await;
    }
    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused_alone() {
        scenarios::an_event_that_cannot_be_read_is_refused_alone(World::postgres()).await;
    }
    #[tokio::test]
    async fn eight_writers_with_the_same_keys_queue_each_mail_once() {
        scenarios::eight_writers_with_the_same_keys_queue_each_mail_once(World::postgres()).await;
    }
    #[tokio::test]
    async fn the_sender_works_until_it_is_stopped() {
        scenarios::the_sender_works_until_it_is_stopped(World::postgres()).await;
    }
}
