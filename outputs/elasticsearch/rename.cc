#include "outputs/elasticsearch/rename.h"

#include <algorithm>
#include <span>

#include "core/codec/json_writer.h"

namespace andon::elasticsearch {
namespace {

struct Name {
  std::string_view key;
  std::string_view name;
};

// Of the parsers apache2 and nginx.
constexpr Name kAccess[] = {{"host", "source.address"},
                            {"remote", "source.address"},
                            {"user", "user.name"},
                            {"method", "http.request.method"},
                            {"path", "url.original"},
                            {"code", "http.response.status_code"},
                            {"size", "http.response.body.bytes"},
                            {"referer", "http.request.referrer"},
                            {"agent", "user_agent.original"},
                            {"http_x_forwarded_for", "network.forwarded_ip"}};

// Of the input and the parser syslog.
constexpr Name kSyslog[] = {{"host", "host.name"},
                            {"ident", "log.syslog.appname"},
                            {"pid", "log.syslog.procid"},
                            {"msgid", "log.syslog.msgid"},
                            {"pri", "log.syslog.priority"},
                            {"priority", "log.syslog.priority"},
                            {"facility", "log.syslog.facility.name"},
                            {"severity", "log.syslog.severity.name"},
                            {"structured_data", "log.syslog.structured_data"},
                            {"extradata", "log.syslog.structured_data"},
                            {"source_address", "source.address"},
                            {"source_host", "source.domain"}};

// A plain value under a key that is an object in ECS cannot be indexed: its usual place instead.
constexpr Name kGeneric[] = {{"agent", "user_agent.original"},
                             {"client", "client.address"},
                             {"destination", "destination.address"},
                             {"error", "error.message"},
                             {"event", "event.original"},
                             {"host", "host.name"},
                             {"http", "http.request.method"},
                             {"log", "event.original"},
                             {"process", "process.name"},
                             {"server", "server.address"},
                             {"service", "service.name"},
                             {"source", "source.address"},
                             {"trace", "trace.id"},
                             {"url", "url.original"},
                             {"user", "user.name"},
                             {"user_agent", "user_agent.original"}};

std::span<const Name> NamesOf(Schema schema) {
  switch (schema) {
    case Schema::kAccess:
      return kAccess;
    case Schema::kSyslog:
      return kSyslog;
    case Schema::kGeneric:
      return kGeneric;
    case Schema::kNone:
      break;
  }
  return {};
}

}  // namespace

void Renames::Add(std::string_view key, std::string_view name, bool maps_too) {
  ByteBuffer member;
  AppendJsonString(name, member);
  member.Append(':');
  entries_.push_back({std::string(key), std::string(member.text()), maps_too});
  lengths_ |= uint64_t{1} << (key.size() & 63);
}

void Renames::Add(Schema schema) {
  for (const Name& one : NamesOf(schema)) Add(one.key, one.name, false);
}

std::string_view Renames::FindSlowly(std::string_view key, bool is_map) const {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  if (found == entries_.end() || (is_map && !found->maps_too)) return {};
  return found->member;
}

void ReadRenameRule(ConfigReader& reader, RenameRule* rule) {
  std::string match = "**";
  Schema schema = Schema::kNone;
  std::vector<std::pair<std::string, std::string>> fields;
  reader.Optional("match", &match, "tags that the rule is for");
  reader.Optional(
      "ecs", &schema,
      "names of the Elastic Common Schema: for access logs, for syslog, or only for keys "
      "that are objects there");
  reader.Optional("fields", &fields, "new names of keys, dots make objects; before those of ecs");
  if (reader.describing()) return;
  auto pattern = TagPattern::Parse(match);
  if (pattern.ok()) {
    rule->match = *std::move(pattern);
  } else {
    reader.Fail("match", "tag pattern " + std::string(pattern.status().message()));
  }
  for (const auto& [key, name] : fields) {
    if (name.empty()) reader.Fail("fields", "\"" + key + "\" needs a name that is not empty");
    rule->renames.Add(key, name, true);
  }
  rule->renames.Add(schema);
}

}  // namespace andon::elasticsearch
