"""Build secrets: steps of a build read them, and nothing that a build leaves has them."""

import json
import os
import sqlite3
import subprocess
import uuid

import apps
from story import tell

SECRET = "hunter2-and-more-of-it"

def layers_of(image):
    """All bytes of the image as `docker save` has them, and its history."""
    saved = subprocess.run(["docker", "save", image], check=True, capture_output=True).stdout
    history = subprocess.run(["docker", "history", "--no-trunc", image], check=True, capture_output=True).stdout
    return saved + history


def has_secret(server, name):
    images = server.images(name)
    assert images
    return any(SECRET.encode() in layers_of(image) for image in images)


def a_platforms_build_has_them_in_its_environment(server):
    app = server.new_app(name="registry")
    assert server.ssh("apps:create", "registry").status == 0
    said = server.ssh("build-secrets:set", "registry", f"REGISTRY_TOKEN={SECRET}")
    assert said.status == 0 and SECRET not in said.text, said
    app.write("package.json", json.dumps({
        "name": "registry", "version": "1.0.0", "description": f"in no cache: {uuid.uuid4()}",
        "scripts": {"start": "node server.js",
                    "preinstall": "echo \"the token is $REGISTRY_TOKEN, of ${#REGISTRY_TOKEN} characters\" && "
                                  "echo -n \"$REGISTRY_TOKEN\" | sha256sum >proof.txt && ls /run/secrets || true"}}))
    app.write("server.js", 'require("http").createServer((q, a) => a.end("token: " + process.env.REGISTRY_TOKEN)).listen(process.env.PORT)')
    app.commit("wants a token")
    pushed = app.push()
    assert pushed.status == 0, pushed
    assert "Build secrets: REGISTRY_TOKEN" in pushed.text, pushed
    assert f"of {len(SECRET)} characters" in pushed.text and SECRET not in pushed.text, pushed
    assert "--mount=type=secret" not in pushed.text, pushed
    assert server.serves("registry", "token: undefined")
    assert not has_secret(server, "registry")
    for words in (["builds:output", "registry"], ["build-secrets", "registry", "--json"], ["events"], ["config", "registry"],
                  ["releases:info", "registry", "v1", "--json"]):
        said = server.ssh(*words)
        assert said.status == 0 and SECRET not in said.text, said


def a_dockerfile_reads_them_as_files(server):
    app = server.new_app(name="own")
    assert server.ssh("apps:create", "own").status == 0
    assert server.ssh("build-secrets:set", "own", "TOKEN=-", stdin=SECRET + "\n").status == 0
    apps.dockerfile(app, "own", f" && echo in no cache: {uuid.uuid4()}"
                                "\nRUN --mount=type=secret,id=TOKEN wc -c </run/secrets/TOKEN | sed 's/^/characters: /'"
                                "\nRUN ls /run/secrets/TOKEN 2>/dev/null || echo no other step has it")
    pushed = app.push()
    assert pushed.status == 0 and f"characters: {len(SECRET)}" in pushed.text and "no other step has it" in pushed.text, pushed
    assert not has_secret(server, "own")


def they_are_for_those_who_may_deploy_and_encrypted(server):
    assert server.ssh("build-secrets:unset", "own", "NOTHERE").status == 3
    assert server.ssh("build-secrets:set", "own", "PORT=1").status == 2
    assert server.ssh("build-secrets", "nobody").status == 3
    with open(os.path.join(server.data, "minpaas.db"), "rb") as database:
        assert SECRET.encode() not in database.read()
    with sqlite3.connect(os.path.join(server.data, "minpaas.db")) as database:
        assert database.execute("SELECT count(*) FROM build_secrets").fetchone()[0] == 2
    assert server.ssh("apps:destroy", "own", "--confirm", "own").status == 0
    with sqlite3.connect(os.path.join(server.data, "minpaas.db")) as database:
        assert database.execute("SELECT count(*) FROM build_secrets").fetchone()[0] == 1


