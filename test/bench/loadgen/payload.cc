#include "test/bench/loadgen/payload.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

namespace andon::loadgen {
namespace {

constexpr std::string_view kTag = "bench.access";
constexpr uint32_t kTime = 1'700'000'000;
constexpr size_t kIdBytes = 16;
constexpr std::array<std::string_view, 4> kMethods = {"GET", "POST", "HEAD", "PUT"};
constexpr std::array<std::string_view, 3> kAgents = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/118.0 Safari/537.36",
    "curl/7.88.1"};

void BigEndian(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

void PackString(std::string_view text, std::string* out) {
  if (text.size() < 32) {
    out->push_back(static_cast<char>(0xa0 | text.size()));
  } else {
    out->push_back('\xd9');
    BigEndian(text.size(), 1, out);
  }
  out->append(text);
}

void PackField(std::string_view key, std::string_view value, std::string* out) {
  PackString(key, out);
  PackString(value, out);
}

void PackEventTime(uint64_t n, std::string* out) {
  out->append("\xd7\x00", 2);
  BigEndian(kTime + n / 1000, 4, out);
  BigEndian(n % 1000 * 1'000'000, 4, out);
}

// Map of six fields; `event_bytes` less what the others take is the size of the last.
void PackRecord(uint64_t n, uint64_t event_bytes, std::string* out) {
  const size_t begin = out->size();
  out->push_back('\x86');
  PackField("host", fmt::format("10.{}.{}.{}", n % 7, n % 250, n % 99), out);
  PackField("method", kMethods[n % kMethods.size()], out);
  PackField("path", fmt::format("/item/{:07}?ref={}", n, n % 13), out);
  PackString("code", out);
  out->push_back('\xcd');
  BigEndian(n % 10 == 0 ? 404 : 200, 2, out);
  PackString("size", out);
  out->push_back('\xcd');
  BigEndian(1000 + n % 50'000, 2, out);
  constexpr size_t kTimeAndRest = 12 + 8;
  const size_t used = out->size() - begin + kTimeAndRest;
  std::string agent(kAgents[n % kAgents.size()]);
  const size_t wanted = event_bytes > used ? event_bytes - used : 1;
  agent.resize(std::min<size_t>(wanted + n % 8, 255), 'x');
  PackField("agent", agent, out);
}

void PackEntry(uint64_t n, uint64_t event_bytes, std::string* out) {
  out->push_back('\x92');
  PackEventTime(n, out);
  PackRecord(n, event_bytes, out);
}

}  // namespace

Payload ForwardPayload(ForwardMode mode, uint64_t events, uint64_t event_bytes, bool ack) {
  Payload payload;
  payload.events = events;
  payload.messages = mode == ForwardMode::kMessage ? events : 1;
  payload.wants_option = ack && mode != ForwardMode::kMessage;
  std::string& out = payload.bytes;
  if (mode == ForwardMode::kMessage) {
    for (uint64_t n = 0; n < events; ++n) {
      out.push_back('\x93');
      PackString(kTag, &out);
      PackEventTime(n, &out);
      PackRecord(n, event_bytes, &out);
    }
    return payload;
  }
  std::string entries;
  for (uint64_t n = 0; n < events; ++n) PackEntry(n, event_bytes, &entries);
  out.push_back(payload.wants_option ? '\x93' : '\x92');
  PackString(kTag, &out);
  out.push_back(mode == ForwardMode::kForward ? '\xdd' : '\xc6');
  BigEndian(mode == ForwardMode::kForward ? events : entries.size(), 4, &out);
  out += entries;
  return payload;
}

std::string ForwardOption(uint64_t events, uint64_t number) {
  std::string out = "\x82";
  PackField("chunk", fmt::format("{:0{}x}", number, kIdBytes), &out);
  PackString("size", &out);
  out.push_back('\xce');
  BigEndian(events, 4, &out);
  return out;
}

size_t ForwardAckBytes() { return 1 + 4 + 1 + kIdBytes; }

Payload SyslogPayload(uint64_t events, uint64_t event_bytes, bool octet_counted) {
  Payload payload;
  payload.events = events;
  payload.messages = events;
  for (uint64_t n = 0; n < events; ++n) {
    std::string text = fmt::format(
        "<{}>1 2026-11-21T10:{:02}:{:02}.{:06}Z web{:02}.example.com nginx {} ID{} "
        "[req@32473 id=\"{:08x}\" ms=\"{}\"] ",
        128 + n % 8, n / 60 % 60, n % 60, n % 1'000'000, n % 20, 1000 + n % 500, n % 10, n,
        n % 900);
    text += fmt::format("request {} served: {}", n, kAgents[n % kAgents.size()]);
    text.resize(std::max<size_t>(text.size(), event_bytes - 1), 'x');
    if (octet_counted) {
      fmt::format_to(std::back_inserter(payload.bytes), "{} {}", text.size(), text);
    } else {
      payload.bytes += text;
      payload.bytes += '\n';
    }
  }
  return payload;
}

void AppendApacheLine(uint64_t n, std::string* out) {
  fmt::format_to(
      std::back_inserter(*out),
      "10.{}.{}.{} - - [21/Nov/2026:10:{:02}:{:02} +0000] \"{} /item/{}?ref={} HTTP/1.1\" {} "
      "{} \"https://example.com/list/{}\" \"{}\"\n",
      n % 7, n % 250, n % 99, n / 60 % 60, n % 60, kMethods[n % kMethods.size()], n, n % 13,
      n % 10 == 0 ? 404 : 200, 1000 + n % 50'000, n % 1000, kAgents[n % kAgents.size()]);
}

}  // namespace andon::loadgen
