"""MiniStack behind a gate, so that no web page reaches it on its own port.

MiniStack takes a request without a signature for one of the account's root user, and a web page can
send requests to any port of the loopback. This admits only requests
- with the gate's key, which the proxy alone adds,
- that a function signed in a header: a page cannot set that header without a preflight, which is
  refused, and MiniStack checks the signature of a function's session,
- for the health page, which changes nothing,
- for a user pool's public keys, which the emulator's authorizers read from its own port.
"""

import hmac
import os

# Removed, so that the functions do not inherit it.
KEY = os.environ.pop("FRONTAGE_GATE_KEY").encode()
HOSTS = [f"{name}:{os.environ['GATEWAY_PORT']}".encode() for name in ("127.0.0.1", "localhost")]

import ministack.app as ministack  # noqa: E402

emulator = ministack.app


def reads_keys(scope, headers):
    is_read = scope["type"] == "http" and scope["method"] == "GET"
    of_keys = scope["path"].endswith("/.well-known/jwks.json")
    return is_read and of_keys and headers.get(b"host") in HOSTS and b"origin" not in headers


def is_admitted(scope):
    if scope["type"] == "lifespan":
        return True
    headers = dict(scope["headers"])
    if hmac.compare_digest(headers.get(b"x-frontage-gate", b""), KEY):
        return True
    if scope["type"] == "http" and scope["path"] == "/_ministack/health":
        return True
    if reads_keys(scope, headers):
        return True
    signed = headers.get(b"authorization", b"").startswith(b"AWS4-HMAC-SHA256 Credential=ASIA")
    return signed and headers.get(b"host") in HOSTS and b"origin" not in headers


async def gate(scope, receive, send):
    if is_admitted(scope):
        await emulator(scope, receive, send)
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
    else:
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b"Use the proxy's port.\n"})


ministack.app = gate
ministack.main()
