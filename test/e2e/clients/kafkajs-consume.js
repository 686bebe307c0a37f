// Reads a topic with kafkajs: kafkajs-consume.js HOST:PORT TOPIC COUNT
// Prints one JSON line a message; exit status 1 when COUNT did not come within 30 s.
const { Kafka, logLevel } = require('kafkajs');
const [broker, topic, count] = process.argv.slice(2);

const kafka = new Kafka({ brokers: [broker], clientId: 'kafkajs', logLevel: logLevel.ERROR });
const text = (value) => (value === null || value === undefined ? null : value.toString());

async function main() {
  const consumer = kafka.consumer({ groupId: `kafkajs-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const lines = [];
  setTimeout(() => process.exit(1), 30000);
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      const headers = Object.fromEntries(Object.entries(message.headers).map(([k, v]) => [k, text(v)]));
      lines.push(JSON.stringify({
        partition, offset: message.offset, timestamp: Number(message.timestamp), key: text(message.key),
        value: text(message.value), headers,
      }));
      if (lines.length === Number(count)) process.stdout.write(`${lines.join('\n')}\n`, () => process.exit(0));
    },
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
