#!/usr/bin/env python3
"""Check captured AWS exchanges against botocore's service models.   usage: model_check.py [-q] CAPTURE.jsonl...  (lines as record_proxy.py writes)
Requests : moto.core.routing finds the operation, moto.core.parse decodes it; botocore validates (missing, type, min), constraints() adds
           enum/pattern/max; then botocore RE-SERIALIZES the result: what the round trip does not give back was unknown or of a wrong type.
Responses: parsed with botocore, raw JSON/XML tree walked beside the output shape: unknown member, type, missing required, enum, error code.
"""

import sys, json, re, base64, regex
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET
from botocore.loaders import Loader
from botocore.awsrequest import HeadersDict
from botocore.serialize import create_serializer, validate
from botocore.parsers import create_parser
from moto.core.routing import ServiceModel, ServiceOperationRouter, Request
from moto.core.parse import PROTOCOL_PARSERS

SERVICES = ["ec2", "iam", "sts", "eks", "elb", "elbv2", "route53", "service-quotas", "pricing", "s3", "autoscaling", "ssm"]
MODELS = {s: ServiceModel(Loader().load_service_model(s, "service-2"), s) for s in SERVICES}  # botocore's own, without moto's extras
ROUTERS = {s: ServiceOperationRouter(m) for s, m in MODELS.items()}
SIGN_HDR = re.compile(
    r"^x-amz-(date|content-sha256|user-agent|security-token|target|decoded-content-length|trailer|te|sdk-checksum-algorithm|checksum-.*)$"
)
COMMON = {"AccessDenied", "AccessDeniedException", "ValidationError", "ValidationException", "Throttling", "ThrottlingException"}


class Bad(Exception):
    pass


def service_of(headers, values):
    m = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", headers.get("authorization", ""))
    name = m.group(1) if m else "sts" if values.get("Action", "").startswith("AssumeRoleWith") else None  # unsigned
    c = [s for s, x in MODELS.items() if (x.metadata.get("signingName") or x.metadata["endpointPrefix"]) == name]
    if len(c) > 1:
        c = [s for s in c if MODELS[s].metadata["apiVersion"] == values.get("Version")]  # elb / elbv2
    if not c:
        raise Bad(f"no model for signing name {name!r} version {values.get('Version')!r}")
    return c[0]


def decode(x):
    """exchange -> (service, protocol, operation model, params)"""
    body, h = base64.b64decode(x["body"]), HeadersDict({k.lower(): v for k, v in x["headers"]})
    req = Request.from_primitives(
        x["method"], "http://localhost" + x["path"], {k: v for k, v in x["headers"] if k.lower() != "content-length"}, body
    )
    svc = service_of(h, req.values)
    model = MODELS[svc]
    try:
        op, uri = ROUTERS[svc].match(req)
    except Exception as e:
        raise Bad(f"{svc}: no operation for {x['method']} {x['path'].split('?')[0]} {req.values.get('Action', '')} ({type(e).__name__})")
    proto = model.protocol if model.protocol in PROTOCOL_PARSERS else next(p for p in model.metadata["protocols"] if p in PROTOCOL_PARSERS)
    try:
        p = PROTOCOL_PARSERS[proto](op).parse(
            {"body": body, "headers": req.headers, "values": req.values, "url_params": uri, "method": x["method"], "url_path": x["path"]}
        )
    except Exception as e:
        raise Bad(f"{svc}.{op.name}: undecodable, {type(e).__name__}: {e}")
    located = lambda k: op.input_shape.members[k].serialization.get("location")
    return svc, proto, op, {k: v for k, v in p.items() if v is not None and not (v in ([], {}) and located(k))}


def constraints(shape, v, path, required=False):
    """what botocore's validator leaves out: enum, pattern, max; for responses also the required members"""
    md, t = shape.metadata, shape.type_name
    if t == "structure" and isinstance(v, dict):
        if required:
            yield from (f"required member missing {path}.{r}" for r in shape.required_members if r not in v)
        for k in v.keys() & shape.members.keys():
            yield from constraints(shape.members[k], v[k], f"{path}.{k}", required)
    elif t == "list" and isinstance(v, list):
        if len(v) > md.get("max", 1e9):
            yield f"{path}: {len(v)} items, max {md['max']}"
        for i, e in enumerate(v):
            yield from constraints(shape.member, e, f"{path}[{i}]", required)
    elif t == "map" and isinstance(v, dict):
        for k, e in v.items():
            yield from (*constraints(shape.key, k, f"{path}<key>"), *constraints(shape.value, e, f"{path}.{k}", required))
    elif t == "string" and isinstance(v, str):
        if md.get("enum") and v not in md["enum"]:
            yield f"{path}: {v!r} not in enum {md['enum'][:6]}"
        if len(v) > md.get("max", 1e9):
            yield f"{path}: length {len(v)}, max {md['max']}"
        try:
            ok = not md.get("pattern") or regex.fullmatch(md["pattern"], v, timeout=1)
        except (regex.error, TimeoutError):
            ok = True
        if not ok:
            yield f"{path}: {v[:60]!r} does not match {md['pattern'][:60]}"
    elif t in ("integer", "long") and isinstance(v, int) and v > md.get("max", 1e30):
        yield f"{path}: {v} > max {md['max']}"




