//! An edited source, the real cargo, and what callers notice.
use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant, SystemTime},
};

use emulator::{
    Build, Built, Watch,
    build_functions::{self, Workspace},
};
use serde_json::json;

use crate::world::{World, options};

/// How long cargo may take for a program of one page.
const SOON: Duration = Duration::from_secs(60);

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Number:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda }
    Properties: { Runtime: provided.al2023, CodeUri: number, Timeout: 30 }
";

/// A function of the standard library alone: no crate has to be there to build it.
const SOURCE: &str = r#"
use std::{env, io::{Read, Write}, net::TcpStream};

fn ask(method: &str, path: &str, body: &str) -> String {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
    // The emulator gives each process a path of its own.
    let (host, base) = api.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let path = format!("/{base}/2018-06-01/runtime/invocation/{path}");
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}");
    write!(stream, "{head}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn main() {
    loop {
        let next = ask("GET", "next", "");
        let mut fields = next.lines().filter_map(|line| line.split_once(": "));
        let is_id = |name: &str| name.eq_ignore_ascii_case("lambda-runtime-aws-request-id");
        let (_, id) = fields.find(|(name, _)| is_id(name)).unwrap();
        ask("POST", &format!("{id}/response"), "ANSWER");
    }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_built_and_answers_and_one_that_does_not_compile_changes_nothing() {
    let (world, source) = start().await;
    let edit = |answer: &str| fs::write(&source, SOURCE.replace("ANSWER", answer)).unwrap();
    assert_eq!(ask(&world).await, 1);
    let is_over = AtomicBool::new(false);
    let caller = async {
        while !is_over.load(Ordering::Relaxed) {
            ask(&world).await;
        }
    };

    let editor = async {
        edit("2");
        hears(&world, 2).await;

        edit("3\" and no end");
        let told = refused(&world).await;
        let meanwhile = ask(&world).await;

        edit("4");
        hears(&world, 4).await;
        is_over.store(true, Ordering::Relaxed);
        (told, meanwhile)
    };
    let ((), (told, meanwhile)) = tokio::join!(caller, editor);

    assert!(told.contains("src/main.rs:"), "{told}");
    assert_eq!(meanwhile, 2);
}

/// Starts an emulator that builds `Number` when its source, the file returned, is edited.
async fn start() -> (World, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let code = folder.path().join("number");
    let source = code.join("src/main.rs");
    fs::create_dir_all(code.join("src")).unwrap();
    let manifest = "[package]\nname = \"number\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(code.join("Cargo.toml"), manifest).unwrap();
    fs::write(&source, SOURCE.replace("ANSWER", "1")).unwrap();
    let workspace = Workspace::around(&BTreeSet::from([code])).await.unwrap();
    let mut options = options(folder.path());
    fs::write(&options.template, TEMPLATE).unwrap();
    let built_at = SystemTime::now();
    let binaries = ["number".to_owned()];
    build_functions::build(&workspace.root, &binaries)
        .await
        .unwrap();
    options.bin_dir = workspace.bin_dir;
    options.watch = Watch::Sources {
        workspace: workspace.root,
        built_at,
    };
    (World::with(folder, options).await, source)
}

/// Runs the function, which must not fail whatever is going on.
async fn ask(world: &World) -> u64 {
    let (failed, answer, _) = world.invoke("Number", json!({})).await;
    assert!(!failed, "{answer}: {}", world.log("Number"));
    answer.as_u64().unwrap()
}

async fn hears(world: &World, number: u64) {
    let begin = Instant::now();
    while ask(world).await != number {
        assert!(begin.elapsed() < SOON, "{number} is never answered");
    }
}

/// Waits for a build that fails; returns what cargo says.
async fn refused(world: &World) -> String {
    let is_refusal = |build: &Build| matches!(build, Build::Done(built) if !built.is_ok);
    let mut build = world.emulator.build();
    let failed = tokio::time::timeout(SOON, build.wait_for(is_refusal)).await;
    match &*failed.expect("a build fails").unwrap() {
        Build::Done(built) => Built::plain_output(built),
        _ => String::new(),
    }
}
