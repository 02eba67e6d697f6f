//! What a template may say. What it may not is in [`refused`].
use super::*;

mod refused;

const BASE: &str = "http://127.0.0.1:9000";

const HEAD: &str = "Transform: AWS::Serverless-2016-10-31\n";

/// A function that is complete; more properties can be appended.
const WORKER: &str = "  Worker:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: worker}}
    Properties:
      Runtime: provided.al2023
";

fn read(text: &str, parameters: &[(&str, &str)]) -> Result<Template, Refusal> {
    let given = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    read::read(text, Path::new("t.yaml"), &given, BASE)
}

fn with_worker(rest: &str) -> String {
    format!("{HEAD}Resources:\n{WORKER}{rest}")
}

#[test]
fn globals_are_merged_under_the_functions_own() {
    let text = format!(
        "{HEAD}Globals:\n  Function:\n    Timeout: 10\n    MemorySize: 256\n    Environment: {{Variables: {{A: a, B: b}}}}\nResources:\n{WORKER}      Timeout: 20\n      Environment: {{Variables: {{B: own, C: 3}}}}\n"
    );

    let template = read(&text, &[]).expect("the template is valid");

    let worker = &template.functions[0];
    assert_eq!(
        (
            worker.timeout.as_secs(),
            worker.memory_mb,
            worker.binary.as_str()
        ),
        (20, 256, "worker")
    );
    let variables: Vec<_> = worker
        .environment
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    assert_eq!(variables, ["A=a", "B=own", "C=3"]);
}

#[test]
fn what_sam_makes_beside_a_function_has_a_name() {
    let text = with_worker(
        "      CodeUri: worker
      FunctionUrlConfig: {AuthType: NONE}
      Environment:
        Variables:
          URL: !GetAtt WorkerUrl.FunctionUrl
          ROLE: !Sub '${WorkerRole} ${WorkerRole.Arn}'
          ARN: !Ref WorkerUrl
Outputs:
  Role: {Value: !GetAtt WorkerRole.Arn}
",
    );

    let template = read(&text, &[]).expect("the template is valid");

    let worker = &template.functions[0];
    let variables: Vec<_> = worker.environment.values().map(String::as_str).collect();
    assert_eq!(
        variables,
        [
            "arn:aws:lambda:us-east-1:000000000000:function:Worker",
            "WorkerRole arn:aws:iam::000000000000:role/WorkerRole",
            "http://127.0.0.1:9000/lambda-url/Worker/",
        ]
    );
    assert_eq!(worker.code, Path::new("worker"));
}

#[test]
fn code_that_is_not_there_yet_is_around_the_template() {
    let text = with_worker("      CodeUri: target/lambda/worker\n");
    let template = read(&text, &[]).expect("the template is valid");

    let folders = template.code_folders(Path::new("/nowhere/template.yaml"));

    assert_eq!(folders, BTreeSet::from(["/nowhere".into()]));
}

#[test]
fn code_in_a_folder_of_its_own_is_built_there() {
    let project = project(&["resize"]);
    let code = project.path().join("resize");
    let template = read(&with_worker("      CodeUri: resize\n"), &[]).expect("it is valid");

    let folders = template.code_folders(&project.path().join("template.yaml"));

    assert_eq!(folders, BTreeSet::from([code]));
}

#[test]
fn a_function_that_names_no_binary_is_the_sole_one_of_its_package() {
    let project = project(&["resize"]);
    let template = project.path().join("template.yaml");

    for build in ["", ", BuildProperties: {}"] {
        std::fs::write(&template, without_binary(build, "resize")).expect("a template");
        let template = Template::read(&template, &BTreeMap::new(), BASE);

        let functions = template.expect("the template is valid").functions;
        assert_eq!(functions[0].binary, "resize-image");
    }
}

/// A cargo workspace with the packages `names`, each with its library and the binary `NAME-image`.
fn project(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: String, text: &str| {
        let file = folder.path().join(file);
        std::fs::create_dir_all(file.parent().expect("it has one")).expect("a folder");
        std::fs::write(file, text).expect("a file");
    };
    write(
        "Cargo.toml".into(),
        &format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n"),
    );
    for name in names {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n");
        write(format!("{name}/Cargo.toml"), &manifest);
        write(format!("{name}/src/lib.rs"), "");
        write(format!("{name}/src/bin/{name}-image.rs"), "fn main() {}\n");
    }
    folder
}

