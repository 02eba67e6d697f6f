use std::time::Duration;

use aws_config::{
    ConfigLoader,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_sdk_sqs::Client;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

/// Reads endpoint, region and credentials from the environment, where Lambda puts them.
///
/// Only there: the default chains would, without them, wait seconds for a metadata service.
pub(crate) async fn from_environment() -> Client {
    let config = loader()
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .region(EnvironmentVariableRegionProvider::new())
        .load()
        .await;
    Client::new(&config)
}

fn loader() -> ConfigLoader {
    // The connector takes both https and plain http, so that an endpoint on this machine needs no certificate.
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    // A caller waits for the answer: a hung connection is given up early and tried again.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_millis(500));
    aws_config::from_env()
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(retries)
}

#[cfg(test)]
pub(crate) async fn for_endpoint(endpoint: &str) -> Client {
    let credentials = aws_sdk_sqs::config::Credentials::for_tests();
    let region = aws_config::Region::new("us-east-1");
    Client::new(
        &loader()
            .endpoint_url(endpoint)
            .region(region)
            .credentials_provider(credentials)
            .load()
            .await,
    )
}