def norm(v):
    """the same value in the same words: true, 1 for 1.0, and times without zeros that only fill up the fraction"""
    text = str(v).lower() if isinstance(v, bool) else str(v).strip()
    text = re.sub(r"^(-?\d+)\.0$", r"\1", text)
    return re.sub(r"(\.\d*?)0*(Z|\+00:00)$", lambda m: m[1].rstrip(".") + "Z", text) if re.match(r"\d{4}-", text) else text


same = lambda a, b: a == b if {type(a), type(b)} <= {int, float} else type(a) is type(b) and (a == b or norm(a) == norm(b))


def jdiff(raw, back, path):
    if isinstance(raw, dict) and isinstance(back, dict):
        for k, v in raw.items():
            if v is not None:
                yield from jdiff(v, back[k], f"{path}.{k}") if k in back else [f"unknown member {path}.{k}"]
    elif isinstance(raw, list) and isinstance(back, list) and len(raw) == len(back):
        for i, (a, b) in enumerate(zip(raw, back)):
            yield from jdiff(a, b, f"{path}[{i}]")
    elif not same(raw, back):
        yield f"wrong type or value at {path}: wire {raw!r}, model gives {back!r}"


tag = lambda n: n.tag.split("}")[-1]


def xdiff(a, b, path):
    ta, tb = (norm(n.text or "") if not len(n) else "" for n in (a, b))
    if ta != tb:
        yield f"wrong type or value at {path}: wire {ta!r}, model gives {tb!r}"
    rest = list(b)
    for c in a:
        m = next((r for r in rest if tag(r) == tag(c)), None)
        if m is None:
            yield f"unknown member {path}.{tag(c)}"
            continue
        rest.remove(m)
        yield from xdiff(c, m, f"{path}.{tag(c)}")


def roundtrip(x, proto, op, p):
    body = base64.b64decode(x["body"])
    back = create_serializer(proto, include_validation=False).serialize_to_request(p, op)
    bb = back["body"]
    if proto in ("ec2", "query"):
        for k, v in parse_qsl(body.decode(), keep_blank_values=True):
            if k not in bb:
                yield f"unknown member {k}={v[:40]}"
            elif norm(v) != norm(bb[k]):
                yield f"wrong type or value at {k}: wire {v!r}, model gives {bb[k]!r}"
        return
    if "json" in proto and body.strip() not in (b"", b"{}") and not hasattr(bb, "read"):
        yield from jdiff(json.loads(body), json.loads(bb or b"{}"), "")  # not JSON: decode() has thrown
    if proto == "rest-xml" and body[:1] == b"<" and bb != body:
        yield from xdiff(ET.fromstring(body), ET.fromstring(bb) if bb[:1] == b"<" else ET.Element("x"), "")
    if proto.startswith("rest"):
        q = {**dict(parse_qsl(urlsplit(back["url_path"]).query, keep_blank_values=True)), **(back["query_string"] or {})}
        yield from (
            f"unknown query parameter {k}={v}"
            for k, v in parse_qsl(urlsplit(x["path"]).query, keep_blank_values=True)
            if k not in q and k != "x-id"
        )
        known = {k.lower() for k in back["headers"]}
        yield from (
            f"unknown header {k}"
            for k, _ in x["headers"]
            if k.lower().startswith("x-amz-") and k.lower() not in known and not SIGN_HDR.match(k.lower())
        )


def check_input(op, p):
    """also for input caught before serialization: the JS SDK drops unknown members silently"""
    if op.input_shape is None:
        return [f"unknown member {k}" for k in p]
    return [l for l in validate.ParamValidator().validate(p, op.input_shape).generate_report().split("\n") if l] + list(
        constraints(op.input_shape, p, "")
    )


