//! What members tells the others: ids only, no personal data.

use kernel::{Locale, MemberId, Timestamp};
use platform::events::{Published, sample};
use serde::Serialize;

#[derive(Serialize)]
pub struct MemberJoined {
    pub member: MemberId,
    pub locale: Locale,
}

/// What others know of this member must go, or lose its name.
#[derive(Serialize)]
pub struct MemberWithdrawn {
    pub member: MemberId,
}

impl Published for MemberJoined {
    const TYPE: &'static str = "shop.banyan.members.member.joined.v1";

    fn aggregate(&self) -> String {
        self.member.to_string()
    }

    fn sample() -> Self {
        Self {
            member: sample_member(),
            locale: Locale::En,
        }
    }
}

impl Published for MemberWithdrawn {
    const TYPE: &'static str = "shop.banyan.members.member.withdrawn.v1";

    fn aggregate(&self) -> String {
        self.member.to_string()
    }

    fn sample() -> Self {
        Self {
            member: sample_member(),
        }
    }
}

/// One example of each, for the test that feeds them to every consumer.
pub fn samples() -> Vec<(&'static str, serde_json::Value)> {
    vec![sample::<MemberJoined>(), sample::<MemberWithdrawn>()]
}

fn sample_member() -> MemberId {
    MemberId::new(Timestamp::from_micros(0), [7; 10])
}
