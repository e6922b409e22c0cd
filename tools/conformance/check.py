"""Checks recorded requests against botocore's service models, and reports those that live AWS would refuse.

Usage: check.py REQUESTS.jsonl [SUMMARY.json]

A request is one JSON object per line, as the recording proxy writes it. moto's parsers, which use the same models, turn
it back into an operation's input; the rules are checked here, since botocore's own validator knows neither enums nor
patterns nor upper bounds. A call of the program, whose user agent has its name, must also be among those that its code
declares, from which `frontage policy` is made. Exit code: 0 if nothing was found, 1 otherwise.
"""

from __future__ import annotations

import base64
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import cbor2
import regex
from botocore.loaders import Loader
from botocore.model import Shape

from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from werkzeug.datastructures import Headers, MultiDict

from rules import NO_FAULTS, PATTERNS

LOADER = Loader()

# Services whose signing name differs from their model's.
MODELS = {
    "tagging": "resourcegroupstaggingapi",
    "execute-api": "apigatewaymanagementapi",
    "apigateway": "apigatewayv2",
    "monitoring": "cloudwatch",
}

# The folders whose files `calls.rs` declare what the program calls.
SOURCES = [Path(__file__).parents[2] / folder for folder in ("crates/aws/src", "src")]

# What needs no permission, or that of a profile's role; the index of tags, which is declared where policies are made; and
# what `dev` alone calls.
UNDECLARED = {
    "sts:GetCallerIdentity",
    "sts:AssumeRole",
    "resourcegroupstaggingapi:GetResources",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:AdminSetUserPassword",
}

# S3's operations that are declared by their IAM actions, whose names differ. Source: Amazon S3 User Guide, "Required
# permissions for Amazon S3 API operations".
ACTIONS = {
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}


@dataclass(frozen=True)
class Finding:
    """A rule that a request breaks."""

    operation: str
    member: str
    rule: str
    value: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.member}: {self.rule}, not {self.value}"


@cache
def declared() -> frozenset[str]:
    """The operations that the program's code declares."""
    files = (file for folder in SOURCES for file in folder.rglob("calls.rs"))
    return frozenset(found for file in files for found in regex.findall(r'"([a-z0-9-]+:[A-Z]\w+)"', file.read_text()))


def is_declared(request: dict[str, Any], name: str) -> bool:
    """Whether a request is not the program's, or is of an operation that its code declares."""
    if "app/frontage" not in request["headers"].get("user-agent", ""):
        return True
    service, operation = name.split(":")
    known = f"{'apigateway' if service == 'apigatewayv2' else service}:{operation}"
    return name in UNDECLARED or ACTIONS.get(known, known) in declared()


@cache
def service(name: str) -> ServiceModel:
    return ServiceModel(LOADER.load_service_model(name, "service-2"), name)


@dataclass(frozen=True)
class Route:
    """The route of a REST operation: its method, its path, and the required parts of its query."""

    operation: str
    method: str
    path: regex.Pattern[str]
    names: tuple[str, ...]
    query: frozenset[tuple[str, str]]
    weight: int


@cache
def routes(name: str) -> list[Route]:
    """The routes of a REST service, the most specific first; those not available to new clients last."""
    found = []
    for operation in service(name).operation_names:
        model = service(name).operation_model(operation)
        path, _, query = model.http["requestUri"].partition("?")
        parts = regex.split(r"\{([^}]*)\}", path)
        pattern = "".join(
            regex.escape(part) if place % 2 == 0 else "(.+)" if part.endswith("+") else "([^/]+)"
            for place, part in enumerate(parts)
        )
        names = tuple(part.rstrip("+") for part in parts[1::2])
        wanted = frozenset(parse_qsl(query, keep_blank_values=True))
        weight = sum(map(len, parts[::2])) + 50 * len(wanted) - (1000 if model.deprecated else 0)
        compiled = regex.compile(pattern.rstrip("/") + "/?")
        found.append(Route(operation, model.http["method"], compiled, names, wanted, weight))
    return sorted(found, key=lambda route: -route.weight)