def push_step(server, name, step, secret=None):
    """A push of an app whose Dockerfile has this step, the same one in each app; it serves what /srv/fetched holds."""
    app = server.new_app(name=name)
    assert server.ssh("apps:create", name).status == 0
    if secret:
        assert server.ssh("build-secrets:set", name, secret).status == 0
    apps.dockerfile(app, name)
    with open(os.path.join(app.folder, "Dockerfile"), encoding="utf-8") as file:
        first, rest = file.read().split("\n", 1)
    app.write("Dockerfile", f"{first}\n{step}\nRUN cat /srv/fetched\n{rest}")
    app.commit("fetches")
    pushed = app.push()
    assert pushed.status == 0, pushed
    return app, pushed


def what_a_build_has_fetched_is_its_apps_alone(server):
    """The same steps in the app of somebody else come from no cache, with another secret or none; in the app's own they do."""
    step = (f"RUN --mount=type=secret,id=TOKEN mkdir -p /srv && echo {uuid.uuid4()} && "
            "(sha256sum /run/secrets/TOKEN || echo nothing) >/srv/fetched")
    owner, pushed = push_step(server, "fetcher", step, secret=f"TOKEN={SECRET}")
    fetched = next(line for line in pushed.text.splitlines() if "/run/secrets/TOKEN" in line and "RUN" not in line).split()[1]
    for name, secret in (("snooper", "OTHER=some-other-value"), ("guesser", "TOKEN=some-other-value"), ("has-none", None)):
        _, pushed = push_step(server, name, step, secret=secret)
        assert fetched not in pushed.text, pushed
    owner.write("more", "more")
    owner.commit("another file")
    pushed = owner.push()
    assert pushed.status == 0 and any("TOKEN" in line and "(cached)" in line for line in pushed.text.splitlines()), pushed
    assert server.ssh("build-secrets:set", "fetcher", "TOKEN=a-newer-value").status == 0
    pushed = server.ssh("ps:rebuild", "fetcher")
    assert pushed.status == 0 and fetched not in pushed.text, pushed
    assert "mkdir -p /srv" in pushed.text, pushed


def cache_mounts_are_an_apps_own(server):
    """Whoever writes to one writes into the builds that read it."""
    place, mark = f"/var/cache/{uuid.uuid4()}", f"mark of {uuid.uuid4()}"

    def step(run):
        return f"RUN --mount=type=cache,target={place} mkdir -p /srv && {run}"

    owner, _ = push_step(server, "keeper", step(f"echo {mark} >{place}/kept && echo mine >/srv/fetched"))
    _, pushed = push_step(server, "poisoner", step(f"(cat {place}/kept || echo nothing) >/srv/fetched && echo bad >{place}/kept"))
    assert mark not in pushed.text, pushed
    with open(os.path.join(owner.folder, "Dockerfile"), encoding="utf-8") as file:
        text = file.read()
    owner.write("Dockerfile", text.replace(step(f"echo {mark} >{place}/kept && echo mine >/srv/fetched"),
                                           step(f"cp {place}/kept /srv/fetched")))
    owner.commit("reads what it has kept")
    pushed = owner.push()
    assert pushed.status == 0 and f" {mark}" in pushed.text, pushed


def values_are_masked_in_errors_and_on_record(server):
    assert server.ssh("config:set", "registry", "PASSWORD=correct-horse").status == 0
    failed = server.ssh("domains:remove", "registry", "correct-horse.example.com")
    assert failed.status == 3 and "correct-horse" not in failed.text and "[PASSWORD]" in failed.text, failed
    changed = server.ssh("apps:set", "registry", "deploy_branch=correct-horse-stable")
    assert changed.status == 0, changed
    told = server.ssh("events", "registry").out
    assert "correct-horse" not in told and "apps:set registry deploy_branch=[PASSWORD]-stable" in told, told
    assert "correct-horse" not in server.ssh("events", "--json").out


if __name__ == "__main__":
    tell(a_platforms_build_has_them_in_its_environment, a_dockerfile_reads_them_as_files,
         they_are_for_those_who_may_deploy_and_encrypted, values_are_masked_in_errors_and_on_record,
         what_a_build_has_fetched_is_its_apps_alone, cache_mounts_are_an_apps_own,
         settings={"runtimes": {"allow_dockerfile": "yes"}})
