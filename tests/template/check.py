#!/usr/bin/env python3
"""Holds the emulator's reading of templates to SAM's own, and the product's template to AWS's linters.

SAM's translator makes of a template what would be deployed; `local describe` prints what the emulator understood.
Both are brought to the same plain form and compared. It needs target/debug/local and no network.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
os.environ["SAM_CLI_TELEMETRY"] = "0"

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).parents[2]
# Each with its parameters: the product's need no bucket, which the emulator does not have.
MEDIA = {"MediaStore": "file:///media", "MediaBaseUrl": "http://127.0.0.1:9000/media"}
TEMPLATES = {
    ROOT / "infra/template.yaml": {"DatabaseUrl": "/tmp/database", **MEDIA},
    ROOT / "tests/template/everything.yaml": {},
    ROOT / "tests/greeter/template.yaml": {},
}
UNITS_S = {"minute": 60, "hour": 3_600, "day": 86_400}


def described(path, parameters):
    """What the emulator reads."""
    given = [word for pair in parameters.items() for word in ("--parameter", "=".join(pair))]
    command = [ROOT / "target/debug/local", "describe", "--template", path, *given]
    read = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    authorizers = {
        one["name"]: (one["issuer"], one["audience"], source(one["identity_source"])) for one in read["authorizers"]
    }
    return {
        "functions": {
            one["logical_id"]: {
                "timeout": one["timeout_s"],
                "memory": one["memory_mb"],
                "reserved": one["reserved_concurrency"],
                "variables": sorted(one["environment"]),
                "url": one["url"] and one["url"]["invoke_mode"],
            }
            for one in read["functions"]
        },
        "routes": {
            f"{one['method']} {one['path']}": (one["function"], asked(one["authorization"])) for one in read["routes"]
        },
        "authorizers": authorizers,
        "cors": read["cors"] and [read["cors"]["allow_origins"], read["cors"]["allow_methods"], read["cors"]["max_age_s"]],
        "stage": read["stage"],
        "queues": {
            one["logical_id"]: {
                "visibility": one["visibility_timeout_s"],
                "retention": one["retention_s"],
                "redrive": one["redrive"] and one["redrive"]["max_receive_count"],
            }
            for one in read["queues"]
        },
        "mappings": sorted(
            [one["function"], one["batch_size"], one["window_s"], one["maximum_concurrency"] or 0,
             one["reports_item_failures"], one["enabled"]]
            for one in read["mappings"]
        ),
        "schedules": sorted([one["function"], one["timing"], one["enabled"], one["input"] or ""] for one in read["schedules"]),
    }


def source(read):
    kind, name = next(iter(read.items()))
    return f"$request.{ {'Header': 'header', 'Query': 'querystring'}[kind] }.{name}".lower()


def asked(authorization):
    return authorization and [authorization["authorizer"], authorization["scopes"]]


def translated(path, parameters):
    """What SAM would deploy."""
    template = yaml_parse(path.read_text())
    defaults = {name: one["Default"] for name, one in template.get("Parameters", {}).items() if "Default" in one}
    # `sam deploy` has uploaded the code by the time it translates.
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer"
    values = defaults | parameters
    resources = Translator({}, Parser()).translate(template, values)["Resources"]
    of = lambda kind: {
        name: one.get("Properties") or {}
        for name, one in resources.items()
        if one["Type"] == kind
    }
    urls = {one["TargetFunctionArn"]["Ref"]: one for one in of("AWS::Lambda::Url").values()}
    apis = list(of("AWS::ApiGatewayV2::Api").values())
    body = apis[0]["Body"] if apis else {"paths": {}}
    cors = body.get("x-amazon-apigateway-cors")
    plain = lambda value: values[value["Ref"]] if isinstance(value, dict) else value
    stages = [one["StageName"] for one in of("AWS::ApiGatewayV2::Stage").values()]
    return {
        "functions": {
            name: {
                "timeout": one.get("Timeout", 3),
                "memory": one.get("MemorySize", 128),
                "reserved": one.get("ReservedConcurrentExecutions"),
                "variables": sorted(one.get("Environment", {}).get("Variables", {})),
                "url": {"RESPONSE_STREAM": "ResponseStream", None: "Buffered", "BUFFERED": "Buffered"}[
                    urls[name].get("InvokeMode")] if name in urls else None,
            }
            for name, one in of("AWS::Lambda::Function").items()
        },
        "routes": dict(route(path, method, one) for path, methods in body["paths"].items() for method, one in methods.items()),
        "authorizers": {
            name: (
                one["x-amazon-apigateway-authorizer"]["jwtConfiguration"]["issuer"],
                [plain(audience) for audience in one["x-amazon-apigateway-authorizer"]["jwtConfiguration"]["audience"]],
                one["x-amazon-apigateway-authorizer"]["identitySource"].lower(),
            )
            for name, one in body.get("components", {}).get("securitySchemes", {}).items()
        },
        "cors": cors and [listed(plain(cors["allowOrigins"])), cors["allowMethods"], cors.get("maxAge")],
        "stage": stages[0] if stages else "$default",
        "queues": {
            name: {
                "visibility": one.get("VisibilityTimeout", 30),
                "retention": one.get("MessageRetentionPeriod", 345_600),
                "redrive": one["RedrivePolicy"]["maxReceiveCount"] if "RedrivePolicy" in one else None,
            }
            for name, one in of("AWS::SQS::Queue").items()
        },
        "mappings": sorted(
            [one["FunctionName"]["Ref"], one.get("BatchSize", 10), one.get("MaximumBatchingWindowInSeconds", 0),
             one.get("ScalingConfig", {}).get("MaximumConcurrency", 0), "FunctionResponseTypes" in one,
             one.get("Enabled", True)]
            for one in of("AWS::Lambda::EventSourceMapping").values()
        ),
        "schedules": sorted(
            [one["Targets"][0]["Arn"]["Fn::GetAtt"][0], timing(one["ScheduleExpression"]),
             one.get("State") != "DISABLED", one["Targets"][0].get("Input", "")]
            for one in of("AWS::Events::Rule").values()
        ),
    }


def route(path, method, one):
    method = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    target = one["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    function = re.search(r"functions/\$\{(\w+)\.Arn\}", target)[1]
    security = one.get("security") or [{"NONE": []}]
    name, scopes = next(iter(security[0].items()))
    return f"{method} {path}", (function, None if name == "NONE" else [name, scopes])


def listed(value):
    return value.split(",") if isinstance(value, str) else value


def timing(expression):
    rate = re.fullmatch(r"rate\((\d+) (\w+?)s?\)", expression)
    return f"every {int(rate[1]) * UNITS_S[rate[2]]} s" if rate else expression


def main():
    differences = []
    for path, parameters in TEMPLATES.items():
        ours, sams = described(path, parameters), translated(path, parameters)
        differences += [
            f"{path.relative_to(ROOT)}: {part} differ\n  here {ours[part]}\n  SAM  {sams[part]}"
            for part in sams
            if ours[part] != sams[part]
        ]
        print(f"{path.relative_to(ROOT)}: compared {len(sams['functions'])} functions and {len(sams['routes'])} routes")
    if differences:
        sys.exit("\n".join(differences))
    template = ROOT / "infra/template.yaml"
    tools = pathlib.Path(sys.executable).parent
    for command in (["cfn-lint", template], ["sam", "validate", "--lint", "--template", template]):
        subprocess.run([tools / command[0], *command[1:]], check=True)
        print(f"{command[0]} accepts {template.name}")


main()
