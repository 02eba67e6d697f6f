//! Whole jobs on real storage and a real media folder; only the voice is a tone and the queue is absent.

mod doubt;
mod queue;

use std::{
    fs,
    time::{Duration, SystemTime},
};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use jiff::{SignedDuration, Timestamp};
use places::Place;
use podcast::{Location, Owner, PodcastId, PodcastType, Preferences, Stage, Status};
use script::{Chapter, Host, Script, Sentence, Support, Turn};
use serde_json::json;
use storage::{Claim, Detail, Job, LEASE, NewPodcast};
use tempfile::TempDir;

use crate::{
    Config, VoiceSource, Worker,
    attempt::Attempt,
    stages::{self, Draft, Research},
    stop::Stop,
};

const LINE_TAKES: Duration = Duration::from_millis(100);

/// A dialogue of four lines in two chapters.
pub(crate) fn two_chapters() -> Script {
    let chapter = |title: &str, turns| Chapter {
        title: title.to_owned(),
        turns,
    };
    let turn = |host, texts: &[&str]| Turn {
        host,
        sentences: texts.iter().map(|text| sentence(text)).collect(),
    };
    Script {
        title: "Paris: half a name".to_owned(),
        description: "About a name.".to_owned(),
        chapters: vec![
            chapter(
                "One",
                vec![
                    turn(Host::A, &["Where are we?"]),
                    turn(Host::B, &["In Paris."]),
                ],
            ),
            chapter(
                "Two",
                vec![
                    turn(Host::A, &["Since when?"]),
                    turn(Host::B, &["Since always.", "Almost."]),
                ],
            ),
        ],
        facts: Vec::new(),
        note: None,
        moves: Vec::new(),
    }
}

fn sentence(text: &str) -> Sentence {
    Sentence {
        text: text.to_owned(),
        support: Support::NoClaim,
    }
}

struct World {
    folder: TempDir,
    worker: Worker,
}

impl World {
    async fn with(voice: VoiceSource) -> Self {
        let folder = TempDir::new().unwrap();
        let config = Config {
            database: storage::Config::file(folder.path().join("test.db").display().to_string()),
            queue_url: "http://127.0.0.1:9/queue".to_owned(),
            media_store: format!("file://{}", folder.path().join("media").display()),
            voice,
            speech_threads: 1,
        };
        let worker = Worker::open(config).await.unwrap();
        Self { folder, worker }
    }

    async fn start() -> Self {
        Self::speaking(LINE_TAKES).await
    }

    /// One whose lines take that long.
    async fn speaking(line_takes: Duration) -> Self {
        Self::with(VoiceSource::Tone {
            line_takes,
            fatal_word: None,
        })
        .await
    }

    async fn accepted(&self) -> PodcastId {
        let podcast = NewPodcast {
            id: PodcastId::new(),
            owner: Owner::local(),
            location: Location::parse("Paris").unwrap(),
            place_id: 0,
            place_label: "Paris, France".to_owned(),
            podcast_type: PodcastType::Base,
            preferences: Preferences::default(),
            message: "Waiting".to_owned(),
        };
        self.worker
            .storage
            .accept(podcast, None, Timestamp::now())
            .await
            .unwrap()
            .podcast_id
    }

    /// A podcast whose script an earlier attempt has written.
    async fn written(&self) -> PodcastId {
        let id = self.accepted().await;
        let job = self.claimed(id, Timestamp::now()).await;
        let place = Place {
            geoname_id: 2_988_507,
            name: "Paris".to_owned(),
            region: None,
            district: None,
            country: "France".to_owned(),
            country_code: "FR".to_owned(),
            lat_deg: 48.85341,
            lon_deg: 2.3488,
            people: Some(2_138_551),
            time_zone: "Europe/Paris".to_owned(),
        };
        let research = json!({ "duration_ms": 7, "made": Research { place, facts: Vec::new() } });
        let draft = Draft {
            script: two_chapters(),
            written_on: "2026-11-23".to_owned(),
        };
        let draft = json!({ "duration_ms": 8, "made": draft });
        for (stage, payload) in [(Stage::Research, research), (Stage::Script, draft)] {
            let (payload, percent) = (payload.to_string(), stage.ends_at());
            let storage = &self.worker.storage;
            storage
                .checkpoint(&job.lease, stage, &payload, percent, "", Timestamp::now())
                .await
                .unwrap();
        }
        self.worker
            .storage
            .release(&job.lease, Timestamp::now())
            .await
            .unwrap();
        id
    }

