#!/usr/bin/env python3
"""Knock at a node's peer port in every way that must be refused, and once in the way that must not.

usage: tls_refusals.py HOST PORT CERT.pem KEY.pem

CERT and KEY are a pair the node knows. Each attempt runs `openssl s_client`, sends an HTTP/2 preface and waits
for the node's SETTINGS frame. In TLS 1.3 a client finishes its handshake before the server has judged its
certificate, so "connected" proves nothing: only bytes of the application do.

Exit status: 0 all refusals held and the control was accepted, 1 otherwise, 2 wrong use.
"""

import os
import select
import subprocess
import sys
import tempfile
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
SETTINGS = 4
PATIENCE = 8.0


def knock(host, port, *options):
    """Return (accepted, detail): whether the node sent an HTTP/2 SETTINGS frame, and what openssl said."""
    command = ["openssl", "s_client", "-connect", f"{host}:{port}", "-quiet", *options]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    received = b""
    try:
        process.stdin.write(PREFACE)
        process.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        while len(received) < 9 and time.monotonic() < deadline:
            ready, _, _ = select.select([process.stdout], [], [], 0.1)
            if not ready:
                continue
            piece = os.read(process.stdout.fileno(), 4096)
            if not piece:
                break
            received += piece
    except BrokenPipeError:
        pass
    finally:
        process.kill()
        _, errors = process.communicate()
    accepted = len(received) >= 9 and received[3] == SETTINGS
    alerts = [line for line in errors.decode(errors="replace").splitlines() if "alert number" in line]
    silence = "" if accepted else "closed without a word"
    return accepted, alerts[-1].split(":")[-1] if alerts else silence


def stranger(folder):
    """Make a key nobody knows."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=stranger",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    return ["-cert", certificate, "-key", key]


def attempts(host, port, known, folder):
    """Yield (name, must be accepted, accepted, detail) for each way to knock."""
    h2 = ["-alpn", "h2", "-tls1_3"]
    ticket = os.path.join(folder, "ticket.pem")
    yield "known certificate (control)", True, *knock(host, port, *h2, *known, "-sess_out", ticket)
    yield "no certificate", False, *knock(host, port, *h2)
    yield "unknown certificate", False, *knock(host, port, *h2, *stranger(folder))
    yield "TLS 1.2", False, *knock(host, port, "-alpn", "h2", "-tls1_2", *known)
    yield "ALPN http/1.1", False, *knock(host, port, "-alpn", "http/1.1", "-tls1_3", *known)
    yield "no ALPN", False, *knock(host, port, "-tls1_3", *known)
    if os.path.exists(ticket):
        yield "stolen session ticket", False, *knock(host, port, *h2, "-sess_in", ticket)
    else:
        yield "stolen session ticket", False, False, "none was given out"


def knock_everywhere(host, port, certificate, key):
    """Make every attempt, print a line for each, and return how many went otherwise than they must."""
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        print(f"  {'attempt':<30} {'outcome':<9} {'verdict':<8} detail")
        for name, expected, accepted, detail in attempts(
            host, port, ["-cert", certificate, "-key", key], folder
        ):
            failures += accepted != expected
            outcome = "accepted" if accepted else "refused"
            verdict = "ok" if accepted == expected else "WRONG"
            print(f"  {name:<30} {outcome:<9} {verdict:<8} {detail.strip()}")
    return failures


def main(baton, python):
    """The check of the suite: a real node, and the key of a real member of its team."""
    del python
    import _nodes
    import _peer
    import sites

    with tempfile.TemporaryDirectory(prefix="baton-") as top:
        node, member = sites.make_team(baton, top, ["syd", "usw"])
        _peer.Member(member.folder, top)
        try:
            node.start([member])
            pair = (os.path.join(top, f"{member.name}-{part}.pem") for part in ("cert", "key"))
            failures = knock_everywhere("127.0.0.1", node.port, *pair)
            _nodes.stop(node)
        finally:
            _nodes.end(node)
    if failures:
        raise sites.Failure(f"{failures} attempts were not answered as they must be")


def command_line():
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    host, port, certificate, key = sys.argv[1:]
    return 1 if knock_everywhere(host, port, certificate, key) else 0


if __name__ == "__main__":
    sys.exit(command_line())
