//! Which edits nobody has knowingly replaced. Values are unique per edit where the kind of value allows it, so a value
//! tells which edit it came from.

use kuroibara_core::{Field, Fields, Origin, Provider, Shape, Totals, Value};

#[derive(Clone, Debug)]
pub struct Head {
    pub side: Origin,
    pub field: Field,
    pub value: Value,
    pub alive: bool,
}

/// Every edit ever made, and whether it still counts.
#[derive(Clone, Debug, Default)]
pub struct Heads(pub Vec<Head>, Vec<(Provider, Field, Value)>, Vec<(Field, Value)>);

impl Heads {
    /// A person who saw `was` made it `is`: what they saw is replaced knowingly.
    pub fn edited(&mut self, side: Origin, field: Field, was: Option<&Value>, is: Value) {
        self.overwritten(field, was);
        self.0.push(Head { side, field, value: is, alive: true });
    }

    /// Kitsu filled in a date of its own when we wrote.
    pub fn invented(&mut self, field: Field, date: &Value) {
        self.2.push((field, date.clone()));
    }

    /// Whether this date came from a server and from nobody else.
    pub fn is_invented(&self, field: Field, date: &Value) -> bool {
        self.2.iter().any(|(of, value)| *of == field && value == date)
    }

    /// Somebody's own save at a website left this date there: it is theirs now.
    pub fn dated_by_a_person(&mut self, field: Field, date: Option<&Value>) {
        self.2.retain(|(of, value)| *of != field || Some(value) != date);
    }

    /// Our write made the provider's own rules replace a value: whoever edits it there next replaces what it stood for.
    pub fn displaced(&mut self, provider: Provider, field: Field, value: &Value) {
        self.1.push((provider, field, value.clone()));
    }

    /// Somebody saves at `provider`: a write whose answer was lost may no longer be told from it.
    pub fn edited_over(&mut self, provider: Provider) {
        for (_, field, value) in self.1.clone().iter().filter(|(p, ..)| *p == provider) {
            self.overwritten(*field, Some(value));
        }
    }

    pub fn overwritten(&mut self, field: Field, was: Option<&Value>) {
        let Some(was) = was else { return };
        for head in self.0.iter_mut().filter(|head| head.alive && head.field == field && same(field, &head.value, was))
        {
            head.alive = false;
        }
    }

    /// A first link: what is empty on one side takes the other's value, so a clear made before it counts no more.
    pub fn linked(&mut self) {
        self.0.iter_mut().filter(|head| head.value.is_empty()).for_each(|head| head.alive = false);
    }

    /// A person removed an entry that showed these values.
    pub fn gone(&mut self, shown: &Fields) {
        shown.iter().for_each(|(field, value)| self.overwritten(field, Some(value)));
        self.linked();
    }

    /// Who ever gave `field` this value.
    pub fn sources<'a>(&'a self, field: Field, value: &'a Value) -> impl Iterator<Item = Origin> + 'a {
        self.0.iter().filter(move |head| head.field == field && same(field, &head.value, value)).map(|head| head.side)
    }
}

/// Whether two values are the same in any service's terms.
pub fn same(field: Field, a: &Value, b: &Value) -> bool {
    // 24 here is 20 there and 25 elsewhere: a chain of agreements may be so long.
    let near = |a: &Value, b: &Value| matches!((a, b), (Value::Score(Some(a)), Value::Score(Some(b))) if a.points().abs_diff(b.points()) <= 10);
    a == b
        || near(a, b)
        || [Shape::ANILIST, Shape::MYANIMELIST, Shape::KITSU].iter().any(|shape| {
            let round = |value| shape.round(field, value, Totals::default());
            round(a) == round(b)
        })
}

/// Whether an edit of this field can be told from any other by its value.
pub fn is_unique(field: Field) -> bool {
    match field {
        Field::Chapters | Field::Volumes | Field::Notes | Field::StartedOn | Field::FinishedOn => true,
        Field::Status | Field::Rereads | Field::Score | Field::Private => false,
    }
}
