// node elasticsearch-read.js URL INDEX: reads every document with the official client and prints one
// line of JSON: how many there are, how many numbers `n`, and the first tag.
const { Client } = require('@elastic/elasticsearch');
const [node, index] = process.argv.slice(2);
const client = new Client({ node });
(async () => {
  await client.indices.refresh({ index });
  const { count } = await client.count({ index });
  const numbers = new Set();
  let tag = null;
  for await (const document of client.helpers.scrollDocuments({ index, query: { match_all: {} } })) {
    numbers.add(document.n);
    tag = tag || document.tag;
  }
  console.log(JSON.stringify({ count, distinct: numbers.size, tag }));
})().catch(error => { console.error(`${error.name}: ${error.message}`); process.exit(1); });
