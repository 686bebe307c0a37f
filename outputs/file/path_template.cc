#include "outputs/file/path_template.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

#include "core/event/tag_parts.h"
#include "core/event/value_text.h"

namespace andon::file_output {

namespace {

// Every zone's offset is a multiple of a quarter of an hour.
constexpr uint32_t kQuarterHour = 900;
constexpr size_t kMaxName = 255 - 40;  // Room for what rotation and compression add.
constexpr size_t kMaxPath = 4000;
constexpr char kFieldMark = '\x1f';  // In a source, in front of each field. In no tag and no field.
constexpr std::string_view kOtherwise = "]:-";

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "tag_parts[-1]" with the name "tag_parts" gives -1.
std::optional<int> Index(std::string_view inside, std::string_view name) {
  if (!inside.starts_with(name)) return std::nullopt;
  inside.remove_prefix(name.size());
  if (!inside.starts_with('[') || !inside.ends_with(']')) return std::nullopt;
  inside = inside.substr(1, inside.size() - 2);
  int value = 0;
  const auto end = inside.data() + inside.size();
  const auto [at, error] = std::from_chars(inside.data(), end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

uint32_t BucketOf(char conversion) {
  if (std::string_view("SsT").find(conversion) != std::string_view::npos) return 1;
  if (std::string_view("MR").find(conversion) != std::string_view::npos) return 60;
  return kQuarterHour;
}

// Appends what comes from outside, so that it is a name or a part of one, and names no other
// folder.
void AppendName(std::string_view untrusted, std::string* path) {
  const size_t begin = path->size();
  path->append(untrusted);
  for (size_t i = begin; i < path->size(); ++i) {
    const auto c = static_cast<unsigned char>((*path)[i]);
    if (c == '/' || c < 0x20 || c == 0x7f || (c == '.' && i == begin)) (*path)[i] = '_';
  }
}

// The next field of a source, which is taken from its front; nothing when there is none.
std::optional<std::string_view> TakeField(std::string_view* fields) {
  if (fields->empty()) return std::nullopt;
  fields->remove_prefix(1);
  const std::string_view field = fields->substr(0, fields->find(kFieldMark));
  fields->remove_prefix(field.size());
  return field;
}

// Null when every name in it can be a file's.
const char* CheckPath(std::string_view path) {
  if (path.size() > kMaxPath) return "the file's path is too long";
  if (path.ends_with('/')) return "the file's path has no name at its end";
  size_t longest = 0;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    longest = std::max(longest, end - begin);
    begin = end + 1;
  }
  return longest > kMaxName ? "a name in the file's path is too long" : nullptr;
}

}  // namespace

Result<PathTemplate> PathTemplate::Parse(std::string_view text, TimeZone zone) {
  PathTemplate made;
  made.text_ = text;
  made.zone_ = zone;
  if (text.empty()) return InvalidConfig("path must not be empty");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    return InvalidConfig("path must not contain control characters");
  }
  while (!text.empty()) {
    const size_t open = text.find("${");
    RETURN_IF_ERROR(made.ParseText(text.substr(0, open)));
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      return InvalidConfig("path has a \"${\" without \"}\": " + Quoted(text.substr(open)));
    }
    RETURN_IF_ERROR(made.ParsePlaceholder(text.substr(open + 2, close - open - 2)));
    text.remove_prefix(close + 1);
  }
  if (made.parts_.back().kind == Kind::kText && made.text_.ends_with('/')) {
    return InvalidConfig("path must end with a file's name, not with \"/\"");
  }
  return made;
}

Status PathTemplate::ParseText(std::string_view literal) {
  while (!literal.empty()) {
    const size_t percent = literal.find('%');
    AddText(literal.substr(0, percent));
    if (percent == std::string_view::npos) return OkStatus();
    if (percent + 1 == literal.size()) {
      return InvalidConfig("path has a \"%\" at its end: write \"%%\" for a percent sign");
    }
    RETURN_IF_ERROR(AddTime(literal[percent + 1]));
    literal.remove_prefix(percent + 2);
  }
  return OkStatus();
}

void PathTemplate::AddText(std::string_view literal) {
  if (literal.empty()) return;
  if (parts_.empty() || parts_.back().kind != Kind::kText) parts_.push_back({Kind::kText, ""});
  parts_.back().text += literal;
}

Status PathTemplate::AddTime(char conversion) {
  if (conversion == '%') {
    AddText("%");
    return OkStatus();
  }
  constexpr std::string_view kKnown = "aAbBCdeFgGhHIjklmMpPRsSTuUVwWyYzZ";
  if (kKnown.find(conversion) == std::string_view::npos) {
    return InvalidConfig("path has " + Quoted(std::string("%") + conversion) +
                         ": known are %Y %m %d %H %M %S and the like, and %% for a percent sign");
  }
  if (parts_.empty() || parts_.back().kind != Kind::kTime) parts_.push_back({Kind::kTime, ""});
  parts_.back().text += {'%', conversion};
  const uint32_t bucket = BucketOf(conversion);
  bucket_seconds_ = bucket_seconds_ == 0 ? bucket : std::min(bucket_seconds_, bucket);
  return OkStatus();
}

