"""A guestbook that remembers its visitors until it is restarted."""

import os
from collections import deque

from flask import Flask, redirect, render_template, request

app = Flask(__name__)
entries = deque(maxlen=100)


@app.get("/")
def show():
    return render_template("guestbook.html", entries=entries,
                           greeting=os.environ.get("GREETING", "Hello from Flask!"))


@app.post("/")
def sign():
    name, text = (request.form.get(field, "").strip()[:280] for field in ("name", "text"))
    if name and text:
        entries.appendleft((name, text))
    return redirect("/")
