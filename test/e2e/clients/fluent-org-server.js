// node fluent-org-server.js PORT : a forward server (npm @fluent-org/logger) that prints what it gets,
// one line of JSON an entry.
const { FluentServer } = require('@fluent-org/logger');

const port = Number(process.argv[2]);
const server = new FluentServer({ listenOptions: { port, host: '127.0.0.1' } });
server.on('entry', (tag, time, record) => console.log(JSON.stringify({ tag, record })));
server.listen().then(() => console.error(`listening on ${port}`));
