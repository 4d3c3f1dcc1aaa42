'use strict';
// Greets every visitor. Nothing but the standard library.
const http = require('node:http');

const port = Number(process.env.PORT || 3000);
const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (greeting) => `<!doctype html>
<meta charset="utf-8"><title>hello-node</title>
<style>body { font: 1.4rem system-ui; margin: 20vh auto; max-width: 34rem }</style>
<h1>${escape(greeting)}</h1>
<p>Node.js ${process.version}, deployed by git push. Change the greeting with
<code>ssh minpaas config:set hello-node GREETING=Bonjour</code></p>
`;

const server = http.createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(page(process.env.GREETING || 'Hello from Node.js!'));
});
server.listen(port, () => console.log(`hello-node listens on port ${port}`));
process.on('SIGTERM', () => server.close());