    async fn claimed(&self, id: PodcastId, now: Timestamp) -> Job {
        match self.worker.storage.claim(id, now).await.unwrap() {
            Claim::Won(job) => *job,
            other => panic!("not won: {other:?}"),
        }
    }

    /// Claims `ago` seconds ago, as a worker that died then; the lease is over after 30.
    async fn claimed_ago(&self, id: PodcastId, ago: i64) -> Attempt {
        let job = self
            .claimed(id, Timestamp::now() - SignedDuration::from_secs(ago))
            .await;
        Attempt::new(&self.worker, job, far())
    }

    /// Works until `clips` clips are there, and then no more, until after the end of the lease.
    async fn crash_after(&self, attempt: Attempt, clips: usize) {
        let lease = attempt.lease.clone();
        tokio::select! {
            end = stages::run(attempt) => panic!("not stopped: {end:?}"),
            () = self.recorded(clips) => {}
        }
        let last_beat = Timestamp::now() - LEASE;
        self.worker.storage.extend(&lease, last_beat).await.unwrap();
    }

    /// Waits until that many clips are there.
    async fn recorded(&self, clips: usize) {
        while self.clips().await.len() < clips {
            tokio::time::sleep(LINE_TAKES / 20).await;
        }
    }

    /// Waits until its first line is being recorded.
    async fn recording(&self, id: PodcastId) {
        let is_first = |message: &str| message.starts_with("Recording line 1 ");
        while !is_first(&self.detail(id).await.podcast.message) {
            tokio::time::sleep(LINE_TAKES / 20).await;
        }
    }

    /// Hands the worker one message for each body, and returns the ids of those that come again.
    async fn deliver(&self, bodies: &[&str], deadline: SystemTime) -> Vec<String> {
        self.deliver_received(bodies, 1, deadline).await
    }

    /// The same with messages that were received before.
    async fn deliver_received(
        &self,
        bodies: &[&str],
        receives: u32,
        deadline: SystemTime,
    ) -> Vec<String> {
        let mut batch = SqsEvent::default();
        for (number, body) in bodies.iter().enumerate() {
            let mut message = SqsMessage::default();
            message.message_id = Some(number.to_string());
            message.body = Some((*body).to_owned());
            message.receipt_handle = Some("handle".to_owned());
            let attribute = ("ApproximateReceiveCount".to_owned(), receives.to_string());
            message.attributes.extend([attribute]);
            batch.records.push(message);
        }
        let response = self.worker.handle(batch, deadline).await.unwrap();
        response
            .batch_item_failures
            .into_iter()
            .map(|failure| failure.item_identifier)
            .collect()
    }

    async fn detail(&self, id: PodcastId) -> Detail {
        self.worker
            .storage
            .detail(id, &Owner::local())
            .await
            .unwrap()
    }

    /// Every clip of every podcast with the time it was written.
    async fn clips(&self) -> Vec<(String, SystemTime)> {
        let mut keys = self.worker.media.list("work").await.unwrap();
        keys.retain(|key| key.ends_with(".f32"));
        keys.sort();
        let written = |key: &String| {
            fs::metadata(self.folder.path().join("media").join(key))
                .unwrap()
                .modified()
        };
        keys.iter()
            .map(|key| (key.clone(), written(key).unwrap()))
            .collect()
    }

    async fn episodes(&self) -> Vec<String> {
        self.worker.media.list("episodes").await.unwrap()
    }
}

fn body(id: PodcastId) -> String {
    json!({ "podcast_id": id }).to_string()
}

fn far() -> SystemTime {
    SystemTime::now() + Duration::from_secs(900)
}

