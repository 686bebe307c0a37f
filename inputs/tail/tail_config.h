// The options of inputs/tail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/codec/pattern.h"
#include "core/config/config_node.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"

namespace andon::tail {

enum class ReadFrom : uint8_t { kHead, kTail };
enum class WatchMode : uint8_t { kAuto, kInotify, kPoll };
enum class Oversize : uint8_t { kCut, kDrop };

struct TailConfig {
  std::vector<std::string> path;
  std::vector<std::string> exclude;
  std::string tag;
  ReadFrom read_from = ReadFrom::kTail;
  Factory<Parser> parse;  // Empty: the line as it is, in message_key.
  std::string message_key = "message";
  std::string path_key;
  Pattern start;  // Empty: every line is an event.
  Duration flush_after = std::chrono::seconds(5);
  uint64_t max_line_bytes = uint64_t{256} << 10;
  Oversize oversize = Oversize::kCut;
  WatchMode watch = WatchMode::kAuto;
  Duration refresh_interval = std::chrono::seconds(60);
  Duration poll_interval = std::chrono::seconds(1);
  Duration rotate_wait = std::chrono::seconds(5);
  Duration close_after = std::chrono::minutes(5);
  uint32_t max_open_files = 1024;

  static Result<TailConfig> Parse(const ConfigNode& node);
};

// The tag of a file: `*` and `${path}` in `tag` stand for its path with dots for slashes.
std::string TagOf(const std::string& tag, const std::string& path);
bool HasPath(const std::string& tag);

}  // namespace andon::tail