/// A template whose one function has no `Binary`, with `build` in its metadata.
fn without_binary(build: &str, code: &str) -> String {
    format!(
        "{HEAD}Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata: {{BuildMethod: rust-cargolambda{build}}}
    Properties: {{Runtime: provided.al2023, CodeUri: {code}}}
"
    )
}

#[test]
fn every_function_of_the_language_is_resolved() {
    let text = format!(
        "{HEAD}Parameters:
  Store: {{Type: String, Default: s3://bucket/prefix}}
  Origins: {{Type: CommaDelimitedList, Default: 'a, b'}}
Conditions:
  IsS3: !Not [!Equals [!Ref Store, '']]
  IsLocal: {{Fn::And: [!Condition IsS3, {{Condition: IsS3}}, !Equals [a, b]]}}
Resources:
{WORKER}      Environment:
        Variables:
          URL: !Ref Jobs
          ARN: !GetAtt Jobs.Arn
          NAME: {{Fn::GetAtt: [Jobs, QueueName]}}
          SUB: !Sub '${{Store}}/${{Jobs.QueueName}}/${{AWS::Region}}/${{!kept}}'
          SUB2: !Sub ['${{x}}-${{Store}}', {{x: !Ref Worker}}]
          BUCKET: !Select [2, !Split ['/', !Ref Store]]
          IF: !If [IsLocal, yes, no]
          GONE: !If [IsS3, !Ref AWS::NoValue, x]
          JOIN: !Join ['+', !Ref Origins]
  Jobs: {{Type: AWS::SQS::Queue, Properties: {{QueueName: !Sub '${{AWS::StackName}}-jobs'}}}}
"
    );

    let template = read(&text, &[("Origins", "x,y")]).expect("the template is valid");

    let variables: Vec<_> = template.functions[0]
        .environment
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    assert_eq!(
        variables,
        [
            "ARN=arn:aws:sqs:us-east-1:000000000000:local-jobs",
            "BUCKET=bucket",
            "IF=no",
            "JOIN=x+y",
            "NAME=local-jobs",
            "SUB=s3://bucket/prefix/local-jobs/us-east-1/${kept}",
            "SUB2=Worker-s3://bucket/prefix",
            "URL=http://127.0.0.1:9000/000000000000/local-jobs",
        ]
    );
}

#[test]
fn events_become_routes_mappings_and_schedules() {
    let text = with_worker(
        "      Timeout: 30
      Events:
        Web: {Type: HttpApi, Properties: {Path: '/a/{id}', Method: get}}
        Rest: {Type: HttpApi}
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn, BatchSize: 1, FunctionResponseTypes: [ReportBatchItemFailures], ScalingConfig: {MaximumConcurrency: 2}}}
        Clock: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}
  Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 180, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}}
  Dead: {Type: AWS::SQS::Queue}
  Store: {Type: AWS::S3::Bucket}
",
    );

    let template = read(&text, &[]).expect("the template is valid");

    assert_eq!(template.routes[0].method, Method::Only(http::Method::GET));
    assert_eq!(
        (&template.routes[1].method, template.routes[1].path.as_str()),
        (&Method::Any, "$default")
    );
    let mapping = &template.mappings[0];
    assert_eq!(
        (
            mapping.queue.as_str(),
            mapping.batch_size,
            mapping.maximum_concurrency
        ),
        ("Jobs", 1, Some(2))
    );
    assert!(mapping.reports_item_failures && mapping.enabled);
    assert_eq!(
        template.schedules[0].timing,
        Timing::Rate(Duration::from_secs(300))
    );
    let redrive = template.queues[0]
        .redrive
        .as_ref()
        .expect("there is a redrive policy");
    assert_eq!(
        (
            redrive.dead_letter_queue.as_str(),
            redrive.max_receive_count
        ),
        ("Dead", 5)
    );
    assert_eq!(
        template.without_effect,
        ["Store (AWS::S3::Bucket) has no effect on one machine"]
    );
}

/// An API with two authorizers, the first for every route that says nothing else.
const GUARDED: &str = "  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Users
        Authorizers:
          Users: {JwtConfiguration: {issuer: 'https://id.example/pool', audience: [web]}, IdentitySource: $request.header.Authorization, AuthorizationScopes: [read]}
          Robots: {JwtConfiguration: {Issuer: 'http://127.0.0.1:5/', Audience: [bot]}, IdentitySource: $request.querystring.token}
