// The options of inputs/syslog.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/codec/syslog_parser.h"
#include "core/config/config_reader.h"
#include "core/net/stream.h"

namespace andon::syslog {

enum class Framing : uint8_t { kAuto, kOctetCounting, kNewline };
enum class Oversize : uint8_t { kCut, kDrop };

struct SyslogInputConfig {
  std::vector<std::string> listen{"udp://0.0.0.0:5140"};
  std::string tag;
  SyslogParserConfig parser;
  Framing framing = Framing::kAuto;
  ByteSize max_message_size{uint64_t{64} << 10};
  Oversize oversize = Oversize::kCut;
  std::string source_address_key;
  uint32_t max_connections = 1000;
  ByteSize receive_memory{uint64_t{16} << 20};
  ByteSize receive_buffer{uint64_t{4} << 20};
  Duration idle_timeout = Duration::zero();
  TlsOptions tls;

  std::vector<Address> addresses;  // Of `listen`.

  static Result<SyslogInputConfig> Parse(const ConfigNode& node);
};

}  // namespace andon::syslog

namespace andon {

template <>
struct EnumNames<syslog::Framing> {
  static constexpr std::pair<std::string_view, syslog::Framing> kNames[] = {
      {"auto", syslog::Framing::kAuto},
      {"octet_counting", syslog::Framing::kOctetCounting},
      {"newline", syslog::Framing::kNewline}};
};

template <>
struct EnumNames<syslog::Oversize> {
  static constexpr std::pair<std::string_view, syslog::Oversize> kNames[] = {
      {"cut", syslog::Oversize::kCut}, {"drop", syslog::Oversize::kDrop}};
};

}  // namespace andon
