//! What a person said of a link is shown to them, and what they take back is asked again with the next matching, not before.

use kuroibara_core::Provider;
use kuroibara_engine::{decided::SaidView, sync::Order};
use kuroibara_sim::{Work, anilist::ListStatus};

use crate::{
    at, at_anilist, at_myanimelist,
    decisions::{likely, one_match, questions, ten_runs},
    later,
    world::World,
};

async fn said(world: &World) -> Vec<SaidView> {
    world.engine.decided_matches().await.unwrap().into_iter().map(|one| one.said).collect()
}

/// A sync by itself that finds nothing new.
async fn pass_and_sync(world: &World) {
    world.pass(600);
    world.engine.sync(&Order { approved: true, ..Order::default() }).await.unwrap();
}

/// Which title the question was about, and what it could be.
async fn asked(world: &World) -> Vec<(String, String)> {
    let open = world.engine.matches().await.unwrap();
    open.into_iter().map(|one| (one.manga.title, one.other.title)).collect()
}

#[tokio::test]
async fn a_rejected_pair_is_shown_and_asked_again_with_the_next_matching_once_it_is_taken_back() {
    let world = questions(likely()).await;
    let before = asked(&world).await;
    let one = world.engine.matches().await.unwrap().remove(0);
    world.engine.reject_match(one.id).await.unwrap();
    let shown = world.engine.decided_matches().await.unwrap().remove(0);
    let rejected = SaidView::Rejected { external_id: one.external_id.clone(), title: Some("Yoru no Hana".into()) };
    assert_eq!((shown.manga_id, shown.provider, &shown.said), (one.manga_id, one.provider, &rejected));
    pass_and_sync(&world).await;
    assert_eq!(asked(&world).await, [], "what was said holds");
    let reopen = async || world.engine.reopen_match(one.manga_id, one.provider, Some(&one.external_id)).await;
    reopen().await.unwrap();
    assert!(reopen().await.is_err(), "there is nothing more to take back");
    assert_eq!((asked(&world).await, said(&world).await), (vec![], vec![]), "nothing is compared yet");
    pass_and_sync(&world).await;
    assert_eq!(asked(&world).await, before);
    assert_ne!(at(&world, "anilist:1001").await, at(&world, "myanimelist:2001").await, "asked, not linked");
    let again = world.engine.matches().await.unwrap().remove(0);
    world.engine.reject_match(again.id).await.unwrap();
    pass_and_sync(&world).await;
    assert_eq!(asked(&world).await, [], "asked again once, and not for ever");
}

#[tokio::test]
async fn what_has_no_counterpart_is_shown_with_its_reason_and_asked_again_once_it_is_taken_back() {
    let world = questions(likely()).await;
    let one = world.engine.matches().await.unwrap().remove(0);
    world.engine.ignore_match(one.id, " a fan comic ").await.unwrap();
    assert_eq!(said(&world).await, [SaidView::Ignored { reason: "a fan comic".into() }]);
    let wrong = world.engine.reopen_match(one.manga_id, one.provider, Some(&one.external_id)).await.unwrap_err();
    assert!(wrong.to_string().contains("matches decided"), "{wrong}");
    world.engine.reopen_match(one.manga_id, one.provider, None).await.unwrap();
    assert_eq!((asked(&world).await, said(&world).await), (vec![], vec![]));
    pass_and_sync(&world).await;
    assert_eq!(asked(&world).await.len(), 1);
}

#[tokio::test]
async fn what_a_person_linked_is_shown_until_they_unlink_it_and_then_as_rejected() {
    let world = questions(likely()).await;
    world.engine.accept_match(one_match(&world).await).await.unwrap();
    let shown = world.engine.decided_matches().await.unwrap();
    let linked = |one: &SaidView| matches!(one, SaidView::Linked { title: Some(title), .. } if title == "Yoru no Hana");
    assert!(shown.len() == 1 && linked(&shown[0].said), "{shown:?}");
    world.engine.unlink(shown[0].manga_id, shown[0].provider).await.unwrap();
    let now = said(&world).await;
    assert!(matches!(&now[..], [SaidView::Rejected { .. }]), "{now:?}");
}

#[tokio::test]
async fn a_certain_pair_whose_unlinking_is_taken_back_is_linked_again_by_itself() {
    let works = vec![at_anilist(1001, "Yoru no Hana", "Rin Aoki"), at_myanimelist(2001, "Yoru no Hana", "Rin Aoki")];
    let world = questions(works).await;
    let manga = at(&world, "anilist:1001").await;
    world.engine.unlink(manga, Provider::MyAnimeList).await.unwrap();
    pass_and_sync(&world).await;
    world.engine.reopen_match(manga, Provider::MyAnimeList, Some(&"2001".into())).await.unwrap();
    assert_ne!(at(&world, "anilist:1001").await, at(&world, "myanimelist:2001").await);
    pass_and_sync(&world).await;
    assert_eq!(at(&world, "anilist:1001").await, at(&world, "myanimelist:2001").await);
}

#[tokio::test]
async fn what_only_a_search_found_is_searched_for_again_once_its_rejection_is_taken_back() {
    let works = [at_anilist(1001, "Yoru no Hana", "Rin Aoki"), later(at_myanimelist(2001, "Yoru no Hana", "Rin Aoki"))];
    let world = World::of_these(works.to_vec()).await;
    world.sim.anilist.set_entry(1001, |entry| entry.status = ListStatus::Current);
    world.pass(90_000);
    world.connect(Provider::AniList).await;
    world.connect(Provider::MyAnimeList).await;
    world.engine.set_keep_in_step(true).await.unwrap();
    world.sync().await;
    world.engine.seek().await.unwrap();
    world.engine.reject_match(one_match(&world).await).await.unwrap();
    let rejected = SaidView::Rejected { external_id: "2001".into(), title: Some("Yoru no Hana".into()) };
    assert_eq!(said(&world).await, [rejected], "its title is known, though it is in no list");
    world.engine.seek().await.unwrap();
    assert_eq!(asked(&world).await, []);
    let manga = at(&world, "anilist:1001").await;
    world.engine.reopen_match(manga, Provider::MyAnimeList, Some(&"2001".into())).await.unwrap();
    world.engine.seek().await.unwrap();
    assert_eq!(asked(&world).await.len(), 1);
}

#[tokio::test]
async fn what_was_rejected_stays_so_when_its_manga_becomes_part_of_another() {
    let kitsu = Work { anilist: None, kitsu: vec![3001], ..at_anilist(0, "Yoru no Hana", "Rin Aoki") };
    let world = questions([likely(), vec![kitsu]].concat()).await;
    world.engine.reject_match(one_match(&world).await).await.unwrap();
    world.connect(Provider::Kitsu).await;
    let kept = world.engine.add(Provider::Kitsu, &"3001".into()).await.unwrap().manga_id;
    let asked_at = world.engine.decided_matches().await.unwrap()[0].provider;
    let (own, id) =
        if asked_at == Provider::AniList { (Provider::MyAnimeList, "2001") } else { (Provider::AniList, "1001") };
    world.engine.link(kept, own, &id.into()).await.unwrap();
    ten_runs(&world, async |world| {
        assert_ne!(at(world, "anilist:1001").await, at(world, "myanimelist:2001").await);
        assert_eq!(asked(world).await, []);
    })
    .await;
}
