use std::{convert::Infallible, error::Error, process::ExitCode, time::Instant};

use lambda_http::{Body, Request, Response, service_fn};
use podcast::PodcastId;
use tracing::{error, info, level_filters::LevelFilter};
use tracing_subscriber::EnvFilter;

use crate::{Answer, Path, Problem};

/// Why a function does not start.
pub type StartError = lambda_http::Error;

/// Starts the log: one JSON object a line, from `info` up unless `RUST_LOG` says otherwise.
pub fn start_tracing() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        // The runtime's span around each request holds its id.
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
}

/// Turns what a function ended with into its exit code, logging the reason if it is an error.
pub fn exit_code(ended: Result<(), StartError>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            error!("function stopped: {}", with_causes(&*reason));
            ExitCode::FAILURE
        }
    }
}

/// Answers requests with `handle` until the process is stopped.
///
/// # Errors
/// When the runtime's API cannot be reached.
pub async fn run<H, F>(handle: H) -> Result<(), StartError>
where
    H: Fn(Request) -> F,
    F: Future<Output = Result<Answer, Problem>> + Send,
{
    let handle = &handle;
    lambda_http::run(service_fn(|request: Request| {
        let asked = Asked::new(&request);
        let answered = handle(request);
        async move { Ok::<_, Infallible>(asked.log(answered.await)) }
    }))
    .await
}

/// Answers one request with `handle`, as [`run`] does.
pub async fn respond<H, F>(handle: H, request: Request) -> Response<Body>
where
    H: FnOnce(Request) -> F,
    F: Future<Output = Result<Answer, Problem>>,
{
    let asked = Asked::new(&request);
    asked.log(handle(request).await)
}

/// What the log says of a request: nothing of its body, query or headers, which may hold secrets.
struct Asked {
    method: String,
    path: String,
    podcast_id: Option<PodcastId>,
    since: Instant,
}

impl Asked {
    fn new(request: &Request) -> Self {
        use lambda_http::RequestExt;
        const LONGEST: usize = 200;
        Self {
            method: request.method().to_string(),
            path: request.raw_http_path().chars().take(LONGEST).collect(),
            podcast_id: Path::of(request).podcast_id(),
            since: Instant::now(),
        }
    }

    /// Writes the one line of this request, and turns what was answered into the response.
    fn log(self, answered: Result<Answer, Problem>) -> Response<Body> {
        let Self {
            method,
            path,
            podcast_id,
            since,
        } = self;
        let podcast_id = answered
            .as_ref()
            .ok()
            .and_then(|answer| answer.podcast_id)
            .or(podcast_id);
        if let Some(cause) = answered
            .as_ref()
            .err()
            .and_then(|problem| problem.cause.as_deref())
        {
            let podcast_id = podcast_id.map(tracing::field::display);
            error!(
                podcast.id = podcast_id,
                "{method} {path} failed: {}",
                with_causes(cause)
            );
        }
        let response = answered.map_or_else(Response::from, Response::from);
        let status = response.status().as_u16();
        let duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let podcast_id = podcast_id.map(tracing::field::display);
        info!(
            podcast.id = podcast_id,
            duration_ms, status, "{method} {path} answered with {status}"
        );
        response
    }
}

/// Joins an error and what caused it to one line.
pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Event, json};

    #[tokio::test]
    async fn a_problem_is_a_response_too() {
        let handle = async |_| Err(Problem::podcast_not_found());

        let response = respond(handle, Event::get("/api/v1/podcasts/7").request()).await;

        assert_eq!(response.status(), 404);
        assert_eq!(json(&response)["detail"], "Podcast not found");
    }
}
