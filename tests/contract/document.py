"""The OpenAPI document: its routes beside the template's, and whether an answer is one that it describes."""
import json
import re
from pathlib import Path

import jsonschema_rs
import yaml

ROOT = Path(__file__).parents[2]
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


def read():
    return json.loads((ROOT / "infra/api/openapi.json").read_text())


def differing_routes(document):
    """Compares the template's HTTP routes with the document's paths; gives what only one of them has."""
    base = document["servers"][0]["url"]
    described = {base + path for path in document["paths"]}
    routed = template_routes()
    return sorted(described ^ routed)


def template_routes():
    class Loader(yaml.SafeLoader):
        """Reads CloudFormation's own tags as nothing: no route has one."""

    Loader.add_multi_constructor("!", lambda loader, tag, node: None)
    template = yaml.load((ROOT / "infra/template.yaml").read_text(), Loader)
    functions = (resource.get("Properties", {}) for resource in template["Resources"].values())
    events = (event for function in functions for event in (function.get("Events") or {}).values())
    return {event["Properties"]["Path"] for event in events if event["Type"] == "HttpApi"}


def operations(document):
    """Each operation as its method, its path and what is said of it."""
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield method.upper(), path, item[method]


def faults(document, answer):
    """Says in what an answer is not as the document describes it; an empty list when it is."""
    operation = document["paths"].get(answer.route, {}).get(answer.method.lower())
    if operation is None:
        # A method that no operation has is refused as every operation of the address says.
        item = document["paths"].get(answer.route, {})
        operation = next((item[method] for method in sorted(METHODS & item.keys())), None)
    if operation is None:
        return [f"{answer.route} is not described"]
    response = operation["responses"].get(str(answer.status))
    if response is None:
        return [f"{answer.status} is not described"]
    response = resolve(document, response)
    return header_faults(document, response, answer) + body_faults(document, response, answer)


def header_faults(document, response, answer):
    found = []
    for name, header in response.get("headers", {}).items():
        header = resolve(document, header)
        value = answer.headers.get(name.lower())
        if value is None:
            found += [f"the header {name} is missing"] if header.get("required") else []
            continue
        numeric = header["schema"].get("type") == "integer" and re.fullmatch(r"\d+", value)
        found += schema_faults(document, header["schema"], int(value) if numeric else value)
    return found


def body_faults(document, response, answer):
    if "content" not in response:
        return [f"there is a body where none is described: {answer.body[:80]!r}"] if answer.body else []
    content_type = answer.headers.get("content-type", "").split(";")[0]
    media = response["content"].get(content_type)
    if media is None:
        return [f"the content type {content_type!r} is not described"]
    return schema_faults(document, media["schema"], json.loads(answer.body))


def schema_faults(document, schema, value):
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"], "allOf": [schema]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(value)]


def example_faults(document):
    """Checks every example of a body against the schema beside it."""
    found = []
    for method, path, operation in operations(document):
        bodies = [operation.get("requestBody", {})]
        bodies += [resolve(document, response) for response in operation["responses"].values()]
        media = [media for body in bodies for media in body.get("content", {}).values()]
        for described in media:
            examples = [example["value"] for example in described.get("examples", {}).values()]
            examples += [described["example"]] if "example" in described else []
            for example in examples:
                found += [f"{method} {path}: {fault}" for fault in schema_faults(document, described["schema"], example)]
    return found


def resolve(document, node):
    while "$ref" in node:
        found = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node
