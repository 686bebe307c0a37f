// Opens pages of Kibana 5 in headless Chromium, waits until every panel is drawn, keeps a screenshot
// of each and says what it saw.
//
//   node browser.js FOLDER < {"NAME": "URL", ...} > {"NAME": {"hits": ..., "panels": [...]}, ...}
//
// NODE_PATH names the folder of playwright-core; the browser is Debian's chromium.
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');

// What a person would look at, in the page: the panels of a dashboard, each with its texts and marks.
function panelsSeen() {
  const all = [...document.querySelectorAll('.gridster li.gs-w')];
  return all.map((panel) => ({
    title: (panel.querySelector('.panel-title') || {}).innerText || '',
    empty: panel.querySelectorAll('.visualize-error, .no-results, .discover-no-results').length > 0 ||
        /No results found|Could not locate/.test(panel.innerText),
    spinning: [...panel.querySelectorAll('visualize-spy, .spinner')].some((e) => e.className.includes('spinner') &&
        e.offsetParent !== null),
    marks: panel.querySelectorAll('svg rect, svg circle, svg path.slice, svg .arc, svg path').length,
    rows: panel.querySelectorAll('table tbody tr').length,
    numbers: [...panel.querySelectorAll('.metric-value')].map((e) => e.innerText.trim()),
    text: panel.innerText.slice(0, 2000),
  }));
}

const drawn = (panel) => panel.empty || panel.marks > 0 || panel.rows > 0 || panel.numbers.length > 0 ||
    panel.text.includes('|');

async function look(page, name, url, folder) {
  // An address that differs after the # only would not load the page again.
  await page.goto('about:blank');
  await page.goto(url, { waitUntil: 'load', timeout: 120000 });
  const dashboard = url.includes('/dashboard/');
  const ready = dashboard ? '.gridster li.gs-w' : '[data-test-subj="discoverQueryHits"]';
  await page.waitForSelector(ready, { timeout: 120000 });
  // A table that whoever put this Kibana into npm added to Discover.
  await page.addStyleTag({ content: '.discover-table > table[border] { display: none; }' });
  let panels = [];
  let hits = null;
  const deadline = Date.now() + 60000;
  for (;;) {
    await page.waitForTimeout(500);
    if (dashboard) {
      panels = await page.evaluate(panelsSeen);
      if (panels.length > 0 && panels.every(drawn)) break;
    } else {
      hits = await page.textContent('[data-test-subj="discoverQueryHits"]');
      if (await page.locator('.discover-table-row').count() > 0) break;
    }
    if (Date.now() > deadline) break;
  }
  await page.waitForTimeout(1500);  // Charts grow in.
  if (dashboard) {
    panels = await page.evaluate(panelsSeen);
    const bottom = await page.evaluate(() => Math.max(...[...document.querySelectorAll('.gridster li.gs-w')].map(
        (panel) => panel.getBoundingClientRect().bottom)));
    await page.setViewportSize({ width: 1600, height: Math.ceil(bottom) + 40 });
    await page.waitForTimeout(500);
  }
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: dashboard });
  await page.setViewportSize({ width: 1600, height: 1200 });
  const rows = await page.locator('.discover-table-row').count();
  const errors = await page.locator('.toast-message, .toaster-container .alert-danger').allInnerTexts();
  return { hits, rows, panels, errors };
}

async function main() {
  const pages = JSON.parse(fs.readFileSync(0, 'utf8'));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1200 } });
    const seen = {};
    for (const [name, url] of Object.entries(pages)) seen[name] = await look(page, name, url, process.argv[2]);
    process.stdout.write(JSON.stringify(seen));
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
