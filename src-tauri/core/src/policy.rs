//! What the user chose: direction, rule, switches. Data that masks fields, no behaviour of its own.

use enum_map::EnumMap;
use serde::{Deserialize, Serialize};

use crate::{Field, Group, Provider, Shape};

/// Which way changes travel between the library and one provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Both ways.
    #[default]
    Both,
    /// From the provider only: nothing is ever written there.
    Pull,
    /// To the provider only: what is changed there stays there.
    Push,
}

/// Who wins when several sides changed the same group of fields to different values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// The newest edit, as far as times can tell.
    #[default]
    Newest,
    /// Whoever read furthest; other fields go by newest.
    Furthest,
    /// The library.
    Local,
    /// The provider.
    Remote,
    /// Nobody: a person decides.
    Ask,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 5] = [Self::Newest, Self::Furthest, Self::Local, Self::Remote, Self::Ask];
}

/// What happens at a provider when the reader removes a manga from the library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum RemovalPolicy {
    /// Ask each time.
    #[default]
    Ask,
    /// Remove it there too.
    Follow,
    /// Keep it there.
    Keep,
}

/// The user's choices for one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderPolicy {
    /// Whether this provider takes part at all (`sync_enabled`).
    pub enabled: bool,
    /// `sync_reading_progress`: chapters, volumes and rereads.
    pub progress: bool,
    /// `sync_ratings`: the score.
    pub ratings: bool,
    /// `sync_status`: the status.
    pub status: bool,
    /// Which way changes travel.
    pub direction: Direction,
    /// Who wins.
    pub rule: Rule,
    /// Who wins in these groups of fields instead.
    pub own_rules: EnumMap<Group, Option<Rule>>,
    /// What follows a removal in the library.
    pub removal: RemovalPolicy,
    /// Whether private entries may be written where privacy can't be held.
    pub export_private: bool,
    /// Whether volumes are mapped at a provider that holds none by itself (Kitsu's `volumesOwned`).
    pub volumes: bool,
}

impl Default for ProviderPolicy {
    fn default() -> Self {
        Self {
            enabled: true,
            progress: true,
            ratings: true,
            status: true,
            direction: Direction::Both,
            rule: Rule::Newest,
            own_rules: EnumMap::default(),
            removal: RemovalPolicy::Ask,
            export_private: false,
            volumes: false,
        }
    }
}

impl ProviderPolicy {
    /// Whether the switches let `field` take part.
    pub fn allows(&self, field: Field) -> bool {
        match field {
            Field::Status => self.status,
            Field::Chapters | Field::Volumes | Field::Rereads => self.progress,
            Field::Score => self.ratings,
            Field::FinishedOn | Field::StartedOn | Field::Notes | Field::Private => true,
        }
    }

    /// Who wins in this group of fields.
    pub fn rule_of(&self, group: Group) -> Rule {
        self.own_rules[group].unwrap_or(self.rule)
    }

    /// Whether changes made at the provider come into the library.
    pub fn pulls(&self) -> bool {
        match self.direction {
            Direction::Both | Direction::Pull => self.enabled,
            Direction::Push => false,
        }
    }

    /// Whether changes made in the library go to the provider.
    pub fn pushes(&self) -> bool {
        match self.direction {
            Direction::Both | Direction::Push => self.enabled,
            Direction::Pull => false,
        }
    }

    /// What becomes of the provider's entry when the reader removes a manga from the library; none: nothing, as long as changes
    /// made in the library do not go there.
    pub fn on_removal(&self) -> Option<RemovalPolicy> {
        self.pushes().then_some(self.removal)
    }

    /// The provider's shape with this user's switches.
    pub fn shape(&self, provider: Provider) -> Shape {
        let shape = Shape::of(provider);
        Shape { volumes: shape.volumes || self.volumes, ..shape }
    }
}

/// All of the user's choices that a plan depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Whether what came from one provider may go to another.
    pub keep_in_step: bool,
    /// The choices per provider.
    pub providers: EnumMap<Provider, ProviderPolicy>,
}
