//! The `fields` parameter: names separated by commas, sub-fields in braces, in addition to the defaults
//! (myanimelist.md section 2). Knows nothing of what the names mean.

use std::collections::BTreeMap;

/// A parsed `fields` parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, Fields>);

impl Fields {
    /// Reads `a,b{c,d}`. Unbalanced braces end where the text ends: no error is documented for them.
    pub(super) fn parse(text: &str) -> Self {
        read(&mut text.chars())
    }

    /// Whether the field was asked for.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What was asked for inside the field, if the field itself was.
    pub(super) fn within(&self, name: &str) -> Option<&Self> {
        self.0.get(name)
    }
}

/// Reads up to the closing brace or the end.
fn read(letters: &mut std::str::Chars<'_>) -> Fields {
    let mut found = Fields::default();
    let mut name = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '{' => {
                let inner = read(letters);
                found.0.insert(std::mem::take(&mut name), inner);
            }
            '}' => break,
            ',' => found.close(&mut name),
            ' ' => {}
            other => name.push(other),
        }
    }
    found.close(&mut name);
    found
}

impl Fields {
    fn close(&mut self, name: &mut String) {
        if !name.is_empty() {
            self.0.entry(std::mem::take(name)).or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn braces_select_sub_fields_of_the_name_before_them() {
        let fields = Fields::parse("num_chapters,list_status{comments,tags},nsfw");
        assert!(fields.has("num_chapters") && fields.has("nsfw") && !fields.has("comments"));
        let inner = fields.within("list_status").cloned().unwrap_or_default();
        assert!(inner.has("comments") && inner.has("tags") && !inner.has("nsfw"));
    }
}
