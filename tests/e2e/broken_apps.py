#!/usr/bin/env python3
"""Apps that cannot be built or do not start: the pusher is told why, and the old release goes on."""

import json

import apps
from failures import fails
from story import tell

SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "checks": {"timeout": "6s"},
            "build": {"timeout": "60s"}}


def nothing_to_run(server):
    app = server.new_app(name="readme-only")
    app.write("README.md", "# nothing here\n")
    app.commit()
    pushed = app.push()
    assert pushed.status == 1 and "app.py" in pushed.err and "package.json" in pushed.err, pushed
    assert app.remote_head() is None and not server.containers("readme-only")
    assert server.ssh("apps:info", "readme-only").status == 0


def no_app_py(server):
    app = apps.serving(server, "no-app-py")
    app.remove("app.py")
    app.commit()
    fails(app, "app.py is missing", "Procfile")


def no_requirements(server):
    app = apps.serving(server, "no-requirements")
    app.remove("requirements.txt")
    app.commit()
    fails(app, "requirements.txt is missing")


def no_start_script(server):
    app = server.new_app("hello-node", "no-start")
    # npm takes its time where other stories run beside this one.
    assert server.ssh("apps:create", "no-start").status == 0
    assert server.ssh("checks:set", "no-start", "deadline=60").status == 0
    pushed = app.push()
    assert pushed.status == 0, pushed
    with open(app.path("package.json"), encoding="utf-8") as file:
        package = json.load(file)
    del package["scripts"]
    app.write("package.json", json.dumps(package))
    app.commit()
    fails(app, "scripts.start", '"start": "node server.js"', before=apps.Untouched(app, "Hello from Node.js!"))


def a_broken_requirements_txt(server):
    app = apps.serving(server, "bad-requirements")
    app.write("requirements.txt", "this is === not a requirement\n")
    app.commit()
    fails(app, "requirements.txt", "(pip install failed)")


def a_dockerfile_step_that_fails(server):
    app = apps.serving_dockerfile(server, "bad-step")
    apps.dockerfile(app, "version two", " && echo the compiler says no && exit 3")
    said = fails(app, "the compiler says no", "3")
    assert "version two" in said, f"the step that failed is not shown: {said}"


def a_dockerfile_that_cannot_be_read(server):
    app = apps.serving_dockerfile(server, "bad-dockerfile")
    app.write("Dockerfile", "FROM localhost/minpaas/static-base\nFROBNICATE all\n")
    app.commit()
    fails(app, "FROBNICATE")


def an_app_that_exits_at_once(server):
    app = apps.serving(server, "exits")
    apps.python(app, "version two", before='print("cannot find the database", flush=True); sys.exit(7)')
    said = fails(app, "cannot find the database", "main -> main (web.1 exited with status 7)")
    assert said.count(" !     web.1 exited with status 7") == 1, f"the reason is not said once: {said}"


def an_app_that_never_listens(server):
    app = apps.serving(server, "deaf")
    apps.python(app, "version two", before='print("thinking", flush=True); time.sleep(600)')
    fails(app, "8000", "PORT")


def an_app_that_listens_on_localhost_only(server):
    app = apps.serving(server, "localhost-only")
    apps.python(app, "version two", address="127.0.0.1")
    fails(app, "127.0.0.1", "0.0.0.0")


def an_app_that_listens_on_another_port(server):
    app = apps.serving(server, "other-port")
    apps.python(app, "version two", port="9999")
    fails(app, "9999", "PORT")


def an_app_that_answers_500(server):
    app = apps.serving(server, "errors")
    apps.python(app, "version two")
    with open(app.path("app.py"), encoding="utf-8") as file:
        source = file.read()
    app.write("app.py", source.replace("send_response(200)", "send_response(500)"))
    app.git("commit", "-qa", "--amend", "-m", "errors")
    fails(app, "500")


def the_fix_after_a_failure(server):
    """The ref did not move, so the next push is an ordinary one; its release number follows."""
    app = apps.serving(server, "fixed")
    apps.python(app, "broken", before="sys.exit(1)")
    assert app.push().status == 1
    apps.python(app, "version three")
    pushed = app.push()
    assert pushed.status == 0, pushed
    assert server.serves("fixed", "version three") and app.remote_head() == app.head()
    server.settled("fixed")


if __name__ == "__main__":
    tell(nothing_to_run, no_app_py, no_requirements, no_start_script, a_broken_requirements_txt,
         a_dockerfile_step_that_fails, a_dockerfile_that_cannot_be_read, an_app_that_exits_at_once,
         an_app_that_never_listens, an_app_that_listens_on_localhost_only,
         an_app_that_listens_on_another_port, an_app_that_answers_500, the_fix_after_a_failure,
         settings=SETTINGS)
