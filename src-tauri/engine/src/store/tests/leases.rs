//! One sync at a time, and who lost its lease stores nothing.

use std::time::Duration;

use super::*;

const LONG: Duration = Duration::from_secs(3_600);
/// In the database's time this is over as soon as it is taken.
const OVER: Duration = Duration::ZERO;

laws! {
    async fn a_lease_is_one_holders_at_a_time(fresh: &Fresh) {
        let (db, other) = (fresh.open().await, fresh.open().await);
        let proof = db.acquire_lease("sync", "laptop", LONG).await.unwrap().unwrap();
        assert_eq!(other.acquire_lease("sync", "desktop", LONG).await.unwrap(), None);
        assert!(other.acquire_lease("token:kitsu", "desktop", LONG).await.unwrap().is_some());
        assert!(db.holds_lease(&proof).await.unwrap() && db.renew_lease(&proof, LONG).await.unwrap());
        db.release_lease(&proof).await.unwrap();
        assert!(!db.holds_lease(&proof).await.unwrap());
        let next = other.acquire_lease("sync", "desktop", LONG).await.unwrap().unwrap();
        assert!(next.fence > proof.fence);
        db.release_lease(&proof).await.unwrap();
        assert!(other.holds_lease(&next).await.unwrap(), "an old proof releases nothing");
    }

    async fn who_leaves_gives_back_everything_of_its_own_and_nothing_else(fresh: &Fresh) {
        let db = fresh.open().await;
        let ours = db.acquire_lease("sync", "laptop:1", LONG).await.unwrap().unwrap();
        let theirs = db.acquire_lease("token:kitsu", "laptop2:1", LONG).await.unwrap().unwrap();
        db.release_leases_of("laptop").await.unwrap();
        assert!(!db.holds_lease(&ours).await.unwrap() && db.holds_lease(&theirs).await.unwrap());
    }

    async fn of_many_who_ask_at_once_one_gets_it(fresh: &Fresh) {
        fresh.open().await.close().await;
        let mut racers = Vec::new();
        for n in 0..8 {
            let db = fresh.open().await;
            racers.push(tokio::spawn(async move {
                db.acquire_lease("sync", &format!("process {n}"), LONG).await.unwrap().is_some()
            }));
        }
        let mut won = 0;
        for racer in racers {
            won += u32::from(racer.await.unwrap());
        }
        assert_eq!(won, 1);
    }

    async fn a_lease_that_ended_is_neither_held_nor_renewed(fresh: &Fresh) {
        let db = fresh.open().await;
        let proof = db.acquire_lease("sync", "laptop", OVER).await.unwrap().unwrap();
        assert!(!db.holds_lease(&proof).await.unwrap());
        assert!(!db.renew_lease(&proof, LONG).await.unwrap());
        assert!(db.acquire_lease("sync", "desktop", LONG).await.unwrap().is_some());
    }

    async fn who_lost_its_lease_stores_nothing(fresh: &Fresh) {
        let db = fresh.open().await;
        let asleep = db.acquire_lease("sync", "laptop", OVER).await.unwrap().unwrap();
        let changes = [new_manga(&db, "Answered before it slept", 1)];
        db.commit(&Batch { fence: Some(&asleep), ..batch(&changes) }).await.unwrap();
        let awake = db.acquire_lease("sync", "desktop", LONG).await.unwrap().unwrap();
        let changes = [new_manga(&db, "Too late", 1)];
        let refused = db.commit(&Batch { fence: Some(&asleep), ..batch(&changes) }).await;
        assert!(matches!(refused, Err(StoreError::LeaseLost)));
        assert_eq!(load(&db).await.len(), 1);
        db.commit(&Batch { fence: Some(&awake), ..batch(&changes) }).await.unwrap();
        assert_eq!(load(&db).await.len(), 2);
    }

    async fn the_same_holder_that_asks_again_gets_a_new_number(fresh: &Fresh) {
        let db = fresh.open().await;
        let first = db.acquire_lease("sync", "laptop", LONG).await.unwrap().unwrap();
        let second = db.acquire_lease("sync", "laptop", LONG).await.unwrap().unwrap();
        assert!(second.fence > first.fence && !db.holds_lease(&first).await.unwrap());
    }
}
