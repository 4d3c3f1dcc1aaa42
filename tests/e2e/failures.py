"""How something must fail: one clear line, the right status, the old release untouched, nothing left over.

    refuses(app, ["rollback", "blog", "v9"], 3, "there is no release v9")
    fails(app, "no such table", "(the release command exited with status 1)")
"""

import re

import apps


def one_line(done, status, *words):
    """Of a command: it ends with one `error:` that says all `words`, and at most one `hint:`; nothing is on stdout."""
    said = done.err.splitlines()
    error = [line for line in said if line.startswith("error: ")]
    hints = [line for line in said if line.startswith("hint: ")]
    assert done.status == status and not done.out, done
    assert len(error) == 1 and len(hints) <= 1 and said[-1 - len(hints):] == error + hints, f"not one clear line: {done}"
    for word in words:
        assert word in error[0], f"{word!r} is not said: {done}"


def refuses(app, command, status, *words, before=None, stdin=""):
    """The command fails so, and nothing of the app changes. Returns what it said."""
    before = before or apps.Untouched(app)
    done = app.server.ssh(*command, stdin=stdin)
    one_line(done, status, *words)
    before.check()
    return done


def one_reason(pushed, *words):
    """Of a push whose deploy failed: one line says why, at most one what to do, and one what serves; git has the reason, with
    all `words`."""
    assert pushed.status == 1, f"the push should have failed: {pushed}"
    said = [line.removeprefix("remote:").rstrip().removeprefix(" ") for line in pushed.err.splitlines()]
    reasons = [line.partition(" -> main (")[2].removesuffix(")") for line in said if "[remote rejected] main -> main (" in line]
    errors = [line.removeprefix(" !     ") for line in said if line.startswith(" !     ")]
    assert len(reasons) == 1 and reasons[0], f"not rejected once: {pushed}"
    assert len(errors) in (2, 3) and errors[0].startswith(reasons[0].removesuffix(" ...")), f"not one clear line: {errors}: {pushed}"
    assert re.fullmatch(r"Nothing was deployed(; v\d+ still serves)?\.", errors[-1]), f"not said what serves: {errors}: {pushed}"
    for word in words:
        assert word in reasons[0], f"{word!r} is not the reason: {pushed}"


def fails(app, *words, before=None):
    """A push of what was committed last fails and says all `words`, nothing changes, and the commit is taken back.
    Returns what the pusher saw."""
    before = before or apps.Untouched(app)
    pushed = app.push()
    one_reason(pushed)
    for word in words:
        assert word in pushed.err, f"{word!r} is not said: {pushed}"
    before.check()
    app.git("reset", "-q", "--hard", "HEAD^")
    return pushed.err
