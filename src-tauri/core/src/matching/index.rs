//! Candidates for a work: by a name they share, else by names that look alike. Looking through all works for each would
//! take hours.
//!
//! It finds and weighs nothing. What it leaves out does not depend on the order of the works.

use rustc_hash::FxHashMap;

use super::{
    Card,
    names::{Cut, Name, Sheet},
};

/// A name that more works have than this tells nothing.
pub(super) const CROWD: usize = 48;
/// A group of letters that more names have than this is not looked up.
const COMMON: usize = 3_000;
/// For each name so many entries of those lists are read, the shortest lists first.
const READ: usize = 6_000;
/// Of each name so many of its rarest groups of letters are looked up.
const LOOKED_UP: usize = 14;
/// At most so many names that look alike are compared letter by letter, for each name.
const COMPARED: usize = 24;
/// As much of a name as is compared letter by letter.
const LETTERS: usize = 100;
/// Names less alike than this are not alike.
const LEAST_ALIKE: f64 = 0.55;

/// Works to be found, by their names.
#[derive(Debug)]
pub struct Index {
    pub(super) cards: Vec<Card>,
    pub(super) sheets: Vec<Sheet>,
    /// Every name: whose it is, and which of its names.
    names: Vec<(u32, u8)>,
    keys: FxHashMap<Box<str>, Vec<u32>>,
    groups: FxHashMap<u64, Vec<u32>>,
}

/// Two names, one of each work, that are the same or alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    /// Whose name it is.
    pub(super) target: u32,
    /// Which of our names.
    pub(super) ours: u8,
    /// Which of theirs.
    pub(super) theirs: u8,
    /// How alike they are; 1: they sound the same.
    pub(super) alike: f64,
    /// How many works have this name.
    pub(super) bearers: u32,
}

/// What was found for one work.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By target.
    pub(super) hits: Vec<Hit>,
    /// Whether a name was left out because too many works have it.
    pub(super) crowded: bool,
}

impl Index {
    /// Prepares works to be found.
    pub fn new(cards: Vec<Card>) -> Self {
        let sheets: Vec<Sheet> = cards.iter().map(Sheet::of).collect();
        let mut index = Self {
            cards,
            sheets: Vec::new(),
            names: Vec::new(),
            keys: FxHashMap::default(),
            groups: FxHashMap::default(),
        };
        for (work, sheet) in sheets.iter().enumerate() {
            for (place, name) in sheet.names.iter().enumerate() {
                index.add(work as u32, place as u8, name);
            }
        }
        index.groups.retain(|_, names| names.len() <= COMMON);
        index.groups.values_mut().for_each(Vec::shrink_to_fit);
        index.sheets = sheets;
        index
    }

