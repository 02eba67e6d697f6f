//! What a template may not say, and the exact sentence for it.
use super::*;

fn refusal(text: &str) -> String {
    read(text, &[])
        .expect_err("the template is refused")
        .to_string()
}

#[test]
fn what_is_not_emulated_is_refused_by_name_and_line() {
    let cases = [
        (
            "      Timout: 5\n",
            "t.yaml:8: Timout of function Worker is not emulated; remove it or check its spelling",
        ),
        (
            "  Table: {Type: AWS::DynamoDB::Table}\n",
            "t.yaml:8: resource Table is of type AWS::DynamoDB::Table, which is not emulated; remove it",
        ),
        (
            "      Events:\n        Topic: {Type: SNS}\n",
            "t.yaml:9: Type of event Topic of function Worker must be HttpApi, SQS or Schedule, not \"SNS\"",
        ),
        (
            "      Events:\n        C: {Type: Schedule, Properties: {Schedule: cron(0 8 * * * *)}}\n",
            "t.yaml:9: Schedule of event C of function Worker must be rate(1 minute), rate(n minutes), hours or days, or cron with six fields and ? for one kind of day, not \"cron(0 8 * * * *)\"",
        ),
        (
            "      Environment: {Variables: {A: !ImportValue x}}\n",
            "t.yaml:8: the function Fn::ImportValue is not emulated; use Ref, Fn::Sub, Fn::GetAtt, Fn::If or Fn::Join",
        ),
        (
            "  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      FifoQueue: true\n",
            "t.yaml:11: FifoQueue of queue Q must be false; only standard queues are emulated, not \"true\"",
        ),
        (
            "      Environment: {Variables: {A: !Ref Store}}\n  Store: {Type: AWS::S3::Bucket}\n",
            "t.yaml:8: Store (AWS::S3::Bucket) does not exist on this machine, yet its name is needed here; give a parameter that avoids it",
        ),
        (
            "      FunctionUrlConfig: {AuthType: NONE, InvokeMode: FAST}\n",
            "t.yaml:8: InvokeMode of FunctionUrlConfig of function Worker must be BUFFERED or RESPONSE_STREAM, not \"FAST\"",
        ),
        (
            "      DeadLetterQueue: {Type: SNS, TargetArn: x}\n",
            "t.yaml:8: Type of DeadLetterQueue of function Worker must be SQS, not \"SNS\"",
        ),
        (
            "      EventInvokeConfig:\n        DestinationConfig:\n          OnFailure: {Type: SNS, Destination: x}\n",
            "t.yaml:10: Type of OnFailure of DestinationConfig of EventInvokeConfig of function Worker must be SQS or Lambda, not \"SNS\"",
        ),
        (
            "Mappings: {}\n",
            "t.yaml:8: Mappings of the template is not emulated; remove it or check its spelling",
        ),
    ];
    for (rest, sentence) in cases {
        assert_eq!(refusal(&with_worker(rest)), sentence);
    }
}

