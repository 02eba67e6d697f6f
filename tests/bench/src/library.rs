//! Pages of libraries: as quick in one of a million podcasts as in one of a thousand.

use std::{path::Path, time::Duration};

use ::library::{Config, Library};
use anyhow::{Context, Result, ensure};
use lambda_http::{Body, Request, Response};
use podcast::Owner;
use reply::testing::{Event, json};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::{
    Dose,
    browsers::hammer,
    client::Client,
    latencies::{Latencies, ratio, times},
    report::Report,
    seed::{Filled, fill},
};

const LIST: &str = "/api/v1/podcasts/";

/// Which page a reader that turns pages for long has got to, where there are as many.
const FAR_PAGE: u32 = 1000;

/// How many podcasts the others are compared with.
const SMALLEST: u32 = 1_000;

/// Measures pages in the handler for libraries of growing size, and over HTTP in the largest.
///
/// # Errors
/// When a database cannot be filled or a page cannot be read.
pub(crate) async fn measure(dose: Dose) -> Result<Vec<Report>> {
    let sizes = dose.of(&[SMALLEST, 100_000, 1_000_000][..], &[SMALLEST, 5_000][..]);
    let columns = ["page of 20, in the handler"]
        .into_iter()
        .chain(Latencies::COLUMNS)
        .chain(["p50 to the smallest"]);
    let mut report = Report::new("library", columns);
    let mut smallest: Option<Vec<Latencies>> = None;
    for size in sizes {
        eprintln!("library: filling a database with {size} podcasts");
        let folder = tempfile::tempdir()?;
        let filled = fill(&folder.path().join("wherecast.db"), *size).await?;
        let pages = Pages::find(folder.path(), &filled, *size).await?;
        eprintln!("library: reading pages of {size} podcasts");
        let times_each = dose.of(2000, 20);
        let found = pages.read(times_each).await?;
        let base = smallest.get_or_insert_with(|| found.clone());
        tell(&mut report, *size, &pages, &found, base);
        if !dose.is_quick {
            judge(&mut report, *size, &pages, &found, base);
        }
        if Some(size) == sizes.last() {
            over_http(&mut report, folder, *size, dose).await?;
        }
    }
    Ok(vec![report])
}

/// The pages that are read, and the handler that reads them.
struct Pages {
    library: Library,
    questions: Vec<Question>,
}

struct Question {
    what: String,
    query: String,
    owner: Owner,
    /// Whether it may take longer the more podcasts there are.
    may_grow: bool,
}

impl Pages {
    async fn find(folder: &Path, filled: &Filled, size: u32) -> Result<Self> {
        let config = Config {
            database: storage::Config::file(folder.join("wherecast.db").to_string_lossy()),
            media_base_url: "http://127.0.0.1:9000/media".to_owned(),
        };
        let library = Library::open(config)
            .await
            .map_err(anyhow::Error::from_boxed)?;
        let (page, cursor) = far_page(&library).await?;
        let local = |what: &str, query: String| Question {
            what: what.to_owned(),
            query,
            owner: Owner::local(),
            may_grow: false,
        };
        let questions = vec![
            local("first", "limit=20".to_owned()),
            local(
                &format!("number {page} by cursor"),
                format!("limit=20&cursor={cursor}"),
            ),
            local(
                "first of those that failed",
                "limit=20&status_filter=failed".to_owned(),
            ),
            Question {
                owner: filled.small_owner.clone(),
                ..local("first of a small library beside", "limit=20".to_owned())
            },
            Question {
                may_grow: true,
                ..local(
                    "deep skip, past 80 %",
                    format!("limit=20&skip={}", size * 8 / 10),
                )
            },
        ];
        Ok(Self { library, questions })
    }

