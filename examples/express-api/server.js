'use strict';
// A small JSON API: notes that are kept until the app is restarted.
const express = require('express');

const port = Number(process.env.PORT || 3000);
const notes = new Map();
let last = 0;

const app = express();
app.use(express.json({ limit: '16kb' }));

app.get('/', (request, response) => {
  response.json({ greeting: process.env.GREETING || 'Hello from Express!', notes: '/notes' });
});
app.get('/notes', (request, response) => response.json([...notes.values()]));
app.post('/notes', (request, response) => {
  const text = request.body && request.body.text;
  if (typeof text !== 'string' || text === '') {
    return response.status(422).json({ error: 'send {"text": "..."}' });
  }
  const note = { id: ++last, text };
  notes.set(note.id, note);
  return response.status(201).location(`/notes/${note.id}`).json(note);
});
app.get('/notes/:id', (request, response) => {
  const note = notes.get(Number(request.params.id));
  return note ? response.json(note) : response.status(404).json({ error: 'no such note' });
});

const server = app.listen(port, () => console.log(`express-api listens on port ${port}`));
process.on('SIGTERM', () => server.close());