#[tokio::test]
async fn a_written_podcast_becomes_an_episode_that_is_there() {
    let world = World::start().await;
    let id = world.written().await;

    let again = world.deliver(&[&body(id)], far()).await;

    let Detail {
        podcast,
        script,
        metadata,
    } = world.detail(id).await;
    assert!(again.is_empty());
    assert_eq!(
        (podcast.status, podcast.progress),
        (Status::Completed, 100),
        "{}",
        podcast.message
    );
    let stored = world
        .worker
        .media
        .head(&podcast.audio_key.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Some(stored.size_bytes), podcast.size_bytes);
    assert!(script.unwrap().starts_with("One\n\nA: Where are we?"));
    assert_eq!(metadata["transcript"][2]["chapter"], 1);
    assert_eq!(
        metadata["chapters"][0]["end_ms"],
        metadata["chapters"][1]["start_ms"]
    );
    assert_eq!(metadata["stage_durations_ms"].as_object().unwrap().len(), 5);
    assert_eq!(world.worker.media.list("work").await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_clip_that_exists_is_not_spoken_again_after_a_crash() {
    let world = World::start().await;
    let id = world.written().await;
    world.crash_after(world.claimed_ago(id, 0).await, 1).await;
    let before = world.clips().await;

    world.crash_after(world.claimed_ago(id, 0).await, 3).await;

    let after = world.clips().await;
    assert!(
        before.iter().all(|clip| after.contains(clip)),
        "{before:?} {after:?}"
    );
    assert!(world.deliver(&[&body(id)], far()).await.is_empty());
    let podcast = world.detail(id).await.podcast;
    assert_eq!(podcast.status, Status::Completed);
}

#[tokio::test]
async fn a_mastered_episode_that_was_damaged_is_mastered_anew() {
    let world = World::start().await;
    let id = world.written().await;
    // In the way of the first attempt, so that it ends after mastering.
    let in_the_way = world.folder.path().join("media/episodes");
    fs::write(&in_the_way, "no folder").unwrap();
    assert_eq!(world.deliver(&[&body(id)], far()).await, ["0"]);
    fs::remove_file(in_the_way).unwrap();
    let mut work = world.worker.media.list("work").await.unwrap();
    work.retain(|key| key.ends_with(".mp3"));
    let mastered = world.folder.path().join("media").join(&work[0]);
    let mut bytes = fs::read(&mastered).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&mastered, bytes).unwrap();

    let again = world.deliver(&[&body(id)], far()).await;

    assert!(again.is_empty());
    let podcast = world.detail(id).await.podcast;
    assert_eq!(podcast.status, Status::Completed);
}

#[tokio::test]
async fn a_worker_whose_lease_is_taken_stops_and_publishes_nothing() {
    let world = World::start().await;
    let id = world.written().await;
    let late = world.claimed_ago(id, 31).await;
    let rival = world.claimed(id, Timestamp::now()).await;

    let end = stages::run(late).await;

    assert!(matches!(end, Err(Stop::LeaseLost)), "{end:?}");
    assert!(world.episodes().await.is_empty());
    world
        .worker
        .storage
        .extend(&rival.lease, Timestamp::now())
        .await
        .unwrap();
    assert_eq!(
        world.deliver(&[&body(id)], far()).await,
        ["0"],
        "the rival is at work"
    );
}

#[tokio::test]
async fn a_line_spoken_after_the_lease_was_lost_is_not_stored() {
    let world = World::speaking(LINE_TAKES * 20).await;
    let id = world.written().await;
    let late = world.claimed_ago(id, 29).await;

    let (end, ()) = tokio::join!(stages::run(late), async {
        world.recording(id).await;
        let later = Timestamp::now() + SignedDuration::from_secs(2);
        world.claimed(id, later).await;
    });

    assert!(matches!(end, Err(Stop::LeaseLost)), "{end:?}");
    assert_eq!(world.clips().await, []);
}

#[tokio::test]
async fn deleting_a_running_podcast_stops_its_worker() {
    let world = World::start().await;
    let id = world.written().await;

    let message = body(id);
    let bodies = [message.as_str()];
    let (again, ()) = tokio::join!(world.deliver(&bodies, far()), async {
        world.recorded(1).await;
        world
            .worker
            .storage
            .delete(id, &Owner::local(), Timestamp::now())
            .await
            .unwrap();
    });

    assert_eq!(again, ["0"]);
    assert!(world.episodes().await.is_empty());
    assert!(
        world.deliver(&[&body(id)], far()).await.is_empty(),
        "then there is nothing to do"
    );
}

#[tokio::test]
async fn a_worker_told_to_stop_gives_the_attempt_back() {
    let world = World::start().await;
    let id = world.written().await;

    let message = body(id);
    let bodies = [message.as_str()];
    let (again, ()) = tokio::join!(world.deliver(&bodies, far()), async {
        world.recorded(1).await;
        world.worker.stop();
    });

    let podcast = world.detail(id).await.podcast;
    assert_eq!(again, ["0"]);
    assert_eq!((podcast.status, podcast.attempt), (Status::Pending, 0));
    assert!(!world.clips().await.is_empty(), "what was recorded stays");
}

#[tokio::test]
async fn a_worker_told_to_stop_in_the_middle_of_a_long_line_does_not_wait_for_it() {
    let line_takes = LINE_TAKES * 80;
    let world = World::speaking(line_takes).await;
    let id = world.written().await;

    let message = body(id);
    let bodies = [message.as_str()];
    let began = SystemTime::now();
    let (again, ()) = tokio::join!(world.deliver(&bodies, far()), async {
        world.recording(id).await;
        world.worker.stop();
    });

    assert!(began.elapsed().unwrap() < line_takes);
    assert_eq!(again, ["0"]);
    let podcast = world.detail(id).await.podcast;
    assert_eq!((podcast.status, podcast.attempt), (Status::Pending, 0));
}

#[tokio::test]
async fn an_invocation_short_of_time_gets_further_and_hands_on() {
    let world = World::start().await;
    let id = world.written().await;

    assert_eq!(
        world.deliver(&[&body(id)], SystemTime::now()).await,
        ["0"],
        "no queue to hand on to"
    );
    assert_eq!(world.clips().await.len(), 1);
    assert_eq!(world.deliver(&[&body(id)], SystemTime::now()).await, ["0"]);
    assert_eq!(world.clips().await.len(), 2);

    assert_eq!(world.detail(id).await.podcast.attempt, 0);
    assert!(world.deliver(&[&body(id)], far()).await.is_empty());
    assert_eq!(world.detail(id).await.podcast.status, Status::Completed);
}

#[tokio::test]
async fn only_what_must_come_again_is_reported_of_a_batch() {
    let world = World::start().await;
    let (good, running) = (world.written().await, world.written().await);
    let _running = world.claimed(running, Timestamp::now()).await;
    let unknown = body(PodcastId::new());

    let again = world
        .deliver(&[&body(running), &body(good), "{}", &unknown], far())
        .await;

    assert_eq!(again, ["0", "2"]);
    assert_eq!(world.detail(good).await.podcast.status, Status::Completed);
}

#[tokio::test]
async fn of_every_batch_exactly_those_that_fail_are_reported() {
    let world = World::start().await;
    let running = world.written().await;
    let _rival = world.claimed(running, Timestamp::now()).await;
    let finished = world.accepted().await;
    assert!(world.deliver(&[&body(finished)], far()).await.is_empty());
    let fail = [body(running), "{}".to_owned(), String::new()];
    let pass = [body(finished), body(PodcastId::new())];

    for failing in 0_usize..1 << 6 {
        let fails = |place: usize| failing >> place & 1 == 1;
        let bodies = (0..6).map(|place| match fails(place) {
            true => fail[(place + failing) % fail.len()].as_str(),
            false => pass[(place + failing) % pass.len()].as_str(),
        });

        let again = world.deliver(&bodies.collect::<Vec<_>>(), far()).await;

        let expected = (0..6).filter(|place| fails(*place));
        assert_eq!(
            again,
            expected.map(|place| place.to_string()).collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn a_place_that_is_not_listed_any_more_fails_with_a_reason() {
    let world = World::start().await;
    let id = world.accepted().await;

    assert!(world.deliver(&[&body(id)], far()).await.is_empty());

    let podcast = world.detail(id).await.podcast;
    assert_eq!(podcast.status, Status::Failed);
    assert!(podcast.error.unwrap().contains("Paris, France"));
}

#[tokio::test]
async fn missing_voices_fail_with_a_reason() {
    let world = World::with(VoiceSource::Neural("/nowhere".into())).await;
    let id = world.written().await;

    assert!(world.deliver(&[&body(id)], far()).await.is_empty());

    let podcast = world.detail(id).await.podcast;
    assert_eq!(podcast.status, Status::Failed);
    assert!(
        podcast
            .error
            .unwrap()
            .starts_with("The voices are not installed")
    );
}

#[tokio::test]
async fn an_error_that_may_pass_is_tried_five_times_and_then_told() {
    let world = World::speaking(Duration::ZERO).await;
    let id = world.written().await;
    fs::write(world.folder.path().join("media/work"), "no folder").unwrap();

    assert_eq!(world.deliver(&[&body(id)], far()).await, ["0"]);
    let podcast = world.detail(id).await.podcast;
    assert_eq!((podcast.status, podcast.attempt), (Status::Pending, 1));
    assert!(
        podcast.message.contains("trying again in"),
        "{}",
        podcast.message
    );
    for _ in 2..5 {
        assert_eq!(world.deliver(&[&body(id)], far()).await, ["0"]);
    }

    assert!(world.deliver(&[&body(id)], far()).await.is_empty());
    let podcast = world.detail(id).await.podcast;
    assert_eq!((podcast.status, podcast.attempt), (Status::Failed, 5));
}