    async fn read(&self, times: u32) -> Result<Vec<Latencies>> {
        let mut all = Vec::new();
        for question in &self.questions {
            let mut latencies = Latencies::default();
            // One that may grow takes long: it is not judged, and a few show how long.
            let times = if question.may_grow {
                times.min(20)
            } else {
                times
            };
            for _ in 0..times {
                latencies.add(question.ask(&self.library).await?);
            }
            all.push(latencies);
        }
        Ok(all)
    }
}

impl Question {
    /// From the request as the handler gets it to the answer as it leaves.
    async fn ask(&self, library: &Library) -> Result<Duration> {
        let request = request(&self.query, &self.owner);
        let begin = Instant::now();
        let response = reply::respond(|request| library.handle(request), request).await;
        let took = begin.elapsed();
        let shown = page(&response)?["podcasts"].as_array().map_or(0, Vec::len);
        ensure!(
            shown == 20,
            "{shown} podcasts on a page of 20: {}",
            self.what
        );
        Ok(took)
    }
}

/// Turns pages up to [`FAR_PAGE`], or to the last but one; gives its number and the cursor that leads there.
async fn far_page(library: &Library) -> Result<(u32, String)> {
    let (mut far, mut leads_on) = (None, None);
    for number in 1..=FAR_PAGE {
        let query = match &leads_on {
            None => "limit=20".to_owned(),
            Some(cursor) => format!("limit=20&cursor={cursor}"),
        };
        let request = request(&query, &Owner::local());
        let response = reply::respond(|request| library.handle(request), request).await;
        let Some(next) = page(&response)?["next_cursor"].as_str().map(str::to_owned) else {
            break;
        };
        far = leads_on.replace(next).map(|cursor| (number, cursor));
    }
    far.context("the library has too few pages")
}

fn request(query: &str, owner: &Owner) -> Request {
    Event::get(&format!("/api/v1/podcasts/?{query}"))
        .owner(owner.as_str())
        .request()
}

fn page(response: &Response<Body>) -> Result<Value> {
    ensure!(
        response.status() == 200,
        "{}: {:?}",
        response.status(),
        response.body()
    );
    Ok(json(response))
}

fn tell(
    report: &mut Report,
    size: u32,
    pages: &Pages,
    found: &[Latencies],
    smallest: &[Latencies],
) {
    for ((question, latencies), base) in pages.questions.iter().zip(found).zip(smallest) {
        let case = format!("{size} podcasts, {}", question.what);
        let ratio = ratio(latencies.at(0.5), base.at(0.5));
        report.row([case].into_iter().chain(latencies.cells()).chain([ratio]));
    }
}

fn judge(
    report: &mut Report,
    size: u32,
    pages: &Pages,
    found: &[Latencies],
    smallest: &[Latencies],
) {
    for ((question, latencies), base) in pages.questions.iter().zip(found).zip(smallest) {
        if !question.may_grow && size > SMALLEST {
            let text = format!(
                "{size} podcasts, {}: p50 within 2x of {SMALLEST} podcasts",
                question.what
            );
            report.aim(text, times(latencies.at(0.5), base.at(0.5)) <= 2.0);
        }
    }
    let first = Duration::from_millis(2);
    report.aim(
        format!("{size} podcasts, first page below 2 ms at p99"),
        found[0].at(0.99) < first,
    );
}

/// The whole way for one question: the first page of the largest library.
async fn over_http(report: &mut Report, folder: TempDir, size: u32, dose: Dose) -> Result<()> {
    let world = dose.start(folder, "tone");
    let ask = || {
        let mut client = Client::new(world.origin());
        async move || client.get(LIST).await?.expect(200).map(drop)
    };
    hammer([ask()], Duration::from_millis(100)).await;
    let asked = hammer(
        [ask()],
        dose.of(Duration::from_secs(10), Duration::from_millis(100)),
    )
    .await;
    ensure!(asked.errors == 0, "pages fail: {:?}", asked.error);
    let case = format!("{size} podcasts, first, over HTTP");
    report.row(
        [case]
            .into_iter()
            .chain(asked.latencies.cells())
            .chain(["-".to_owned()]),
    );
    Ok(())
}
