"""The server that ours is measured against: parses an AdmissionReview over TLS, answers a constant, does nothing else.

`python yardstick.py CERTIFICATE KEY PORT`. Machines differ, and so figures of the webhook are quoted as ratios to this
one's, from the same run on the same core.
"""

from __future__ import annotations

import base64
import json
import ssl
import sys

from aiohttp import web

PATCH = base64.b64encode(json.dumps([{"op": "add", "path": "/metadata/labels/x", "value": "y"}] * 20).encode()).decode()


async def mutate(request: web.Request) -> web.Response:
    """Allow the Pod, with a patch of a usual size."""
    review = json.loads(await request.read())
    response = {"uid": review["request"]["uid"], "allowed": True, "patchType": "JSONPatch", "patch": PATCH}
    answer = {"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response}
    return web.Response(body=json.dumps(answer).encode(), content_type="application/json")


def main() -> None:
    """Serve until the process is killed."""
    certificate, key, port = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    app = web.Application(client_max_size=8 << 20)
    app.router.add_post("/mutate", mutate)
    web.run_app(app, host="127.0.0.1", port=int(port), ssl_context=context, access_log=None, print=None)


if __name__ == "__main__":
    main()