class Unknown(Exception):
    """A request that matches none of its service's operations."""


def operation_of(request: dict[str, Any]) -> tuple[OperationModel, dict[str, str]]:
    """The operation of a request, and the parameters in its path."""
    signed = request["service"]
    target = request["headers"].get("x-amz-target", "")
    name = "dynamodbstreams" if target.startswith("DynamoDBStreams") else MODELS.get(signed, signed)
    path, _, query = request["path"].partition("?")
    if name == "apigatewayv2" and not path.startswith("/v2/"):
        name = "apigateway"
    model = service(name)
    if target:
        return model.operation_model(target.rsplit(".", 1)[1]), {}
    if is_cbor(request):
        return model.operation_model(path.rsplit("/", 1)[1]), {}
    body = base64.b64decode(request["body"])
    if model.metadata["protocol"] == "query":
        action = dict(parse_qsl(body.decode(), keep_blank_values=True)).get("Action", "")
        return model.operation_model(action), {}
    asked = dict(parse_qsl(query, keep_blank_values=True))
    named = asked.get("x-id")
    for route in routes(name):
        match = route.path.fullmatch(path) if route.method == request["method"] else None
        fits = all(key in asked and (value == "" or asked[key] == value) for key, value in route.query)
        if match and fits and named in (None, route.operation):
            values = map(unquote, match.groups())
            return model.operation_model(route.operation), dict(zip(route.names, values, strict=True))
    raise Unknown(f"{signed}: {request['method']} {path} is not an operation")


def is_cbor(request: dict[str, Any]) -> bool:
    """Whether a request is in Smithy's protocol RPC v2 CBOR, which names the operation in the path."""
    return request["headers"].get("smithy-protocol") == "rpc-v2-cbor"


def protocol_of(request: dict[str, Any], operation: OperationModel) -> str:
    """The protocol of a request: some services support several."""
    if "x-amz-target" in request["headers"]:
        return "json"
    if is_cbor(request):
        return "cbor"
    return operation.service_model.metadata["protocol"]


def contents_of(request: dict[str, Any]) -> dict[str, Any]:
    """The body of a request, whose members have the model's names: JSON or CBOR."""
    body = base64.b64decode(request["body"])
    return cbor2.loads(body) if is_cbor(request) else json.loads(body)


def input_of(request: dict[str, Any], operation: OperationModel, path: dict[str, str]) -> dict[str, Any]:
    """The contents of a request, as the operation's input."""
    body = base64.b64decode(request["body"])
    query = parse_qsl(request["path"].partition("?")[2], keep_blank_values=True)
    protocol = protocol_of(request, operation)
    if protocol == "cbor":
        return contents_of(request)
    if protocol == "query":
        query = parse_qsl(body.decode(), keep_blank_values=True)
    parsed = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "body": body,
            "headers": Headers(request["headers"]),
            "method": request["method"],
            "url_params": path,
            "url_path": request["path"],
            "values": MultiDict(query),
        }
    )
    return parsed if isinstance(parsed, dict) else {}


