//! Works that do not exist, with plausible titles and ids that collide with no real one. Rates follow mapping.md section 1.

use rand::Rng;
use rand::rngs::StdRng;

use super::{Format, Work};

/// Romaji, native and English words that titles are made of.
const WORDS: [(&str, &str, &str); 40] = [
    ("Kuroi", "黒い", "Black"),
    ("Ibara", "茨", "Thorn"),
    ("Hoshi", "星", "Star"),
    ("Yoru", "夜", "Night"),
    ("Tsuki", "月", "Moon"),
    ("Kaze", "風", "Wind"),
    ("Umi", "海", "Sea"),
    ("Sora", "空", "Sky"),
    ("Hana", "花", "Flower"),
    ("Mori", "森", "Forest"),
    ("Yuki", "雪", "Snow"),
    ("Ame", "雨", "Rain"),
    ("Kagami", "鏡", "Mirror"),
    ("Toshokan", "図書館", "Library"),
    ("Majo", "魔女", "Witch"),
    ("Kishi", "騎士", "Knight"),
    ("Ryuu", "竜", "Dragon"),
    ("Neko", "猫", "Cat"),
    ("Ookami", "狼", "Wolf"),
    ("Karasu", "烏", "Crow"),
    ("Kitsune", "狐", "Fox"),
    ("Tabi", "旅", "Journey"),
    ("Machi", "町", "Town"),
    ("Eki", "駅", "Station"),
    ("Densha", "電車", "Train"),
    ("Gakkou", "学校", "School"),
    ("Houkago", "放課後", "After School"),
    ("Natsu", "夏", "Summer"),
    ("Fuyu", "冬", "Winter"),
    ("Yume", "夢", "Dream"),
    ("Uta", "歌", "Song"),
    ("Kioku", "記憶", "Memory"),
    ("Jikan", "時間", "Time"),
    ("Hikari", "光", "Light"),
    ("Kage", "影", "Shadow"),
    ("Honoo", "炎", "Flame"),
    ("Tsurugi", "剣", "Sword"),
    ("Shiro", "城", "Castle"),
    ("Niwa", "庭", "Garden"),
    ("Ousama", "王様", "King"),
];

const FAMILY: [&str; 12] = [
    "Aoki",
    "Fujimoto",
    "Hayashi",
    "Inoue",
    "Kimura",
    "Matsuda",
    "Nakagawa",
    "Ogawa",
    "Sasaki",
    "Takahashi",
    "Ueda",
    "Yamazaki",
];
const GIVEN: [&str; 12] =
    ["Akira", "Chika", "Emi", "Haruto", "Jun", "Kaori", "Makoto", "Naoko", "Ren", "Shinobu", "Tomo", "Yuu"];

/// The next ids that no work has.
pub(super) struct Ids {
    anilist: i64,
    myanimelist: i64,
    kitsu: i64,
}

impl Ids {
    /// Ids above all of these works', and at least as high as the services' are today.
    pub(super) fn above(works: &[Work]) -> Self {
        let above = |ids: &mut dyn Iterator<Item = i64>, least: i64| ids.fold(least, i64::max) + 1;
        Self {
            anilist: above(&mut works.iter().filter_map(|work| work.anilist), 200_000),
            myanimelist: above(&mut works.iter().filter_map(|work| work.myanimelist), 180_000),
            kitsu: above(&mut works.iter().flat_map(|work| work.kitsu.iter().copied()), 70_000),
        }
    }

    fn anilist(&mut self) -> i64 {
        next(&mut self.anilist)
    }

    fn myanimelist(&mut self) -> i64 {
        next(&mut self.myanimelist)
    }

    fn kitsu(&mut self) -> i64 {
        next(&mut self.kitsu)
    }
}

fn next(id: &mut i64) -> i64 {
    *id += 1;
    *id - 1
}

/// Adds invented works until there are `count`.
pub(super) fn fill(works: &mut Vec<Work>, count: usize, mut ids: Ids, rng: &mut StdRng) {
    while works.len() < count {
        let mut work = titled(works.len(), rng);
        link(&mut work, works.last(), &mut ids, rng);
        work.adult = rng.random_bool(0.05);
        works.push(work);
    }
}

/// About 78 % of AniList's works know a MyAnimeList id; a few are only at MyAnimeList; Kitsu lacks a quarter.
fn link(work: &mut Work, previous: Option<&Work>, ids: &mut Ids, rng: &mut StdRng) {
    work.anilist = rng.random_bool(0.95).then(|| ids.anilist());
    let linked = work.anilist.is_none() || rng.random_bool(0.8);
    let shared = previous.and_then(|work| work.myanimelist).filter(|_| work.anilist.is_some() && rng.random_bool(0.02));
    work.myanimelist = linked.then(|| shared.unwrap_or_else(|| ids.myanimelist()));
    let listings = if rng.random_bool(0.01) { 2 } else { usize::from(rng.random_bool(0.75)) };
    work.kitsu = (0..listings).map(|_| ids.kitsu()).collect();
}

fn titled(number: usize, rng: &mut StdRng) -> Work {
    let (a, b) = (WORDS[rng.random_range(0..WORDS.len())], WORDS[rng.random_range(0..WORDS.len())]);
    let format = match rng.random_range(0..100) {
        0..80 => Format::Manga,
        80..92 => Format::Novel,
        _ => Format::OneShot,
    };
    let author = format!("{} {}", GIVEN[rng.random_range(0..GIVEN.len())], FAMILY[rng.random_range(0..FAMILY.len())]);
    Work {
        format,
        english: rng.random_bool(0.6).then(|| format!("{} of the {} {number}", b.2, a.2)),
        native: Some(format!("{}の{}{number}", a.1, b.1)),
        synonyms: if rng.random_bool(0.4) { vec![format!("{}{} {number}", a.0, b.0)] } else { Vec::new() },
        authors: vec![author],
        ..Work::titled(&format!("{} no {} {number}", a.0, b.0))
    }
}