#[test]
fn what_aws_refuses_is_refused() {
    let cases = [
        (
            "      Timeout: 901\n",
            "t.yaml:8: Timeout of function Worker must be a whole number from 1 to 900, not \"901\"",
        ),
        (
            "      MemorySize: 127\n",
            "t.yaml:8: MemorySize of function Worker must be a whole number from 128 to 10240, not \"127\"",
        ),
        (
            "      ReservedConcurrentExecutions: -1\n",
            "t.yaml:8: ReservedConcurrentExecutions of function Worker must be a whole number from 0 to 1000, not \"-1\"",
        ),
        (
            "      Environment: {Variables: {AWS_REGION: x}}\n",
            "t.yaml:8: Lambda sets AWS_REGION itself; give the variable another name",
        ),
        (
            "      Events:\n        J: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, BatchSize: 11}}\n  Q: {Type: AWS::SQS::Queue}\n",
            "t.yaml:9: a BatchSize over 10 needs a MaximumBatchingWindowInSeconds of at least 1",
        ),
        (
            "  Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:other', maxReceiveCount: 2}}}\n",
            "t.yaml:8: the dead-letter queue other of queue Q is no queue of this template",
        ),
        (
            "      Environment: {Variables: {A: !Ref Nothing}}\n",
            "t.yaml:8: Nothing names no parameter or resource of this template; check its spelling",
        ),
        (
            "      Policies:\n        - !Sub '${Nothing.Arn}'\n",
            "t.yaml:9: Nothing names no parameter or resource of this template; check its spelling",
        ),
        (
            "      Environment: {Variables: {A: !If [Nothing, a, b]}}\n",
            "t.yaml:8: Nothing names no condition of this template; check its spelling",
        ),
        (
            "      Timeout: 31\n      Events:\n        J: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}\n  Q: {Type: AWS::SQS::Queue}\n",
            "t.yaml:10: the visibility timeout of queue Q is 30 s, less than the 31 s of function Worker; make it at least as long, better six times",
        ),
        (
            "      Events:\n        J: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:us-east-1:000000000000:other'}}\n",
            "t.yaml:9: the queue other of function Worker is no queue of this template",
        ),
        (
            "      Events:\n        C: {Type: Schedule, Properties: {Schedule: rate(1 day), Input: '{sweep: all}'}}\n",
            "t.yaml:9: Input of event C of function Worker must be text that is JSON, not \"{sweep: all}\"",
        ),
        (
            "      EventInvokeConfig: {MaximumRetryAttempts: 3}\n",
            "t.yaml:8: MaximumRetryAttempts of EventInvokeConfig of function Worker must be a whole number from 0 to 2, not \"3\"",
        ),
        (
            "      EventInvokeConfig:\n        DestinationConfig:\n          OnSuccess: {Type: Lambda, Destination: 'arn:aws:lambda:us-east-1:000000000000:function:other'}\n",
            "t.yaml:10: the destination other is no function of this template",
        ),
        (
            "      EventInvokeConfig:\n        DestinationConfig:\n          OnSuccess: {Type: SQS, Destination: !GetAtt Worker.Arn}\n",
            "t.yaml:10: Destination of OnSuccess of DestinationConfig of EventInvokeConfig of function Worker must be the Arn of a queue of this template, not \"arn:aws:lambda:us-east-1:000000000000:function:Worker\"",
        ),
        (
            "      DeadLetterQueue: {Type: SQS, TargetArn: 'arn:aws:sqs:us-east-1:000000000000:other'}\n",
            "t.yaml:8: the destination other is no queue of this template",
        ),
        (
            "      Events:\n        A: {Type: HttpApi, Properties: {Path: '/a/{x}', Method: GET}}\n        B: {Type: HttpApi, Properties: {Path: '/a/{y}', Method: get}}\n",
            "t.yaml:10: the route GET /a/{y} belongs to function Worker already; functions cannot share one",
        ),
        (
            "  Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Q.Arn, maxReceiveCount: 2}}}\n",
            "t.yaml:8: queue Q is its own dead-letter queue; give it another",
        ),
        (
            "  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Q.QueueName}}\n",
            "t.yaml:8: a name here leads back to itself; break the circle",
        ),
        (
            "  Worker:\n    Type: AWS::SQS::Queue\n",
            "t.yaml:8: duplicated key in mapping",
        ),
        (
            "  Api: {Type: AWS::Serverless::HttpApi, Properties: {CorsConfiguration: {AllowOrigins: ['*'], AllowCredentials: true}}}\n",
            "t.yaml:8: AllowCredentials and the origin * exclude each other; name the origins",
        ),
    ];
    for (rest, sentence) in cases {
        assert_eq!(refusal(&with_worker(rest)), sentence);
    }
}

#[test]
fn what_must_be_a_map_is_refused_when_it_is_none() {
    let api = |auth: &str| {
        with_worker(&format!(
            "  Api: {{Type: AWS::Serverless::HttpApi, Properties: {{Auth: {auth}}}}}\n"
        ))
    };
    let cases = [
        (
            api("{Authorizers: [Users]}"),
            "t.yaml:8: Authorizers of Auth of HTTP API Api must be a map, not a list",
        ),
        (
            with_worker("      Environment: {Variables: [A, B]}\n"),
            "t.yaml:8: Variables of Environment of function Worker must be a map, not a list",
        ),
        (
            with_worker("      Events:\n        - {Type: HttpApi}\n"),
            "t.yaml:9: Events of function Worker must be a map, not a list",
        ),
        (
            with_worker("      Environment: {Variables: {A: !Sub ['${B}', [B]]}}\n"),
            "t.yaml:8: Fn::Sub cannot be made of a list",
        ),
        (
            with_worker("Parameters: [A]\n"),
            "t.yaml:8: Parameters of the template must be a map, not a list",
        ),
        (
            with_worker("Conditions: [IsA]\n"),
            "t.yaml:8: Conditions of the template must be a map, not a list",
        ),
        (
            with_worker("Globals: {Function: [Timeout]}\n"),
            "t.yaml:8: Function of Globals must be a map, not a list",
        ),
        (
            with_worker("Outputs: [Url]\n"),
            "t.yaml:8: Outputs of the template must be a map, not a list",
        ),
        (
            format!("{HEAD}Resources: Worker\n"),
            "t.yaml:2: Resources of the template must be a map, not \"Worker\"",
        ),
        (
            format!("{HEAD}Resources:\n"),
            "t.yaml:1: the template has no Resources; give it one",
        ),
    ];
    for (text, sentence) in cases {
        assert_eq!(refusal(&text), sentence);
    }
    assert!(read(&format!("{HEAD}Resources: {{}}\n"), &[]).is_ok());
}