";

fn with_routes(auths: &[&str]) -> String {
    let routes: String = auths
        .iter()
        .enumerate()
        .map(|(index, auth)| {
            format!("        E{index}: {{Type: HttpApi, Properties: {{ApiId: !Ref Api, Path: /{index}, Method: get{auth}}}}}\n")
        })
        .collect();
    with_worker(&format!("      Events:\n{routes}{GUARDED}"))
}

#[test]
fn a_route_asks_for_its_own_authorizer_or_the_apis() {
    let text = with_routes(&[
        "",
        ", Auth: {Authorizer: NONE}",
        ", Auth: {Authorizer: Robots}",
        ", Auth: {AuthorizationScopes: [write]}",
    ]);

    let template = read(&text, &[]).expect("the template is valid");

    let asked: Vec<_> = template
        .routes
        .iter()
        .map(|route| {
            let asked = route.authorization.as_ref();
            asked.map(|asked| (asked.authorizer.as_str(), asked.scopes.join(" ")))
        })
        .collect();
    assert_eq!(
        asked,
        [
            Some(("Users", "read".to_owned())),
            None,
            Some(("Robots", String::new())),
            Some(("Users", "write".to_owned())),
        ]
    );
    assert_eq!(
        template.authorizers[0].identity_source,
        IdentitySource::Header("authorization".to_owned())
    );
    assert_eq!(template.authorizers[1].issuer, "http://127.0.0.1:5/");
}

#[test]
fn a_function_may_have_a_url_of_its_own() {
    let text = with_worker(
        "      FunctionUrlConfig: {AuthType: AWS_IAM, InvokeMode: RESPONSE_STREAM, Cors: {AllowOrigins: ['https://a.example'], AllowHeaders: [X-A]}}\n",
    );

    let template = read(&text, &[]).expect("the template is valid");

    let url = template.functions[0].url.as_ref().expect("it has a URL");
    assert_eq!(url.invoke_mode, InvokeMode::ResponseStream);
    let cors = url.cors.as_ref().expect("it has CORS");
    assert_eq!(cors.allow_headers, ["x-a"]);
    assert_eq!(
        template.without_effect,
        ["the URL of Worker asks nobody for a signature on one machine"]
    );
}

#[test]
fn a_function_says_what_becomes_of_its_events() {
    let text = format!(
        "{HEAD}Globals:
  Function:
    DeadLetterQueue: {{Type: SQS, TargetArn: !GetAtt Dead.Arn}}
    EventInvokeConfig: {{MaximumRetryAttempts: 1}}
Resources:
{WORKER}      EventInvokeConfig:
        MaximumEventAgeInSeconds: 60
        DestinationConfig:
          OnSuccess: {{Type: Lambda, Destination: !GetAtt Worker.Arn}}
          OnFailure: {{Type: SQS, Destination: !GetAtt Dead.Arn}}
  Dead: {{Type: AWS::SQS::Queue, Properties: {{QueueName: letters}}}}
"
    );

    let template = read(&text, &[]).expect("the template is valid");

    let expected = EventInvoke {
        maximum_age: Duration::from_secs(60),
        maximum_retries: 1,
        on_success: Some(Destination::Function("Worker".to_owned())),
        on_failure: Some(Destination::Queue("letters".to_owned())),
        dead_letter_queue: Some("letters".to_owned()),
    };
    assert_eq!(template.functions[0].event_invoke, expected);
    let plain = read(&with_worker(""), &[]).expect("the template is valid");
    assert_eq!(plain.functions[0].event_invoke, EventInvoke::default());
}

#[test]
fn routes_without_an_api_make_one_of_the_globals() {
    let text = format!(
        "{HEAD}Globals:\n  HttpApi:\n    CorsConfiguration: {{AllowOrigins: [a]}}\nResources:\n{WORKER}      Events:\n        E: {{Type: HttpApi, Properties: {{Path: /a, Method: get}}}}\nOutputs:\n  Url: {{Value: !Sub 'https://${{ServerlessHttpApi}}.example'}}\n"
    );

    let template = read(&text, &[]).expect("the template is valid");

    assert_eq!(template.cors.expect("it has CORS").allow_origins, ["a"]);
}
