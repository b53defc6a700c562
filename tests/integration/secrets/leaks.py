"""A script that gives secrets away by accident, in every way that comes to mind."""

from __future__ import annotations

SCRIPT = """
import base64, html, json, logging, os, sys, threading, time, traceback, urllib.parse
import fleeting

def forms(secret):
    data = secret.encode()
    yield from (secret, repr(secret), repr(data), json.dumps(secret), html.escape(secret))
    yield from (data.hex(), urllib.parse.quote(secret), urllib.parse.quote_plus(secret))
    for before in range(3):
        yield base64.b64encode(bytes(before) + data + b"tail").decode()
        yield base64.urlsafe_b64encode(bytes(before) + data + b"tail").decode()
    yield base64.b64encode(f"user:{secret}".encode()).decode()

def say(secrets):
    texts = list(map(str, secrets))
    texts += [value for one in secrets if isinstance(one, dict) for value in one.values()]
    for text in texts:
        for form in forms(text):
            print("form", form)
            print("error form", form, file=sys.stderr)
            logging.warning("logged %s", form)
            fleeting.progress(1, 2, f"with {form}")
        for character in text:
            print(character, end="", flush=True)
        print(flush=True)
        os.write(1, text[:9].encode())
        time.sleep(0.3)
        os.write(1, text[9:].encode())
        for line in text.splitlines():
            print("line", line)
    return {"lengths": [len(text) for text in texts], "first": texts[0][:6]}

def let_out(secrets): return secrets
def bury(secrets): return {"rows": [1, {"dsn": f"db://user:{secrets[0]}@host"}]}
def encode(secrets): return [base64.b64encode(b"x" + secrets[0].encode()).decode()]
def name(secrets): return {secrets[0]: 1}
def name_something(secrets): return {"x" * 70 + secrets[0]: object()}
def fail(secrets): raise ValueError(secrets[0])
def fail_by_name(secrets): return {}[secrets[0]]
def fail_in_another(secrets):
    try:
        raise KeyError(secrets)
    except KeyError as error:
        raise type(secrets[0], (Exception,), {})(json.dumps(secrets)) from error
def fail_to_compile(secrets): exec("print(" + repr(secrets[0]) + "; 1 +")
def fail_at_length(secrets): raise ValueError("x" * 4000 + secrets[0] + "y" * 9000)
def print_to_the_limit(secrets):
    print("x" * (64 * 1024 - 20) + secrets[0])
    print("y" * 100_000 + secrets[0])
def print_on(secrets):
    print(secrets[0], flush=True)
    while True: time.sleep(0.05)
def leave(secrets): sys.exit(secrets[0])
def die(secrets):
    print(secrets[0], flush=True)
    os.abort()
def warn(secrets):
    import warnings
    warnings.warn(secrets[0])
    def shout(): raise RuntimeError(secrets[0])
    thread = threading.Thread(target=shout)
    thread.start()
    thread.join()
"""

HOW_IT_ENDS = {
    "say": None,
    "warn": None,
    "print_to_the_limit": None,
    "let_out": "result_holds_secret",
    "bury": "result_holds_secret",
    "encode": "result_holds_secret",
    "name": "result_holds_secret",
    "name_something": "result_not_serializable",
    "fail": "script_raised",
    "fail_by_name": "script_raised",
    "fail_in_another": "script_raised",
    "fail_to_compile": "script_raised",
    "fail_at_length": "script_raised",
    "print_on": "run_timed_out",
    "leave": "script_raised",
    "die": "run_died",
}
