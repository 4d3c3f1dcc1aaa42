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
         settings={"runtimes": {"allow_dockerfile": "yes"}})
