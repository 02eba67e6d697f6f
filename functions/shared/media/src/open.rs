use std::{path::PathBuf, sync::Arc, time::Duration};

use object_store::{
    ClientOptions, ObjectStore, aws::AmazonS3Builder, local::LocalFileSystem, prefix::PrefixStore,
};
use url::Url;

use crate::{Media, MediaError, path};

impl Media {
    /// Opens the store at `url`: `file:///folder` (made if missing) or `s3://bucket/prefix`.
    ///
    /// A bucket's region, credentials and, where it is not AWS's, `AWS_ENDPOINT_URL_S3` are read
    /// from the environment. Nothing is connected yet.
    ///
    /// # Errors
    /// [`MediaError::Url`] when the URL has another form, the folder cannot be made, or a
    /// setting of the bucket is missing.
    pub fn open(url: &str) -> Result<Self, MediaError> {
        let wrong = |cause: String| MediaError::Url { cause };
        let parsed = Url::parse(url).map_err(|error| wrong(format!("is none: {error}")))?;
        let store = match parsed.scheme() {
            "file" => folder(&parsed),
            "s3" => bucket(&parsed),
            _ => Err("must begin with file:// or s3://".into()),
        };
        store
            .map(|(store, folder)| Self { store, folder })
            .map_err(|error| wrong(error.to_string()))
    }
}

type Opened = Result<(Arc<dyn ObjectStore>, Option<PathBuf>), Box<dyn std::error::Error>>;

fn folder(url: &Url) -> Opened {
    let folder: PathBuf = url
        .to_file_path()
        .map_err(|()| "must name an absolute path of this machine")?;
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("names a folder that cannot be made: {error}"))?;
    // fsync, since a completed podcast promises that its audio is there after a power cut too.
    let store = LocalFileSystem::new_with_prefix(&folder)?
        .with_fsync(true)
        .with_automatic_cleanup(true);
    Ok((Arc::new(store), Some(folder)))
}

fn bucket(url: &Url) -> Opened {
    // The HTTP client leaves the choice of TLS provider to the process; a second choice is no error.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let base = format!("s3://{}", url.host_str().ok_or("must name a bucket")?);
    let options = ClientOptions::new()
        .with_content_type_for_suffix("mp3", "audio/mpeg")
        .with_connect_timeout(Duration::from_secs(3))
        .with_timeout(Duration::from_secs(60))
        .with_allow_http(endpoint_is_plain_http());
    let store = AmazonS3Builder::from_env()
        .with_client_options(options)
        .with_url(base)
        .build()?;
    match url.path().trim_matches('/') {
        "" => Ok((Arc::new(store), None)),
        prefix => Ok((Arc::new(PrefixStore::new(store, path(prefix))), None)),
    }
}

/// An endpoint the operator wrote as `http://` was meant: a store on this machine, without certificates.
fn endpoint_is_plain_http() -> bool {
    ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .is_some_and(|endpoint| endpoint.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_bucket_opens_with_and_without_a_prefix() {
        let plain = Media::open("s3://episodes").unwrap();
        let prefixed = Media::open("s3://episodes/live/eu/").unwrap();

        assert_eq!(format!("{plain:?}"), "Media(AmazonS3(episodes))");
        assert!(format!("{prefixed:?}").contains("live/eu"), "{prefixed:?}");
    }

    #[test]
    fn a_url_of_another_kind_is_refused_and_not_told() {
        for (url, cause) in [
            ("s3cret", "is none"),
            ("ftp://user:s3cret@host/folder", "must begin with"),
            ("file://s3cret/folder", "must name an absolute path"),
            ("s3:///s3cret", "must name a bucket"),
        ] {
            let error = Media::open(url).unwrap_err().to_string();

            let begin = format!("the URL of the media store {cause}");
            assert!(error.starts_with(&begin), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_refused() {
        assert!(Media::open("file:///dev/null/media").is_err());
    }
}
