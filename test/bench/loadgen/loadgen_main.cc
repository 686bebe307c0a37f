// andon_loadgen: makes the load of test/bench/run, and prints what it did as one line of JSON.
//
//   andon_loadgen forward to=127.0.0.1:24224 mode=packed events=4000000 chunk=4000 ack=1
//   andon_loadgen syslog  to=127.0.0.1:5140 events=1000000 octet=1
//   andon_loadgen lines   path=access.log events=1000000
//   andon_loadgen sink    at=127.0.0.1:24224 events=1000000
//   andon_loadgen bulk    at=127.0.0.1:9200 events=1000000
//   andon_loadgen discard at=127.0.0.1:24224 bytes=960000000

#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "test/bench/loadgen/payload.h"
#include "test/bench/loadgen/receiver.h"
#include "test/bench/loadgen/stream_sender.h"

namespace andon::loadgen {
namespace {

class Options {
 public:
  Options(int count, char** arguments) {
    for (int i = 0; i < count; ++i) {
      const std::string_view argument = arguments[i];
      const size_t equals = argument.find('=');
      if (equals == std::string_view::npos) Refuse(argument);
      values_[std::string(argument.substr(0, equals))] = argument.substr(equals + 1);
    }
  }
  std::string Text(const std::string& key, std::string_view fallback) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::string(fallback) : found->second;
  }
  uint64_t Number(const std::string& key, uint64_t fallback) const {
    const auto found = values_.find(key);
    if (found == values_.end()) return fallback;
    const std::string& text = found->second;
    uint64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ptr !=
        text.data() + text.size()) {
      Refuse(key + "=" + text);
    }
    return value;
  }

 private:
  [[noreturn]] static void Refuse(std::string_view argument) {
    errno = EINVAL;
    Die(fmt::format("option \"{}\"", argument));
  }
  std::map<std::string, std::string> values_;
};

SendPlan Plan(const Options& options) {
  SendPlan plan;
  plan.to = ParseAddress(options.Text("to", "127.0.0.1:24224"));
  plan.events = options.Number("events", plan.events);
  plan.connections = static_cast<int>(options.Number("connections", 1));
  plan.window = static_cast<int>(options.Number("window", 8));
  return plan;
}

ForwardMode Mode(const std::string& name) {
  if (name == "packed") return ForwardMode::kPacked;
  if (name == "forward") return ForwardMode::kForward;
  if (name == "message") return ForwardMode::kMessage;
  errno = EINVAL;
  Die("mode=" + name);
}

Sent SendForward(const Options& options) {
  const Payload payload =
      ForwardPayload(Mode(options.Text("mode", "packed")), options.Number("chunk", 4000),
                     options.Number("size", 240), options.Number("ack", 0) != 0);
  return SendAll(Plan(options), payload);
}

Sent SendSyslog(const Options& options) {
  const Payload payload =
      SyslogPayload(4000, options.Number("size", 240), options.Number("octet", 0) != 0);
  return SendAll(Plan(options), payload);
}

Sent WriteLines(const Options& options) {
  const std::string path = options.Text("path", "access.log");
  std::FILE* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) Die(path);
  Sent sent;
  sent.events = options.Number("events", 1'000'000);
  std::string block;
  for (uint64_t n = 0; n < sent.events; ++n) {
    AppendApacheLine(n, &block);
    if (block.size() < (size_t{1} << 20) && n + 1 < sent.events) continue;
    if (std::fwrite(block.data(), 1, block.size(), file) != block.size()) Die(path);
    sent.bytes += block.size();
    block.clear();
  }
  if (std::fclose(file) != 0) Die(path);
  return sent;
}

Sent Receive(const Taken& taken) { return {taken.events, taken.bytes, 0}; }

Sent Run(const std::string& command, const Options& options) {
  const auto at = [&] { return ParseAddress(options.Text("at", "127.0.0.1:24224")); };
  if (command == "forward") return SendForward(options);
  if (command == "syslog") return SendSyslog(options);
  if (command == "lines") return WriteLines(options);
  if (command == "sink") return Receive(ReceiveForward(at(), options.Number("events", UINT64_MAX)));
  if (command == "bulk") return Receive(ReceiveBulk(at(), options.Number("events", UINT64_MAX)));
  if (command == "discard") {
    return Receive(ReceiveAndDiscard(at(), options.Number("bytes", UINT64_MAX)));
  }
  errno = EINVAL;
  Die("command \"" + command + "\"");
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int Main(int count, char** arguments) {
  if (count < 2) {
    fmt::print(stderr,
               "usage: andon_loadgen forward|syslog|lines|sink|bulk|discard [KEY=VALUE...]\n");
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  const Sent sent = Run(arguments[1], Options(count - 2, arguments + 2));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print(
      "{{\"events\": {}, \"bytes\": {}, \"acked\": {}, \"seconds\": {:.6f}, \"cpu\": {:.6f}}}\n",
      sent.events, sent.bytes, sent.acked, took.count(), CpuSeconds());
  return 0;
}

}  // namespace
}  // namespace andon::loadgen

int main(int count, char** arguments) { return andon::loadgen::Main(count, arguments); }