def unknown_members(shape: Shape, value: Any, at: str) -> Iterator[tuple[str, str, Any]]:
    """Members of a JSON body that its shape does not contain."""
    if shape.type_name == "structure" and isinstance(value, dict) and not shape.is_document_type:
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, inner in value.items():
            if name not in names:
                yield f"{at}.{name}", "a member that the model has", name
            else:
                yield from unknown_members(names[name], inner, f"{at}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for index, inner in enumerate(value):
            yield from unknown_members(shape.member, inner, f"{at}[{index}]")
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, inner in value.items():
            yield from unknown_members(shape.value, inner, f"{at}.{key}")


def broken(shape: Shape, value: Any, at: str) -> Iterator[tuple[str, str, Any]]:
    """The rules of a shape that a value breaks: the place, the rule, and the value."""
    if value is None:
        return
    bounds = shape.metadata
    if shape.type_name == "structure" and isinstance(value, dict) and not shape.is_document_type:
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"{at}.{name}", "required", None
        if shape.is_tagged_union and sum(inner is not None for inner in value.values()) != 1:
            yield at, "exactly one member", sorted(value)
        for name, inner in value.items():
            if name in shape.members:
                yield from broken(shape.members[name], inner, f"{at}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        yield from sized(bounds, len(value), "items", at)
        for index, inner in enumerate(value):
            yield from broken(shape.member, inner, f"{at}[{index}]")
    elif shape.type_name == "map" and isinstance(value, dict):
        yield from sized(bounds, len(value), "entries", at)
        for key, inner in value.items():
            yield from broken(shape.key, key, f"{at} key")
            yield from broken(shape.value, inner, f"{at}.{key}")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from sized(bounds, len(value), "characters", at)
        if shape.enum and value not in shape.enum:
            yield at, f"one of {', '.join(shape.enum[:8])}", value
        if "pattern" in bounds and not regex.fullmatch(bounds["pattern"], value, flags=regex.DOTALL):
            yield at, f"like {bounds['pattern']}", value
    elif shape.type_name == "blob" and isinstance(value, (bytes, str)):
        yield from sized(bounds, len(value), "bytes", at)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        least, most = bounds.get("min"), bounds.get("max")
        if (least is not None and value < least) or (most is not None and value > most):
            yield at, f"from {least} to {most}", value


def sized(bounds: dict[str, Any], size: int, what: str, at: str) -> Iterator[tuple[str, str, Any]]:
    least, most = bounds.get("min"), bounds.get("max")
    if (least is not None and size < least) or (most is not None and size > most):
        yield at, f"{least} to {most} {what}", size


def check(request: dict[str, Any]) -> tuple[str, list[Finding]]:
    """The operation of a request, `service:Operation`, and the rules that it breaks."""
    operation, path = operation_of(request)
    name = f"{operation.service_model.service_name}:{operation.name}"
    shape = operation.input_shape
    if shape is None:
        return name, []
    said = input_of(request, operation, path)
    found = list(broken(shape, said, ""))
    for (of, member), pattern in PATTERNS.items():
        value = said.get(member) if of == name else None
        if value is not None and not regex.fullmatch(pattern, value):
            found.append((member, f"like {pattern}", value))
    body = base64.b64decode(request["body"])
    payload = shape.serialization.get("payload")
    if protocol_of(request, operation) in ("json", "rest-json", "cbor") and body and not payload:
        found += unknown_members(shape, contents_of(request), "")
    return name, [
        Finding(name, at.lstrip("."), rule, shortened(value))
        for at, rule, value in found
        if not is_no_fault(name, at.lstrip("."), value)
    ]


def is_no_fault(operation: str, member: str, value: Any) -> bool:
    """Whether a finding is known and not the request's fault."""
    known = NO_FAULTS.get((operation, strip(member)))
    return known is not None and regex.fullmatch(known, str(value)) is not None


def strip(member: str) -> str:
    """A member's path without list indexes."""
    return regex.sub(r"\[\d+\]", "", member)


def shortened(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 80 else text[:77] + "…"


def main(requests: str, summary: str | None) -> int:
    seen: Counter[str] = Counter()
    findings: Counter[Finding] = Counter()
    with open(requests, encoding="utf-8") as lines:
        for line in lines:
            request = json.loads(line)
            try:
                name, broken_rules = check(request)
            except Unknown as unknown:
                findings[Finding(str(unknown), "", "an operation of its service", "none")] += 1
                continue
            seen[name] += 1
            if not is_declared(request, name):
                findings[Finding(name, "", "declared in a file `calls.rs`", "undeclared")] += 1
            findings.update(broken_rules)
    for finding, times in findings.items():
        print(f"refused: {finding} ({times} times)")
    print(f"{seen.total()} requests of {len(seen)} operations checked, {len(findings)} rules broken")
    if summary:
        services = Counter()
        for name, times in seen.items():
            services[name.split(":")[0]] += times
        operations = Counter(name.split(":")[0] for name in seen)
        with open(summary, "w", encoding="utf-8") as file:
            json.dump({name: [services[name], operations[name]] for name in sorted(services)}, file)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
