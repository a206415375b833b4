//! What is sent is held against AniList's schema and its rule of complexity: the documents as written, and the requests that
//! are built from them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::path::PathBuf;

use apollo_compiler::{
    ExecutableDocument, Schema,
    executable::{Selection, SelectionSet},
    schema::ExtendedType,
    validation::Valid,
};
use kuroibara_core::{Field, Fields, Score, Status, Value};

use super::{
    batch::{MOST_COMPLEX, Root, request},
    decode::values,
    documents::{
        COSTS, Chunk, DOCUMENTS, Delete, Entries, Ids, Save, SaveAlike, Search, Viewer, Works, chunk, delete, entries,
        ids, save, save_alike, search, viewer, works,
    },
};

const OUR_SCHEMA: &str = include_str!("graphql/schema.graphql");

fn ours() -> Valid<Schema> {
    Schema::parse_and_validate(OUR_SCHEMA, "schema.graphql").expect("our schema is valid")
}

/// AniList's whole schema, where it lies beside the checkout.
fn theirs() -> Option<Valid<Schema>> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = here.ancestors().map(|folder| folder.join("shared/providers/anilist-schema.graphql"));
    let Some(place) = places.into_iter().find(|path| path.is_file()) else {
        println!(
            "skipped: AniList's whole schema (shared/providers/anilist-schema.graphql) is not beside this checkout"
        );
        return None;
    };
    let text = std::fs::read_to_string(place).unwrap();
    // The dump also defines what belongs to GraphQL itself.
    let builder = Schema::builder().ignore_builtin_redefinitions().parse(text, "anilist-schema.graphql");
    Some(builder.build().expect("readable").validate().expect("AniList's schema is valid"))
}

fn schemas() -> Vec<Valid<Schema>> {
    [Some(ours()), theirs()].into_iter().flatten().collect()
}

fn fields() -> Fields {
    let date = |text: &str| Value::Date(Some(text.parse().unwrap()));
    Fields::new()
        .with(Field::Status, Value::Status(Status::Reading))
        .with(Field::Chapters, Value::Count(12))
        .with(Field::Volumes, Value::Count(1))
        .with(Field::Rereads, Value::Count(0))
        .with(Field::Score, Value::Score(Score::new(87).ok()))
        .with(Field::StartedOn, date("2020-09"))
        .with(Field::FinishedOn, Value::Date(None))
        .with(Field::Notes, Value::Text(None))
        .with(Field::Private, Value::Flag(true))
}

/// A full request of every operation, as the client builds them.
fn requests() -> Vec<Vec<Root>> {
    let full = |root: Root| vec![root.clone(); MOST_COMPLEX / root.cost];
    let some = || Some(vec![Some(1), Some(2)]);
    let by_work = save::Variables { media_id: Some(1), ..values!(save, &fields()) };
    let by_entry = save::Variables { id: Some(1), ..values!(save, &fields()) };
    let score_only = Fields::new().with(Field::Score, Value::Score(None));
    let of_work = || entries::Variables { user_id: Some(1), page: None, media_ids: some() };
    vec![
        full(Root::new::<Viewer>(viewer::Variables)),
        full(Root::new::<Chunk>(chunk::Variables { user_id: Some(1), chunk: Some(1) })),
        full(Root::new::<Entries>(entries::Variables { user_id: Some(1), page: Some(1), media_ids: None })),
        full(Root::new::<Entries>(of_work())),
        full(Root::new::<Search>(search::Variables { search: Some("a".into()), limit: Some(9) })),
        full(Root::new::<Ids>(ids::Variables { mal_ids: some(), page: Some(1) })),
        full(Root::new::<Save>(by_work.clone())),
        full(Root::new::<Save>(by_entry)),
        full(Root::new::<Save>(save::Variables { id: Some(1), ..values!(save, &score_only) })),
        full(Root::new::<SaveAlike>(save_alike::Variables { ids: some(), ..values!(save_alike, &fields()) })),
        full(Root::new::<Delete>(delete::Variables { id: Some(1) })),
        vec![Root::new::<Works>(works::Variables { ids: some() }), Root::new::<Entries>(of_work())],
        vec![
            Root::new::<SaveAlike>(save_alike::Variables { ids: some(), ..values!(save_alike, &fields()) }),
            Root::new::<Save>(by_work),
        ],
    ]
}

/// What a selection costs: every field one, and what it selects; fragments are what they spread.
fn cost(document: &ExecutableDocument, set: &SelectionSet) -> usize {
    let one = |selection: &Selection| match selection {
        Selection::Field(field) => 1 + cost(document, &field.selection_set),
        Selection::FragmentSpread(spread) => cost(document, &spread.fragment_def(document).unwrap().selection_set),
        Selection::InlineFragment(inline) => cost(document, &inline.selection_set),
    };
    set.selections.iter().map(one).sum()
}

