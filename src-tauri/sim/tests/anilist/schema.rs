//! The executed schema against the real one: where the saved schema file is there, every type, field and argument of ours
//! must be in it with the same type.

use std::collections::HashMap;
use std::path::PathBuf;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeDefinition, TypeKind, TypeSystemDefinition};

use super::world;

/// Each type's fields, arguments and values, as `Type.field(argument)` and what type it has.
fn facts(sdl: &str) -> HashMap<String, String> {
    let document = parse_schema(sdl).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types
        .filter(|definition| !definition.name.node.starts_with("__"))
        .flat_map(|definition| facts_of(&definition))
        .collect()
}

fn facts_of(definition: &TypeDefinition) -> Vec<(String, String)> {
    let name = &definition.name.node;
    match &definition.kind {
        TypeKind::Object(object) => object
            .fields
            .iter()
            .flat_map(|field| {
                let field = &field.node;
                let place = format!("{name}.{}", field.name.node);
                let argument =
                    |argument: &async_graphql::Positioned<async_graphql::parser::types::InputValueDefinition>| {
                        (format!("{place}({})", argument.node.name.node), argument.node.ty.node.to_string())
                    };
                let arguments: Vec<_> = field.arguments.iter().map(argument).collect();
                arguments.into_iter().chain([(place.clone(), field.ty.node.to_string())])
            })
            .collect(),
        TypeKind::InputObject(object) => object
            .fields
            .iter()
            .map(|field| (format!("{name}.{}", field.node.name.node), field.node.ty.node.to_string()))
            .collect(),
        TypeKind::Enum(values) => {
            values.values.iter().map(|value| (format!("{name}.{}", value.node.value.node), "value".into())).collect()
        }
        TypeKind::Scalar => vec![(name.to_string(), "scalar".into())],
        TypeKind::Interface(_) | TypeKind::Union(_) => Vec::new(),
    }
}

fn real_schema() -> Option<String> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = here.ancestors().map(|folder| folder.join("shared/providers/anilist-schema.graphql"));
    places.filter(|file| file.is_file()).find_map(|file| std::fs::read_to_string(file).ok())
}

#[tokio::test]
async fn every_field_and_argument_is_one_of_anilists_with_the_same_type() {
    let Some(real) = real_schema() else { return };
    let real = facts(&real);
    let ours = facts(&world().await.sim.anilist.sdl());
    assert!(ours.len() > 150, "only {} facts were compared", ours.len());
    let differs = |(place, ty): &(&String, &String)| real.get(*place) != Some(*ty);
    let differing: Vec<_> = ours.iter().filter(differs).map(|(place, ty)| (place, ty, real.get(place))).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}