    /// How many works it holds.
    pub fn len(&self) -> usize {
        self.cards.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    fn add(&mut self, work: u32, place: u8, name: &Name) {
        let number = self.names.len() as u32;
        self.names.push((work, place));
        match self.keys.get_mut(&name.key) {
            Some(bearers) => bearers.push(number),
            None => drop(self.keys.insert(name.key.clone(), vec![number])),
        }
        if name.cut != Cut::Head {
            for group in groups(name) {
                let names = self.groups.entry(group).or_default();
                // One above the limit tells that it is above.
                if names.len() <= COMMON {
                    names.push(number);
                }
            }
        }
    }

    /// Everything that resembles a work, sorted by target.
    pub(super) fn find(&self, sheet: &Sheet, tally: &mut Tally) -> Found {
        let mut found = Found::default();
        for (place, name) in sheet.names.iter().enumerate() {
            self.find_same(place as u8, name, &mut found);
        }
        for (place, name) in sheet.names.iter().enumerate().filter(|(_, name)| name.cut != Cut::Head) {
            self.find_alike(place as u8, name, tally, &mut found);
        }
        found.hits.sort_unstable_by_key(|hit| (hit.target, hit.ours, hit.theirs));
        found
    }

    fn find_same(&self, ours: u8, name: &Name, found: &mut Found) {
        let Some(bearers) = self.keys.get(&name.key) else { return };
        if bearers.len() > CROWD {
            found.crowded = true;
            return;
        }
        found.hits.extend(bearers.iter().map(|bearer| {
            let (target, theirs) = self.names[*bearer as usize];
            Hit { target, ours, theirs, alike: 1.0, bearers: bearers.len() as u32 }
        }));
    }

    fn find_alike(&self, ours: u8, name: &Name, tally: &mut Tally, found: &mut Found) {
        for number in self.with_groups_of(name, tally) {
            let (target, theirs) = self.names[number as usize];
            let other = &self.sheets[target as usize].names[theirs as usize];
            if other.key == name.key {
                continue;
            }
            let alike = alike(&name.sound, &other.sound);
            if alike >= LEAST_ALIKE {
                found.hits.push(Hit { target, ours, theirs, alike, bearers: 1 });
            }
        }
    }

    /// The names that share most of a name's rarest groups of letters.
    fn with_groups_of(&self, name: &Name, tally: &mut Tally) -> Vec<u32> {
        let mut lists: Vec<(u64, &[u32])> =
            groups(name).into_iter().filter_map(|group| Some((group, self.groups.get(&group)?.as_slice()))).collect();
        lists.sort_unstable_by_key(|(group, names)| (names.len(), *group));
        lists.truncate(LOOKED_UP);
        let mut room = READ;
        let fits = |(_, names): &&(u64, &[u32])| {
            room -= names.len().min(room);
            room > 0
        };
        let read = lists.iter().take_while(fits).count().max(2).min(lists.len());
        for number in lists[..read].iter().flat_map(|(_, names)| names.iter()) {
            tally.count(*number);
        }
        tally.nearest(read)
    }
}

/// Counts per name, kept from one name to the next: to make it anew each time would cost more than what it is for.
#[derive(Debug)]
pub(super) struct Tally {
    counts: Vec<u8>,
    touched: Vec<u32>,
}

impl Tally {
    /// For the names of this index.
    pub(super) fn of(index: &Index) -> Self {
        Self { counts: vec![0; index.names.len()], touched: Vec::new() }
    }

    fn count(&mut self, number: u32) {
        let count = &mut self.counts[number as usize];
        if *count == 0 {
            self.touched.push(number);
        }
        *count += 1;
    }

    /// Those that were counted most often, and nothing is counted any more. Of a tie all are taken or none, so that no order
    /// decides.
    fn nearest(&mut self, most: usize) -> Vec<u32> {
        let mut of_count = [0_usize; LOOKED_UP + 1];
        self.touched.iter().for_each(|number| of_count[self.counts[*number as usize] as usize] += 1);
        let least = most.div_ceil(3).max(2).min(most);
        let mut room = COMPARED;
        let fits = |count: &usize| {
            let fits = of_count[*count] <= room;
            room = room.saturating_sub(of_count[*count]);
            fits
        };
        let lowest = (least..=most).rev().take_while(fits).last();
        let is_near = |number: &u32| lowest.is_some_and(|lowest| self.counts[*number as usize] as usize >= lowest);
        let nearest = self.touched.iter().copied().filter(is_near).collect();
        self.touched.drain(..).for_each(|number| self.counts[number as usize] = 0);
        nearest
    }
}

/// Groups of letters: three of an alphabet, two where each letter is a syllable or a word. The ends count as letters.
fn groups(name: &Name) -> Vec<u64> {
    let letters: Vec<u64> = name.sound.chars().take(LETTERS).map(|c| u64::from(u32::from(c))).collect();
    let padded: Vec<u64> = if name.native { letters } else { [&[1], &*letters, &[1]].concat() };
    let size = if name.native { 2 } else { 3 };
    let mut groups: Vec<u64> =
        padded.windows(size).map(|group| group.iter().fold(0, |all, letter| all << 21 | letter)).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// How alike two names are, 0 to 1.
pub(super) fn alike(a: &str, b: &str) -> f64 {
    let cut = |text: &str| text.chars().take(LETTERS).collect::<String>();
    strsim::normalized_levenshtein(&cut(a), &cut(b))
}
