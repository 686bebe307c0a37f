#include "core/codec/time_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/file.h"
#include "core/codec/zone_rule.h"

namespace andon {
namespace {

constexpr size_t kMaxZoneFileBytes = size_t{256} << 10;
constexpr std::string_view kDatabase = "/usr/share/zoneinfo/";

// Reads big-endian numbers of untrusted bytes, never beyond them.
class TzifReader {
 public:
  explicit TzifReader(Bytes bytes) : rest_(bytes) {}
  bool Skip(uint64_t count) {
    if (rest_.size() < count) return false;
    rest_ = rest_.subspan(static_cast<size_t>(count));
    return true;
  }
  template <class T>
  bool Number(T* value) {
    if (rest_.size() < sizeof(T)) return false;
    *value = LoadBigEndian<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return true;
  }
  // A number that is known to be there.
  template <class T, class Raw>
  T Take() {
    Raw value = 0;
    CHECK(Number(&value));
    return static_cast<T>(value);
  }
  std::string_view rest() const { return AsText(rest_); }

 private:
  Bytes rest_;
};

struct TzifHeader {
  uint8_t version = 0;
  uint32_t utc_flags = 0;
  uint32_t standard_flags = 0;
  uint32_t leaps = 0;
  uint32_t changes = 0;
  uint32_t types = 0;
  uint32_t characters = 0;

  bool Read(TzifReader& reader) {
    uint32_t magic = 0;
    return reader.Number(&magic) && magic == 0x545a6966 && reader.Number(&version) &&
           reader.Skip(15) && reader.Number(&utc_flags) && reader.Number(&standard_flags) &&
           reader.Number(&leaps) && reader.Number(&changes) && reader.Number(&types) &&
           reader.Number(&characters);
  }
  uint64_t BytesAfterTypes(uint64_t time_bytes) const {
    return characters + leaps * (time_bytes + 4) + standard_flags + uint64_t{utc_flags};
  }
  uint64_t Bytes(uint64_t time_bytes) const {
    return changes * (time_bytes + 1) + uint64_t{types} * 6 + BytesAfterTypes(time_bytes);
  }
};

// "+09:00", "-0330", "+9"
bool ParseOffset(std::string_view text, int32_t* seconds) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return false;
  std::string digits(text.substr(1));
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.find_first_not_of("0123456789") != std::string::npos) return false;
  if (digits.size() == 1) digits.insert(0, 1, '0');
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4) return false;
  const int number = std::atoi(digits.c_str());
  if (number / 100 > 23 || number % 100 > 59) return false;
  *seconds = (text[0] == '-' ? -60 : 60) * (number / 100 * 60 + number % 100);
  return true;
}

Result<TimeZone> ReadZoneFile(const std::string& path, std::string name) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(RealFileSystem(), path, kMaxZoneFileBytes));
  return TimeZone::FromTzif(AsBytes(text), std::move(name));
}

Result<TimeZone> ReadDatabase(std::string_view zone) {
  if (zone.empty() || zone.front() == '/' || zone.find("..") != std::string_view::npos) {
    return InvalidConfig(fmt::format("time zone \"{}\" is not known", zone));
  }
  auto read = ReadZoneFile(std::string(kDatabase) + std::string(zone), std::string(zone));
  if (read.ok()) return read;
  return InvalidConfig(fmt::format(
      "time zone \"{}\" is not known: write local, UTC, an offset as +09:00, or a name of the "
      "zone database as Europe/Berlin",
      zone));
}

Result<TimeZone> ReadLocal() {
  const char* variable = std::getenv("TZ");
  if (variable == nullptr) return ReadZoneFile("/etc/localtime", "local");
  std::string_view text(variable);
  if (!text.empty() && text.front() == ':') text.remove_prefix(1);
  if (text.empty() || text == "UTC") return TimeZone();
  if (text.front() == '/') return ReadZoneFile(std::string(text), "local");
  return ReadDatabase(text);
}

}  // namespace

struct TimeZone::Table {
  struct Change {
    int64_t at;  // UTC
    int32_t offset;
  };
  std::vector<Change> changes;  // By time.
  int32_t first = 0;            // Before the first of them.
  bool has_rule = false;
  ZoneRule rule;  // After the last.
};