#[test]
fn an_authorizer_that_aws_would_refuse_is_refused() {
    let route = with_routes(&[", Auth: {Authorizer: Nobody}"]);
    let open = "      Events:\n        E: {Type: HttpApi, Properties: {Path: /0, Method: get, Auth: {Authorizer: NONE}}}\n";
    let api = |auth: &str| {
        with_worker(&format!(
            "  Api: {{Type: AWS::Serverless::HttpApi, Properties: {{Auth: {auth}}}}}\n"
        ))
    };
    let cases = [
        (
            route,
            "t.yaml:9: the route GET /0 has Authorizer: Nobody, which its API does not define; check its spelling",
        ),
        (
            with_worker(open),
            "t.yaml:9: the route GET /0 has Authorizer: NONE, yet its API has no DefaultAuthorizer; remove it",
        ),
        (
            api("{DefaultAuthorizer: Users}"),
            "t.yaml:8: DefaultAuthorizer is Users, which Authorizers does not name",
        ),
        (
            api("{Authorizers: {F: {FunctionArn: arn, AuthorizerPayloadFormatVersion: '2.0'}}}"),
            "t.yaml:8: authorizer F is a function, which is not emulated; give it a JwtConfiguration",
        ),
        (
            api(
                "{Authorizers: {A: {JwtConfiguration: {issuer: 'http://id.example', audience: [a]}}}}",
            ),
            "t.yaml:8: issuer of JwtConfiguration of authorizer A must be an https URL, or http to this machine, not \"http://id.example\"",
        ),
        (
            api("{EnableIamAuthorizer: true}"),
            "t.yaml:8: EnableIamAuthorizer of Auth of HTTP API Api must be false; nobody signs requests on one machine, not \"true\"",
        ),
    ];
    for (text, sentence) in cases {
        assert_eq!(refusal(&text), sentence);
    }
}

#[test]
fn an_environment_has_4096_bytes() {
    let text = |size: usize| {
        let value = "x".repeat(size - 1);
        with_worker(&format!(
            "      Environment: {{Variables: {{A: {value}}}}}\n"
        ))
    };

    assert!(read(&text(4_096), &[]).is_ok());
    assert_eq!(
        refusal(&text(4_097)),
        "t.yaml:8: the variables have 4097 bytes, more than 4096; keep large values elsewhere"
    );
}

#[test]
fn parameters_are_checked() {
    let text = format!(
        "{HEAD}Parameters:\n  A: {{Type: String}}\n  Level: {{Type: String, Default: info, AllowedValues: [info, warn]}}\nResources: {{}}\n"
    );
    let refusal =
        |given: &[(&str, &str)]| read(&text, given).expect_err("it is refused").to_string();

    assert_eq!(
        refusal(&[]),
        "t.yaml:3: parameter A has no value and no default; give it a value"
    );
    assert_eq!(
        refusal(&[("A", "a"), ("B", "b")]),
        "t.yaml: has no parameter B, yet one was given; check its spelling"
    );
    assert_eq!(
        refusal(&[("A", "a"), ("Level", "loud")]),
        "t.yaml:4: parameter Level must be one of info, warn, not \"loud\""
    );
    assert!(read(&text, &[("A", "")]).is_ok());
}

#[test]
fn a_function_without_a_cargo_binary_is_refused() {
    let text = format!(
        "{HEAD}Resources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{Runtime: provided.al2023}}}}\n"
    );

    assert_eq!(
        refusal(&text),
        "t.yaml:3: function F has no Metadata; give it BuildMethod: rust-cargolambda"
    );
}

#[test]
fn a_function_that_may_be_several_binaries_is_told_to_name_one() {
    let project = project(&["crop", "resize"]);
    let (template, empty) = (project.path().join("t.yaml"), project.path().join("empty"));
    std::fs::create_dir_all(empty.join("src")).expect("a folder");
    let library = "[package]\nname = \"empty\"\nversion = \"0.1.0\"\n[workspace]\n";
    std::fs::write(empty.join("Cargo.toml"), library).expect("a manifest");
    std::fs::write(empty.join("src/lib.rs"), "").expect("a library");

    for (code, has) in [
        (".", "the binaries crop-image, resize-image"),
        ("empty", "no binary"),
    ] {
        std::fs::write(&template, without_binary("", code)).expect("a template");
        let refusal = Template::read(&template, &BTreeMap::new(), BASE).expect_err("it is refused");

        let start = format!(
            "{}:5: function F does not say which binary it is",
            template.display()
        );
        let end = format!(" has {has}; name the Binary in BuildProperties");
        let refusal = refusal.to_string();
        assert!(
            refusal.starts_with(&start) && refusal.ends_with(&end),
            "{refusal}"
        );
    }
}

#[test]
fn a_function_whose_code_is_misspelt_is_told_so() {
    let project = project(&["crop", "resize"]);
    let template = project.path().join("t.yaml");
    std::fs::write(&template, without_binary("", "resiez")).expect("a template");

    let refusal = Template::read(&template, &BTreeMap::new(), BASE).expect_err("it is refused");

    assert_eq!(
        refusal.to_string(),
        format!(
            "{}:5: function F does not say which binary it is, its CodeUri resiez is no folder, and the cargo project in {} has the binaries crop-image, resize-image; name the Binary in BuildProperties",
            template.display(),
            project.path().display()
        )
    );
}

#[test]
fn a_missing_file_is_one_sentence() {
    let refusal = Template::read(Path::new("/nowhere/t.yaml"), &BTreeMap::new(), BASE)
        .expect_err("it is not there");

    assert_eq!(
        refusal.to_string(),
        "/nowhere/t.yaml: cannot be read: No such file or directory (os error 2)"
    );
}