#[test]
fn the_documents_are_valid_against_our_schema_and_anilists() {
    for schema in schemas() {
        ExecutableDocument::parse_and_validate(&schema, DOCUMENTS, "documents.graphql").expect("valid");
    }
}

#[test]
fn every_built_request_is_valid_and_within_the_bound_of_complexity() {
    for schema in schemas() {
        for roots in requests() {
            let request = request(&roots);
            let document = ExecutableDocument::parse_and_validate(&schema, &request.query, "request.graphql");
            let document = document.unwrap_or_else(|e| panic!("{e}\n{}", request.query));
            let operation = document.operations.anonymous.as_ref().expect("one operation without a name");
            let counted = cost(&document, &operation.selection_set);
            assert_eq!(counted, roots.iter().map(|root| root.cost).sum::<usize>());
            assert!(counted <= MOST_COMPLEX, "{counted}");
            let declared = operation.variables.len();
            assert_eq!(declared, request.variables.len(), "every declared variable has a value\n{}", request.query);
        }
    }
}

#[test]
fn each_document_costs_what_is_written_of_it() {
    let document = ExecutableDocument::parse_and_validate(&ours(), DOCUMENTS, "documents.graphql").unwrap();
    let counted = |name: &str| cost(&document, &document.operations.named[name].selection_set);
    let wrong: Vec<_> = COSTS.iter().filter(|(name, written)| counted(name) != *written).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(COSTS.len(), document.operations.named.len());
}

#[test]
fn our_schema_is_a_part_of_anilists() {
    let Some(theirs) = theirs() else { return };
    for (name, ours) in ours().types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        let theirs = theirs.types.get(name).unwrap_or_else(|| panic!("there is no {name}"));
        match (ours, theirs) {
            (ExtendedType::Object(ours), ExtendedType::Object(theirs)) => {
                for (field, ours) in &ours.fields {
                    let theirs = theirs.fields.get(field).unwrap_or_else(|| panic!("{name} has no {field}"));
                    assert_eq!(ours.ty, theirs.ty, "{name}.{field}");
                    for argument in &ours.arguments {
                        let real = theirs.argument_by_name(&argument.name);
                        let real = real.unwrap_or_else(|| panic!("{name}.{field} has no {}", argument.name));
                        assert_eq!(argument.ty, real.ty, "{name}.{field}({})", argument.name);
                    }
                }
            }
            (ExtendedType::InputObject(ours), ExtendedType::InputObject(theirs)) => {
                let named = |t: &apollo_compiler::schema::InputObjectType| -> Vec<_> {
                    t.fields.iter().map(|(name, field)| (name.clone(), field.ty.clone())).collect()
                };
                assert_eq!(named(ours), named(theirs), "{name}");
            }
            (ExtendedType::Enum(ours), ExtendedType::Enum(theirs)) => {
                let missing: Vec<_> = ours.values.keys().filter(|word| !theirs.values.contains_key(*word)).collect();
                assert!(missing.is_empty(), "{name} has no {missing:?}");
            }
            (ours, _) => panic!("{name} is another kind of type there: {ours}"),
        }
    }
}

#[test]
fn each_alias_stands_on_a_line_of_its_own_and_numbers_its_variables() {
    let roots: Vec<Root> = (7..9).map(|id| Root::new::<Delete>(delete::Variables { id: Some(id) })).collect();
    let request = request(&roots);
    let expected = "mutation($id_0: Int $id_1: Int) {\n\
                    a0: DeleteMediaListEntry( id: $id_0 ) { deleted }\n\
                    a1: DeleteMediaListEntry( id: $id_1 ) { deleted }\n}\n";
    assert_eq!(request.query, expected);
    assert_eq!(serde_json::to_value(request.variables).unwrap(), serde_json::json!({"id_0": 7, "id_1": 8}));
}

#[test]
fn a_field_that_is_not_written_is_not_mentioned_and_an_empty_one_is_cleared() {
    let fields = Fields::new()
        .with(Field::StartedOn, Value::Date(None))
        .with(Field::Score, Value::Score(None))
        .with(Field::Notes, Value::Text(None));
    let root = Root::new::<Save>(save::Variables { id: Some(5), ..values!(save, &fields) });
    let request = request([&root]);
    assert!(!request.query.contains("status:") && !request.query.contains("$private"));
    let nothing = serde_json::Value::Null;
    let expected = serde_json::json!({
        "id_0": 5, "scoreRaw_0": 0, "notes_0": "", "startedAt_0": {"year": nothing, "month": nothing, "day": nothing}
    });
    assert_eq!(serde_json::to_value(request.variables).unwrap(), expected);
}