def check_request(x):
    try:
        svc, proto, op, p = decode(x)
    except Bad as e:
        return "?", [str(e)]
    try:
        return f"{svc}.{op.name}", check_input(op, p) + list(roundtrip(x, proto, op, p))
    except Exception as e:
        return f"{svc}.{op.name}", check_input(op, p) + [f"cannot be serialized back: {type(e).__name__}: {e}"]


PY = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "timestamp": (int, float, str),
    "double": (int, float),
    "float": (int, float),
}


def walk_json(shape, v, path):
    t = shape.type_name
    if v is None:
        return
    if not isinstance(v, PY.get(t, object)) or (isinstance(v, bool) and t in ("integer", "long")):
        yield f"{path}: {type(v).__name__}, model says {t}"
    elif t == "structure" and not shape.is_document_type:
        names = {s.serialization.get("name", k): s for k, s in shape.members.items()}
        for k, e in v.items():
            yield from walk_json(names[k], e, f"{path}.{k}") if k in names else [f"unknown member {path}.{k}"]
    elif t in ("list", "map"):
        for i, e in (enumerate(v) if t == "list" else v.items()):
            yield from walk_json(shape.member if t == "list" else shape.value, e, f"{path}[{i}]")


TEXT = {
    "boolean": r"true|false",
    "timestamp": r"\d{4}-\d\d-\d\dT.*|[\d.]+",
    **dict.fromkeys(("integer", "long", "double", "float"), r"-?\d+(\.\d+)?([eE][-+]?\d+)?"),
}


def walk_xml(shape, n, path):
    t = shape.type_name
    if t == "structure":
        names = {}
        for k, s in shape.members.items():
            flat = s.type_name == "list" and s.serialization.get("flattened")
            names[flat and s.member.serialization.get("name") or s.serialization.get("name", k)] = s.member if flat else s
        for c in n:
            if tag(c) in names:
                yield from walk_xml(names[tag(c)], c, f"{path}.{tag(c)}")
            elif tag(c).lower() not in ("requestid", "responsemetadata"):
                yield f"unknown member {path}.{tag(c)}"
    elif t == "list":
        want = shape.member.serialization.get("name", "member")
        for c in n:
            yield from (
                walk_xml(shape.member, c, f"{path}[]") if tag(c) == want else [f"list item <{tag(c)}> at {path}, model says <{want}>"]
            )
    elif t in TEXT and not re.fullmatch(TEXT[t], (n.text or "").strip()):
        yield f"{path}: {n.text!r} is no {t}"


def check_response(x):
    try:
        svc, proto, op, _ = decode(x)
    except Bad:
        return []
    body, shape = base64.b64decode(x["rbody"]), op.output_shape
    try:
        p = create_parser(proto).parse({"status_code": x["status"], "headers": HeadersDict(dict(x["rheaders"])), "body": body}, shape)
    except Exception as e:
        return [f"unparsable: {type(e).__name__}: {str(e)[:100]}"]
    if x["status"] >= 300:
        code = p.get("Error", {}).get("Code", "")
        known = COMMON | {c for e in op.error_shapes for c in (e.name, e.error_code)}
        return (
            []
            if x["method"] == "HEAD" or code and not code.isdigit() and (not op.error_shapes or code in known)
            else [f"error {x['status']} {code!r} is not modelled for {op.name}"]
        )
    if shape is None:
        return []
    out = list(constraints(shape, p, "", True))
    pay = shape.serialization.get("payload")
    s = shape.members[pay] if pay else shape
    if not body or s.type_name in ("blob", "string"):
        return out
    if "json" in proto:
        return out + list(walk_json(s, json.loads(body), ""))
    root = ET.fromstring(body)
    wrap = shape.serialization.get("resultWrapper")
    return out + list(walk_xml(s, next((c for c in root if wrap and tag(c) == wrap), root), ""))


if __name__ == "__main__":
    n = bad = 0
    for line in (l for f in sys.argv[1:] if f != "-q" for l in open(f)):
        x = json.loads(line)
        (label, rq), rs = check_request(x), check_response(x) if "rbody" in x else []
        n += 1
        bad += bool(rq or rs)
        if rq or rs or "-q" not in sys.argv:
            print(
                ("BAD " if rq or rs else "ok  ") + label, *[f"\n      request : {p}" for p in rq], *[f"\n      response: {p}" for p in rs]
            )
    print(f"{n} exchanges, {bad} with findings")
    sys.exit(bad > 0)
