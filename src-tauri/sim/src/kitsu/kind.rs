//! The resource types: their names, attributes and relationships (kitsu.md sections 4 to 6). Data only.

/// A type of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    LibraryEntries,
    Manga,
    Mappings,
    Users,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::LibraryEntries, Self::Manga, Self::Mappings, Self::Users];

    /// The type's name in answers and in `fields[…]`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LibraryEntries => "libraryEntries",
            Self::Manga => "manga",
            Self::Mappings => "mappings",
            Self::Users => "users",
        }
    }

    /// The type's name in addresses.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::LibraryEntries => "library-entries",
            Self::Manga => "manga",
            Self::Mappings => "mappings",
            Self::Users => "users",
        }
    }

    pub(super) fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::LibraryEntries => &LIBRARY_ENTRY,
            Self::Manga => &MANGA,
            Self::Mappings => &["createdAt", "updatedAt", "externalSite", "externalId"],
            Self::Users => &USER,
        }
    }

    /// Relationships, with the type that they lead to; none where the simulation has nothing to show.
    pub(super) fn relationships(self) -> &'static [(&'static str, Option<Kind>)] {
        match self {
            Self::LibraryEntries => &ENTRY_RELATIONSHIPS,
            Self::Manga => &[("mappings", Some(Self::Mappings))],
            Self::Mappings => &[("item", Some(Self::Manga))],
            Self::Users => &[],
        }
    }
}

const LIBRARY_ENTRY: [&str; 15] = [
    "createdAt",
    "updatedAt",
    "status",
    "progress",
    "volumesOwned",
    "reconsuming",
    "reconsumeCount",
    "notes",
    "private",
    "reactionSkipped",
    "progressedAt",
    "startedAt",
    "finishedAt",
    "rating",
    "ratingTwenty",
];

/// `media` is polymorphic; here it is always a manga (section 5.1).
const ENTRY_RELATIONSHIPS: [(&str, Option<Kind>); 9] = [
    ("user", Some(Kind::Users)),
    ("manga", Some(Kind::Manga)),
    ("media", Some(Kind::Manga)),
    ("anime", None),
    ("drama", None),
    ("review", None),
    ("mediaReaction", None),
    ("unit", None),
    ("nextUnit", None),
];

const MANGA: [&str; 18] = [
    "createdAt",
    "updatedAt",
    "slug",
    "synopsis",
    "titles",
    "canonicalTitle",
    "abbreviatedTitles",
    "averageRating",
    "userCount",
    "startDate",
    "endDate",
    "ageRating",
    "subtype",
    "status",
    "posterImage",
    "chapterCount",
    "volumeCount",
    "serialization",
];

/// Those after the third appear on one's own record only (section 4).
const USER: [&str; 9] = [
    "createdAt",
    "name",
    "slug",
    "email",
    "ratingSystem",
    "sfwFilter",
    "titleLanguagePreference",
    "timeZone",
    "country",
];
