//! Accepting podcasts: each answer promises that not even a power cut loses the job.

use std::time::Duration;

use anyhow::{Result, ensure};
use jiff::Timestamp;
use podcast::{Location, Owner, PodcastId, PodcastType, Preferences};
use storage::{Access, Claim, Config, Lease, NewPodcast, Storage};
use wherecast_tests::World;

use crate::{
    Dose,
    browsers::{Asked, hammer},
    client::Client,
    episodes::{ask_for, place},
    latencies::{Latencies, ratio},
    report::Report,
};

/// A voice that takes an hour for a line: workers take jobs and leave the machine alone.
pub(crate) const SILENT: &str = "tone:3600000";

/// For what a first request opens.
const WARM_UP: Duration = Duration::from_millis(200);

/// Measures acceptance over HTTP by one client and by sixteen, and the commit that it waits for.
///
/// # Errors
/// When the system does not start or the database cannot be written.
pub(crate) async fn measure(dose: Dose) -> Result<Vec<Report>> {
    let lasting = dose.of(Duration::from_secs(15), WARM_UP);
    let columns = ["accepting"].into_iter().chain(Latencies::COLUMNS).chain([
        "errors",
        "a second",
        "p50 to the commit",
    ]);
    let mut report = Report::new("create", columns);

    eprintln!("create: commits alone");
    let commits = Commits::measure(lasting / 3).await?;
    let commit = commits.promise.latencies.at(0.5);
    let mut tell = |case: &str, asked: &Asked, lasting: Duration| {
        let per_s = asked.latencies.count() as f64 / lasting.as_secs_f64();
        let last = [
            format!("{per_s:.0}"),
            ratio(asked.latencies.at(0.5), commit),
        ];
        report.row(
            [case.to_owned()]
                .into_iter()
                .chain(asked.cells())
                .chain(last),
        );
    };
    tell(
        "the commit alone, synchronous FULL",
        &commits.promise,
        lasting / 3,
    );
    tell(
        "a progress write, synchronous NORMAL",
        &commits.progress,
        lasting / 3,
    );

    let world = dose.start_anew(SILENT)?;
    let mut errors = 0;
    for clients in [1, 16] {
        eprintln!("create: {clients} clients over HTTP");
        let asked = hammer(listeners(&world, clients), WARM_UP).await;
        ensure!(asked.errors == 0, "nothing is accepted: {:?}", asked.error);
        let asked = hammer(listeners(&world, clients), lasting).await;
        tell(&format!("over HTTP, clients: {clients}"), &asked, lasting);
        errors += asked.errors;
    }
    report.aim("every podcast accepted", errors == 0);
    Ok(vec![report])
}

fn listeners(world: &World, count: usize) -> impl Iterator<Item = impl AsyncFnMut() -> Result<()>> {
    (0..count).map(|n| {
        let (mut client, mut asked) = (Client::new(world.origin()), n);
        async move || {
            asked += 1;
            ask_for(&mut client, place(asked)).await.map(drop)
        }
    })
}

/// What storage takes alone, on a connection that has nobody beside it.
struct Commits {
    promise: Asked,
    progress: Asked,
}

impl Commits {
    async fn measure(lasting: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = Config::file(folder.path().join("a.db").to_string_lossy());
        let storage = Storage::open(&database, Access::Write).await?;
        let accept = async || accept(&storage).await.map(drop);
        let promise = hammer([accept], lasting).await;
        let lease = claim(&storage).await?;
        let tell = async || {
            Ok(storage
                .progress(&lease, 50, "Recording", Timestamp::now())
                .await?)
        };
        let progress = hammer([tell], lasting).await;
        for asked in [&promise, &progress] {
            ensure!(asked.errors == 0, "commits fail: {:?}", asked.error);
        }
        Ok(Self { promise, progress })
    }
}

async fn accept(storage: &Storage) -> Result<PodcastId> {
    let podcast = NewPodcast {
        id: PodcastId::new(),
        owner: Owner::local(),
        location: Location::parse("Paris")?,
        place_id: 2_988_507,
        place_label: "Paris, France".to_owned(),
        podcast_type: PodcastType::Base,
        preferences: Preferences::default(),
        message: "Waiting".to_owned(),
    };
    Ok(storage
        .accept(podcast, None, Timestamp::now())
        .await?
        .podcast_id)
}

async fn claim(storage: &Storage) -> Result<Lease> {
    let id = accept(storage).await?;
    match storage.claim(id, Timestamp::now()).await? {
        Claim::Won(job) => Ok(job.lease),
        other => anyhow::bail!("a new podcast cannot be claimed: {other:?}"),
    }
}
