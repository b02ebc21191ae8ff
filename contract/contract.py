"""Asks a demo shop of its own for every operation of its OpenAPI document, as an admin, a seller and a buyer.

schemathesis makes the requests: those that the document allows, and those that it does not. No answer may be a 5xx; each must have
a status, a content type and a body as the document has them for that operation, which names the codes of every problem; methods
and headers that are wrong must be refused. The seed is fixed. `--short` asks less of it.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHOP = ROOT / "target" / "debug" / "millrace"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "unsupported_method",
    "negative_data_rejection",
]
# They end the session that asks, and are asked last, each as somebody who asks for nothing else.
ENDING = ["end_session", "log_out", "refresh"]
# What is answered here never ends, and is no document; it has tests of its own.
ENDLESS = ["listen"]
WHO = {"admin": "admin@demo.com", "seller": "demo@demo.com", "buyer": "demo2@demo.com"}
PASSWORD = "demotest"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Person:
    """Somebody with a session."""

    def __init__(self, port, email):
        self.port, self.cookies = port, {}
        status, _ = self.ask("POST", "/api/auth/login", {"email": email, "password": PASSWORD})
        assert status == 200, f"{email} cannot log in: {status}"

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"X-Requested-With": "contract", "Cookie": self.cookie()}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                name, _, value = value.split(";")[0].partition("=")
                self.cookies[name] = value
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def get(self, path):
        return self.ask("GET", path)[1]

    def cookie(self, *names):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items() if not names or name in names)


class Shop:
    """A demo shop, for as long as it is needed."""

    def __enter__(self):
        self.port, self.folder = free_port(), tempfile.TemporaryDirectory()
        environment = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL")}
        environment |= {
            "MILLRACE_DATA_DIR": f"{self.folder.name}/data",
            "MILLRACE_RATE_LIMITS": "off",
            "MILLRACE_ACCESS_LIFETIME": "2h",
            "MILLRACE_LOG": "error",
        }
        command = [SHOP, "up", "--demo", "--port", str(self.port), "--ops-port", str(free_port())]
        self.log = open(f"{self.folder.name}/log", "w+")
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if line.startswith("ready"):
                return self
        sys.exit("the shop did not start: " + Path(self.log.name).read_text())

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.log.seek(0)
        if said := self.log.read():
            print("The shop has logged:", said[:5000], sep="\n")
        self.folder.cleanup()


def eventually(what, look):
    for _ in range(600):
        if found := look():
            return found
        time.sleep(0.1)
    sys.exit(f"waited in vain: {what}")


def things(port):
    """Ids of what there is, by how paths begin: a product of the seller's, an order of the buyer's, and a user for admins to act on."""
    seller, buyer, admin = (Person(port, WHO[who]) for who in ("seller", "buyer", "admin"))
    product = seller.ask("POST", "/api/products", {"name": "Lantern", "price": {"amount": 5, "currency": "EUR"}, "initial_stock": 9})
    product = product[1]["id"]
    line = {"product_id": product, "quantity": 1}
    order = buyer.ask("POST", "/api/orders", {"lines": [line]})[1]["id"]
    eventually("the order is decided", lambda: buyer.get(f"/api/orders/{order}").get("status") not in (None, "pending"))
    email = "guest@example.com"
    Person.ask(admin, "POST", "/api/auth/signup", {"email": email, "username": "guest", "password": "a quiet mill by the river"})
    guest = eventually("the guest is there", lambda: admin.get(f"/api/admin/users?q={email}")["items"])[0]["id"]
    me = seller.get("/api/users/me")["id"]
    return {
        "/api/products/": product,
        "/api/inventory/": product,
        "/api/orders/": order,
        "/api/admin/events/": order,
        "/api/sellers/": me,
        "/api/users/": guest,
    }


def known_to(document, known):
    """The document, its ids being those of things that there are, or of nothing."""
    for path, item in document["paths"].items():
        ids = [thing for prefix, thing in known.items() if path.startswith(prefix)]
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if ids and parameter["in"] == "path" and parameter["schema"].get("format") == "uuid":
                    parameter["schema"]["enum"] = [ids[0], "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b"]
                    parameter["example"] = ids[0]
                if parameter["name"] == "kind" and parameter["in"] == "path":
                    parameter["schema"]["enum"] = ["order", "teapot"]
    return document


def schemathesis(document, port, cookie, phases, examples, more):
    configuration = ["--config-file", ROOT / "contract" / "schemathesis.toml"]
    command = [Path(sys.executable).parent / "schemathesis", *configuration, "run", document, "--url", f"http://127.0.0.1:{port}"]
    command += ["--phases", phases, "--max-examples", str(examples), "--checks", ",".join(CHECKS), "--seed", "20261127"]
    command += ["--generation-deterministic", "--generation-allow-x00", "true"]
    # The session is given: without this its cookie would be taken for a parameter to leave out.
    command += ["--generation-with-security-parameters", "false"]
    command += ["-H", f"Cookie: {cookie}", "-H", "X-Requested-With: contract", "--warnings", "off"]
    command += ["--continue-on-failure", "--no-color", "--suppress-health-check", "all", "--max-response-time", "30"]
    return subprocess.run([*command, *more], cwd=tempfile.gettempdir()).returncode == 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--short", action="store_true", help="ask less")
    arguments.add_argument("--operation", help="ask for this operation alone, by its id")
    arguments = arguments.parse_args()
    started, well = time.monotonic(), True
    # Whoever ends this ends the shop, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Shop() as shop, tempfile.NamedTemporaryFile("w", suffix=".json") as document:
        json.dump(known_to(json.loads((ROOT / "openapi.json").read_text()), things(shop.port)), document)
        document.flush()
        for who, email in WHO.items():
            # One role meets all that there is to be wrong with a request; the others, what depends on who asks.
            thorough = who == "admin" and not arguments.short
            phases = "examples,coverage,fuzzing" if thorough else "examples,fuzzing"
            more = [word for operation in ENDING + ENDLESS for word in ("--exclude-operation-id", operation)]
            if arguments.operation:
                more = ["--include-operation-id", arguments.operation]
            cookie = Person(shop.port, email).cookie("__Host-access")
            print(f"\n=== as the {who}", flush=True)
            well &= schemathesis(document.name, shop.port, cookie, phases, 4 if arguments.short else 40, more)
        for operation in ENDING if not arguments.operation else []:
            print(f"\n=== {operation}, as the buyer", flush=True)
            cookie = Person(shop.port, WHO["buyer"]).cookie()
            more = ["--include-operation-id", operation]
            well &= schemathesis(document.name, shop.port, cookie, "examples,coverage,fuzzing", 15, more)
    print(f"\nThe contract {'holds' if well else 'is broken'} ({time.monotonic() - started:.0f} s).")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
