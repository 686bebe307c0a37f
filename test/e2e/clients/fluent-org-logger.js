// node fluent-org-logger.js HOST PORT N [mode=MODE] [ack] [key=SHARED] [user=U pass=P] [timeout=MS]
// Sends N numbered records with npm's @fluent-org/logger and prints what became of them.
const { FluentClient, EventTime } = require('@fluent-org/logger');

const [host, port, count, ...rest] = process.argv.slice(2);
const given = Object.fromEntries(rest.map((word) => {
  const [key, value] = word.split('=');
  return [key, value ?? true];
}));
const options = {
  eventMode: given.mode || 'Message',
  socket: { host, port: Number(port), timeout: 5000, reconnectEnabled: true },
};
if (given.ack) options.ack = { ackTimeout: 5000 };
if (given.key) {
  options.security = { clientHostname: 'node-client', sharedKey: given.key };
  if (given.user) Object.assign(options.security, { username: given.user, password: given.pass });
}
if (options.eventMode !== 'Message') {
  options.flushInterval = 50;
  options.sendQueueIntervalFlushLimit = { length: 100, size: 1 << 20 };
}

async function main() {
  const client = new FluentClient('client.node', options);
  const sending = [];
  for (let n = 0; n < Number(count); n++) {
    const record = { text: `src=node n=${n}`, uni: '日本語', f: n / 4, nested: { a: [1, null, true] } };
    sending.push(client.emit('x', record, new EventTime(1700000000 + n, n)));
  }
  const bad = (await Promise.allSettled(sending)).filter((one) => one.status !== 'fulfilled');
  console.log(`@fluent-org/logger ${options.eventMode}: ${count} sent, ${bad.length} failed`,
    bad.length ? String(bad[0].reason) : '');
  await client.shutdown().catch(() => {});
  process.exit(bad.length ? 1 : 0);
}

setTimeout(() => {
  console.log('@fluent-org/logger: no end');
  process.exit(2);
}, Number(given.timeout || 30000));
main();
