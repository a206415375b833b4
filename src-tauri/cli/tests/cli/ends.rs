//! How commands end: the exit statuses of the contract, each by a real story.

use kuroibara_sim::{Fault, FaultRule, READER};

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_of_nothing_connected_fails_and_says_so() {
    let world = World::with(20, 5).await;
    let ran = world.run(&["sync"]).await;
    assert_eq!((ran.status, &ran.json()["providers"]), (1, &serde_json::json!({})));
    let spoken = crate::world::Ran::of(world.bare(&["sync"])).await;
    assert!(spoken.out.contains("Nothing is connected"), "{spoken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_sign_ins_lead_to_three_and_one_among_others_to_five() {
    let world = World::with(40, 10).await;
    world.begin().await;
    world.sim.anilist.revoke_tokens(READER);
    let some = world.run(&["sync"]).await;
    assert_eq!((some.status, &some.json()["providers"]["anilist"]["status"]), (5, &"sign_in_again".into()), "{some:?}");
    assert_eq!(world.run(&["sync", "anilist"]).await.status, 3);
    world.sim.myanimelist.revoke_tokens(READER);
    world.sim.kitsu.revoke_tokens(READER);
    let all = world.run(&["sync"]).await;
    assert_eq!(all.status, 3, "{all:?}");
    assert_eq!(world.answer(&["settings"]).await["anilist"]["state"], "sign_in_again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_one_leads_to_five_and_of_all_to_one() {
    let world = World::with(40, 10).await;
    world.begin().await;
    world.sim.kitsu.faults().push(FaultRule::always(Fault::Html(503)));
    let some = world.run(&["sync"]).await;
    assert_eq!((some.status, &some.json()["providers"]["kitsu"]["status"]), (5, &"failed".into()), "{some:?}");
    let all = world.run(&["sync", "kitsu"]).await;
    assert_eq!(all.status, 1, "{all:?}");
    let code = all.json()["providers"]["kitsu"]["errors"][0]["code"].clone();
    assert_eq!(code, "outage");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_json_answers_are_text_for_people() {
    let world = World::with(40, 10).await;
    world.begin().await;
    for (arguments, word) in [
        (&["settings"][..], "MyAnimeList"),
        (&["library", "--limit", "3"], "CHAPTERS"),
        (&["history", "--limit", "3"], "RUN"),
        (&["sync"], "All sides agree"),
        (&["sync", "--dry-run"], "nothing to do"),
        (&["update", "kitsu", "--sync-ratings", "false"], "progress, status"),
        (&["update", "kitsu", "--rule-of", "score=ask"], "newest, score: ask"),
        (&["keep-in-step", "true"], "kept in step"),
    ] {
        let ran = crate::world::Ran::of(world.bare(arguments)).await;
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.out.contains(word) && !ran.out.contains('{') && !ran.out.contains('\x1b'), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_came_back_empty_is_explained_with_the_plan_and_nobody_is_said_to_agree_when_it_is_taken() {
    let world = World::with(40, 10).await;
    world.begin().await;
    world.sim.anilist.faults().push(FaultRule::always(Fault::EmptyList));
    assert_eq!(world.run(&["sync", "--full"]).await.status, 4);
    let plan = crate::world::Ran::of(world.bare(&["plan"])).await;
    assert!(plan.out.contains("AniList returned 0 of ") && !plan.out.contains("plan skip"), "{plan:?}");
    let taken = crate::world::Ran::of(world.bare(&["plan", "apply"])).await;
    assert!(taken.out.contains("questions wait for you: see `conflicts`"), "{taken:?}");
    let dry = crate::world::Ran::of(world.bare(&["sync", "--dry-run"])).await;
    assert!(dry.out.contains("questions wait for you: see `conflicts`"), "{dry:?}");
    assert!(!taken.out.contains("All sides agree"), "{taken:?}");
}
