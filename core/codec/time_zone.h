// Time zones: fixed offsets, and those of the machine's database (RFC 8536).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/config/config_value.h"

namespace andon {

// A value; copies share the table. Thread: any.
class TimeZone {
 public:
  TimeZone() = default;  // UTC.
  // "local" ($TZ or /etc/localtime), "UTC", "Z", "+09:00", "-0330", "+9", "Asia/Tokyo".
  // kInvalidConfig when there is no such zone.
  static Result<TimeZone> Parse(std::string_view text);
  // The machine's own, as "local" gives it. UTC when it cannot be read.
  static const TimeZone& Local();
  // From a compiled zone file's bytes. kCorrupt.
  static Result<TimeZone> FromTzif(Bytes untrusted, std::string name);

  // Seconds to add to UTC.
  int32_t OffsetAt(int64_t utc_seconds) const;
  // A clock that is put back shows a time twice: then the first. One that is put forward leaves
  // times out: those are taken as if it had not been yet.
  int64_t ToUtc(int64_t local_seconds) const;
  const std::string& name() const { return name_; }
  bool operator==(const TimeZone& other) const { return name_ == other.name_; }

 private:
  struct Table;
  static bool ReadTable(Bytes untrusted, Table* table);
  std::string name_ = "UTC";
  int32_t fixed_ = 0;
  std::shared_ptr<const Table> table_;
};

template <>
struct ConfigValue<TimeZone> {
  static std::optional<TimeZone> Read(const ConfigNode& node);
  static std::string TypeName() { return "time zone"; }
  static std::string ToText(const TimeZone& value) { return value.name(); }
};

}  // namespace andon
