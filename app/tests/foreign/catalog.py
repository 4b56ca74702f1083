"""A catalogue that is not Rust: `GET /api/products` and `/api/products/{sku}` of the shop's API, behind Banyan's router.

    python3 catalog.py PORT SERVICE_KEY_FILE SERVICE_NAME
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

PORT, KEY_FILE, NAME = int(sys.argv[1]), sys.argv[2], sys.argv[3]
KEY = open(KEY_FILE, "rb").read()
PRODUCTS = [
    ("TEA-1", {"ko": "우전 녹차", "en": "First-flush green tea"}, 18000),
    ("TEA-2", {"ko": "보리차", "en": "Barley tea"}, 6000),
]


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def identity(token):
    """Who asks, as the router signed it (JWT, HS256); None when the token is not for us or not valid."""
    try:
        signed, signature = token.rsplit(".", 1)
        header, claims = (json.loads(decoded(part)) for part in signed.split("."))
        right = hmac.new(KEY, signed.encode(), hashlib.sha256).digest()
        valid = header["alg"] == "HS256" and hmac.compare_digest(right, decoded(signature))
        return claims if valid and claims["aud"] == NAME and claims["exp"] > time.time() else None
    except (AttributeError, KeyError, ValueError):
        return None


def item(product, who):
    sku, name, price = product
    return {"sku": sku, "name": name[who["lang"]], "price": {"amount": price, "currency": "KRW"}, "available": None,
            "category": "tea", "picture": None, "stars": None}


class Catalogue(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        who, url = identity(self.headers.get("x-banyan-identity")), urlsplit(self.path)
        sku = unquote(url.path.removeprefix("/api/products").strip("/"))
        found = [product for product in PRODUCTS if sku in ("", product[0])]
        if who is None:
            self.answer(401, {"title": "Unauthorized", "status": 401, "detail": "no valid identity"})
        elif sku and not found:
            self.answer(404, {"title": "Not Found", "status": 404, "detail": sku})
        elif sku:
            self.answer(200, {**item(found[0], who), "description": "", "options": [], "pictures": [], "reviews": None,
                              "missing": ["stock", "board"]})
        else:
            word = parse_qs(url.query).get("q", [""])[0].lower()
            items = [item(product, who) for product in found if word in " ".join(product[1].values()).lower()]
            self.answer(200, {"items": items, "next": None, "missing": ["stock", "board"]})

    def answer(self, status, body):
        if status != 200:
            body["trace_id"] = self.headers.get("traceparent", "--").split("-")[1]
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json" if status == 200 else "application/problem+json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_HEAD = do_GET


ThreadingHTTPServer(("127.0.0.1", PORT), Catalogue).serve_forever()
