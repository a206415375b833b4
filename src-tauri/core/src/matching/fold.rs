//! Texts as they are compared: one form for every way in which a name may be typed.
//!
//! It knows letters and nothing of works. What a text loses here is never shown to anybody.

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

/// The words of a text: width, case, accents, apostrophes and punctuation are gone. Marks that make another letter, such as
/// the voicing of kana, stay. A text without any letter or digit keeps its signs, else all of those would be the same.
pub(super) fn words(text: &str) -> String {
    let folded = if text.is_ascii() { text.to_ascii_lowercase() } else { folded(text) };
    let words = spelled(&folded);
    if words.is_empty() { folded.split_whitespace().collect::<Vec<_>>().join(" ") } else { words }
}

fn folded(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_accent(*c)).nfc().collect();
    CaseMapper::new().fold_string(&plain).nfkc().collect()
}

/// The text as it was typed, but for width and case.
pub(super) fn typed(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    CaseMapper::new().fold_string(&text.nfkc().collect::<String>()).nfkc().collect::<String>().trim().to_owned()
}

/// The text without spaces: some write a name in one word and some in three.
pub(super) fn run_together(words: &str) -> String {
    words.split(' ').collect()
}

/// Combining marks of Latin, Greek and Cyrillic letters.
fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn spelled(folded: &str) -> String {
    let mut spelled = String::with_capacity(folded.len());
    for c in folded.chars() {
        match c {
            '&' => spelled.push_str(if spelled.is_empty() || spelled.ends_with(' ') { "and " } else { " and " }),
            // Read as a letter: it stands for "x" in many names.
            '×' => spelled.push('x'),
            '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '′' => {}
            c if c.is_alphanumeric() || is_kana_mark(c) => spelled.push(c),
            _ if spelled.is_empty() || spelled.ends_with(' ') => {}
            _ => spelled.push(' '),
        }
    }
    spelled.truncate(spelled.trim_end().len());
    spelled
}

/// Voicing marks that stand alone after a letter which has no voiced form.
fn is_kana_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}')
}

/// The sound of a romanised name, as far as the systems of writing it differ: long vowels are short.
pub(super) fn sound(text: &str) -> String {
    let mut sound = String::with_capacity(text.len());
    let mut last = '\0';
    for c in text.chars() {
        let lengthens = matches!((last, c), ('o', 'u' | 'o') | ('u', 'u') | ('a', 'a') | ('i', 'i') | ('e', 'e'));
        if !lengthens {
            sound.push(c);
        }
        last = c;
    }
    sound
}

/// Whether the text is written as in East Asia, which is how an original's name is told from a translated one.
pub(super) fn is_native(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|c| {
            matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_accents_and_punctuation_make_no_difference() {
        for same in [
            "Ｔｈｅ Ｇａｍｅ： Ｏｎｅ",
            "THE GAME: ONE",
            "the game - one!",
            "Thé Gamē — One",
            "The  Game's… One".replace("'s", "").as_str(),
        ] {
            assert_eq!(words(same), "the game one");
        }
        assert_eq!(words("ﾂﾊﾞｻ"), words("ツバサ"));
    }

    #[test]
    fn voiced_and_unvoiced_kana_stay_different_letters() {
        assert_ne!(words("ハス"), words("バス"));
    }

    #[test]
    fn an_ampersand_is_the_word_and() {
        assert_eq!(words("Salt & Iron"), words("Salt and Iron"));
        assert_eq!(words("Salt&Iron"), words("Salt and Iron"));
    }

    #[test]
    fn a_name_without_letters_keeps_its_signs() {
        assert_eq!(words("!!"), "!!");
        assert_ne!(words("🐈"), words("🐕"));
        assert_eq!(words("  "), "");
    }

    #[test]
    fn long_vowels_sound_like_short_ones() {
        assert_eq!(sound(&words("Shounen Kyōkai")), sound(&words("Shonen Kyoukai")));
    }
}
