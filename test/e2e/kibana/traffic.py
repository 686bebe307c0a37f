"""Lines as Apache and syslog write them, spread over the time before now; the same at every run."""

import random
import time

PAGES = ("/", "/cart", "/search?q=lamp", "/search?q=chair", "/item/17", "/item/42", "/img/logo.png", "/login",
         "/api/orders")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0", "Mozilla/5.0 (iPhone) Safari/605.1", "curl/8.5.0",
          "Googlebot/2.1 (+http://www.google.com/bot.html)")
STATUS = ((200, 80), (301, 4), (304, 7), (403, 1), (404, 5), (500, 2), (503, 1))
MESSAGES = (  # facility, severity, program, text, weight
    (10, 6, "sshd", "Accepted publickey for deploy from 192.0.2.7 port 51234 ssh2", 8),
    (10, 4, "sshd", "Failed password for root from 203.0.113.9 port 40022 ssh2", 5),
    (9, 6, "cron", "(root) CMD (run-parts /etc/cron.hourly)", 10),
    (3, 6, "systemd", "Started Daily apt download activities.", 9),
    (3, 3, "nginx", "connect() failed (111: Connection refused) while connecting to upstream", 3),
    (0, 4, "kernel", "TCP: request_sock_TCP: Possible SYN flooding on port 443.", 2),
    (0, 2, "kernel", "EXT4-fs error (device sda1): unable to read itable block", 1),
    (2, 5, "postfix/smtpd", "disconnect from unknown[198.51.100.4] ehlo=1 quit=1", 4),
    (16, 7, "orders", "order 4711: 漢字 and emoji 🙂 arrived", 6),
)


def times(count, minutes, chance):
    """Moments of the last `minutes`, in order: more of them in the middle of the time."""
    now = time.time() - 1
    return sorted(now - 60 * chance.triangular(0, minutes, minutes / 3) for _ in range(count))


def access_lines(count, minutes, seed, durations):
    """Combined lines; with `durations` each has its nanoseconds at the end."""
    chance = random.Random(seed)
    for moment in times(count, minutes, chance):
        written = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(moment))
        client = f"203.0.113.{chance.choices(range(1, 13), range(12, 0, -1))[0]}"
        page = chance.choices(PAGES, range(len(PAGES), 0, -1))[0]
        status = chance.choices(*zip(*STATUS))[0]
        method = "POST" if page in ("/login", "/api/orders") else "GET"
        microseconds = int(chance.lognormvariate(9.6 if page.startswith("/search") else 8.2, 0.8))
        yield (f'{client} - - [{written}] "{method} {page} HTTP/1.1" {status} {chance.randint(200, 60000)} '
               f'"https://shop.example/" "{chance.choice(AGENTS)}"' + (f" {microseconds}000" if durations else ""))


def syslog_messages(count, minutes, seed, hosts):
    chance = random.Random(seed)
    for moment in times(count, minutes, chance):
        facility, severity, program, text, _ = chance.choices(MESSAGES, [one[-1] for one in MESSAGES])[0]
        written = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
        yield (f"<{facility * 8 + severity}>1 {written} {chance.choice(hosts)} {program} "
               f"{chance.randint(100, 9000)} - - {text}")
