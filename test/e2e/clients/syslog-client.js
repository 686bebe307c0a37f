// node syslog-client.js HOST PORT N [tcp] [5424] : npm syslog-client
const syslog = require('syslog-client');

const [host, port, count, ...options] = process.argv.slice(2);
const client = syslog.createClient(host, {
  port: Number(port),
  transport: options.includes('tcp') ? syslog.Transport.Tcp : syslog.Transport.Udp,
  rfc3164: !options.includes('5424'),
  appName: 'nodeapp',
  syslogHostname: 'node-host',
  facility: syslog.Facility.Local3,
  severity: syslog.Severity.Warning,
});
let done = 0;
let failed = 0;

client.on('error', (error) => {
  console.error(String(error));
  failed++;
});
for (let n = 0; n < Number(count); n++) {
  client.log(`src=npm n=${n} 日本語`, { msgid: `ID${n}` }, (error) => {
    if (error) failed++;
    if (++done < Number(count)) return;
    setTimeout(() => {
      client.close();
      process.exit(failed ? 1 : 0);
    }, 200);
  });
}