// Reads the changes and their offsets. False: the bytes are no zone file's.
bool TimeZone::ReadTable(Bytes untrusted, Table* table) {
  TzifReader reader(untrusted);
  TzifHeader header;
  // Version 1 ends in 2038 and has no rule; every file since 2005 has the second part.
  if (!header.Read(reader) || header.version < '2' || !reader.Skip(header.Bytes(4)) ||
      !header.Read(reader) || header.Bytes(8) > reader.rest().size() || header.types == 0) {
    return false;
  }
  table->changes.resize(header.changes);
  std::vector<uint8_t> kinds(header.changes);
  std::vector<int32_t> offsets(header.types);
  // They are all there: the header's sum was compared with what is left.
  for (Table::Change& change : table->changes) change.at = reader.Take<int64_t, uint64_t>();
  for (uint8_t& kind : kinds) kind = reader.Take<uint8_t, uint8_t>();
  for (int32_t& offset : offsets) {
    offset = reader.Take<int32_t, uint32_t>();
    (void)reader.Skip(2);
    if (offset < -93'600 || offset > 93'600) return false;
  }
  (void)reader.Skip(header.BytesAfterTypes(8));
  table->first = offsets[0];
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] >= offsets.size()) return false;
    table->changes[i].offset = offsets[kinds[i]];
  }
  std::string_view footer = reader.rest();
  if (footer.size() > 2 && footer.front() == '\n') {
    footer = footer.substr(1, footer.find('\n', 1) - 1);
    table->has_rule = ZoneRule::Parse(footer, &table->rule);
  }
  return true;
}

Result<TimeZone> TimeZone::FromTzif(Bytes untrusted, std::string name) {
  auto table = std::make_shared<Table>();
  if (!ReadTable(untrusted, table.get())) {
    return Corrupt("time zone " + name + ": zone file is damaged");
  }
  TimeZone zone;
  zone.name_ = std::move(name);
  zone.table_ = std::move(table);
  return zone;
}

Result<TimeZone> TimeZone::Parse(std::string_view text) {
  if (text == "local") return Local();
  TimeZone zone;
  if (text == "UTC" || text == "utc" || text == "Z" || text == "GMT") return zone;
  if (ParseOffset(text, &zone.fixed_)) {
    zone.name_ = text;
    return zone;
  }
  return ReadDatabase(text);
}

int32_t TimeZone::OffsetAt(int64_t utc_seconds) const {
  if (table_ == nullptr) return fixed_;
  const auto& changes = table_->changes;
  if (changes.empty() || utc_seconds >= changes.back().at) {
    if (table_->has_rule) return table_->rule.OffsetAt(utc_seconds);
    return changes.empty() ? table_->first : changes.back().offset;
  }
  const auto after =
      std::upper_bound(changes.begin(), changes.end(), utc_seconds,
                       [](int64_t at, const Table::Change& change) { return at < change.at; });
  return after == changes.begin() ? table_->first : std::prev(after)->offset;
}

int64_t TimeZone::ToUtc(int64_t local_seconds) const {
  if (table_ == nullptr) return local_seconds - fixed_;
  // The offset a day before is the one that was in force before any change near by.
  const int32_t before = OffsetAt(local_seconds - 86'400);
  if (OffsetAt(local_seconds - before) == before) return local_seconds - before;
  const int32_t after = OffsetAt(local_seconds + 86'400);
  return OffsetAt(local_seconds - after) == after ? local_seconds - after : local_seconds - before;
}

const TimeZone& TimeZone::Local() {
  static const TimeZone kLocal = [] {
    auto zone = ReadLocal();
    TimeZone local = zone.ok() ? *std::move(zone) : TimeZone();
    local.name_ = "local";
    return local;
  }();
  return kLocal;
}

std::optional<TimeZone> ConfigValue<TimeZone>::Read(const ConfigNode& node) {
  auto zone = TimeZone::Parse(node.text());
  if (node.kind() == ConfigNode::Kind::kScalar && zone.ok()) return *std::move(zone);
  (void)node.Fail(zone.ok() ? "must be a time zone" : std::string(zone.status().message()));
  return std::nullopt;
}

}  // namespace andon
