// node fluent-logger-old.js HOST PORT N [ack] : npm fluent-logger, Message mode.
const logger = require('fluent-logger');

const [host, port, count, ack] = process.argv.slice(2);
const sender = logger.createFluentSender('client.oldnode', {
  host, port: Number(port), timeout: 5, requireAckResponse: ack === 'ack', ackResponseTimeout: 5000,
});
let done = 0;
let failed = 0;

function end() {
  console.log(`fluent-logger: ${count} sent, ${failed} failed`);
  sender.end(null, null, () => process.exit(failed ? 1 : 0));
  setTimeout(() => process.exit(failed ? 1 : 0), 1000);
}

sender.on('error', (error) => console.error(String(error)));
for (let n = 0; n < Number(count); n++) {
  sender.emit('x', { text: `src=oldnode n=${n}` }, new logger.EventTime(1700000000 + n, n), (error) => {
    if (error) failed++;
    if (++done === Number(count)) end();
  });
}
setTimeout(() => process.exit(2), 30000);