Status PathTemplate::ParsePlaceholder(std::string_view inside) {
  if (inside == "tag") {
    parts_.push_back({Kind::kTag, ""});
  } else if (const auto part = Index(inside, "tag_parts")) {
    parts_.push_back({Kind::kTagPart, "", *part});
  } else if (const auto prefix = Index(inside, "tag_prefix")) {
    parts_.push_back({Kind::kTagPrefix, "", *prefix});
  } else if (const auto suffix = Index(inside, "tag_suffix")) {
    parts_.push_back({Kind::kTagSuffix, "", *suffix});
  } else if (inside.starts_with("record[")) {
    RETURN_IF_ERROR(AddField(inside));
  } else {
    return InvalidConfig("path has " + Quoted("${" + std::string(inside) + "}") +
                         ": known are ${tag}, ${tag_parts[n]}, ${tag_prefix[n]}, ${tag_suffix[n]} "
                         "and ${record[\"key\"]}");
  }
  by_event_ = true;
  return OkStatus();
}

// `record["a"]["b"]`, and behind it perhaps `:-text`.
Status PathTemplate::AddField(std::string_view inside) {
  Part part{.kind = Kind::kField, .text = {}};
  std::string_view keys = inside.substr(std::string_view("record").size());
  if (const size_t otherwise = keys.rfind(kOtherwise); otherwise != std::string_view::npos) {
    const std::string_view text = keys.substr(otherwise + kOtherwise.size());
    if (text.empty()) {
      return InvalidConfig("path has " + Quoted("${" + std::string(inside) + "}") +
                           ": nothing stands behind \":-\"");
    }
    AppendName(text, &part.text);
    keys = keys.substr(0, otherwise + 1);
  }
  auto field = RecordPath::ParseBrackets(keys);
  if (!field.ok()) {
    return InvalidConfig("path has " + Quoted("${" + std::string(inside) + "}") + ": " +
                         std::string(field.status().message()));
  }
  part.field = *std::move(field);
  part.without = "the event has no text, number or boolean in the field " + std::string(keys) +
                 ", which the file's path asks for";
  parts_.push_back(std::move(part));
  by_record_ = true;
  return OkStatus();
}

const char* PathTemplate::MakeSource(std::string_view tag, const EntryView& entry,
                                     std::string* source) const {
  source->assign(tag);
  if (!by_record_) return nullptr;
  for (const Part& part : parts_) {
    if (part.kind != Kind::kField) continue;
    NumberText room;
    std::optional<std::string_view> text;
    if (const auto value = part.field.Find(entry.record)) text = TextOf(*value, room);
    if (!text.has_value() || text->empty()) text = part.text;
    if (text->empty()) return part.without.c_str();
    if (text->size() > kMaxName) return "a field is too long for a name in the file's path";
    source->push_back(kFieldMark);
    AppendName(*text, source);
  }
  return nullptr;
}

const char* PathTemplate::Render(std::string_view source, uint32_t seconds,
                                 std::string* path) const {
  const std::string_view tag = source.substr(0, by_record_ ? source.find(kFieldMark) : source.npos);
  std::string_view fields = source.substr(tag.size());
  path->clear();
  for (const Part& part : parts_) {
    const char* why = nullptr;
    switch (part.kind) {
      case Kind::kText:
        path->append(part.text);
        break;
      case Kind::kTime:
        why = AppendTime(part, seconds, path);
        break;
      case Kind::kField:
        if (const auto field = TakeField(&fields)) {
          path->append(*field);
        } else {
          why = part.without.c_str();
        }
        break;
      default:
        why = AppendFromTag(part, tag, path);
    }
    if (why != nullptr) return why;
  }
  return CheckPath(*path);
}

const char* PathTemplate::AppendFromTag(const Part& part, std::string_view tag, std::string* path) {
  std::optional<std::string_view> value = tag;
  if (part.kind == Kind::kTagPart) value = TagPart(tag, part.index);
  if (part.kind == Kind::kTagPrefix) value = TagPrefix(tag, part.index);
  if (part.kind == Kind::kTagSuffix) value = TagSuffix(tag, part.index);
  if (!value.has_value()) return "the tag has fewer parts than the file's path asks for";
  AppendName(*value, path);
  return nullptr;
}

const char* PathTemplate::AppendTime(const Part& part, uint32_t seconds, std::string* path) const {
  const time_t time = seconds;
  struct tm parts {};
  if (zone_ == TimeZone::kUtc) {
    gmtime_r(&time, &parts);
  } else {
    localtime_r(&time, &parts);
  }
  char text[512];
  const size_t size = strftime(text, sizeof text, part.text.c_str(), &parts);
  if (size == 0) return "the file's path cannot be made from the event's time";
  path->append(text, size);
  return nullptr;
}

}  // namespace andon::file_output
