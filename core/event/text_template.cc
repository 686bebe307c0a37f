#include "core/event/text_template.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "core/event/tag_parts.h"
#include "core/event/value_text.h"

namespace andon {

namespace {

void AppendTime(EventTime time, ByteBuffer& out) {
  const time_t seconds = time.seconds;
  tm parts{};
  gmtime_r(&seconds, &parts);
  char text[48];
  const size_t size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const int more = std::snprintf(text + size, sizeof text - size, ".%09uZ", time.nanoseconds);
  out.Append(std::string_view(text, size + static_cast<size_t>(more)));
}

// `name[12]` or `name[-1]`: the number; empty when `inside` is not of this form.
std::optional<int> IndexOf(std::string_view inside, std::string_view name) {
  if (!inside.starts_with(name) || !inside.ends_with(']')) return std::nullopt;
  inside.remove_prefix(name.size());
  if (!inside.starts_with('[')) return std::nullopt;
  inside = inside.substr(1, inside.size() - 2);
  int index = 0;
  const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
  if (error != std::errc() || end != inside.data() + inside.size()) return std::nullopt;
  return index;
}

}  // namespace

Result<TextTemplate> TextTemplate::Parse(std::string_view text) {
  TextTemplate parsed;
  parsed.text_ = text;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) parsed.pieces_.push_back({.kind = Kind::kText, .text = literal});
    literal.clear();
  };
  while (!text.empty()) {
    if (text.starts_with("$${")) {
      literal += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      const size_t end = text.find('}');
      if (end == std::string_view::npos) {
        return InvalidConfig("\"" + std::string(text) + "\": the brace is never closed");
      }
      flush();
      RETURN_IF_ERROR(parsed.Add(text.substr(2, end - 2)));
      text.remove_prefix(end + 1);
    } else {
      literal += text.front();
      text.remove_prefix(1);
    }
  }
  flush();
  return parsed;
}

Status TextTemplate::Add(std::string_view inside) {
  static constexpr std::pair<std::string_view, Kind> kNames[] = {
      {"tag", Kind::kTag}, {"hostname", Kind::kHostname}, {"time", Kind::kTime}};
  static constexpr std::pair<std::string_view, Kind> kIndexed[] = {
      {"tag_parts", Kind::kTagPart},
      {"tag_prefix", Kind::kTagPrefix},
      {"tag_suffix", Kind::kTagSuffix}};
  for (const auto& [name, kind] : kNames) {
    if (inside != name) continue;
    pieces_.push_back({.kind = kind});
    return OkStatus();
  }
  for (const auto& [name, kind] : kIndexed) {
    const auto index = IndexOf(inside, name);
    if (!index.has_value()) continue;
    pieces_.push_back({.kind = kind, .text = {}, .index = *index});
    return OkStatus();
  }
  if (inside.starts_with("record[")) {
    ASSIGN_OR_RETURN(RecordPath path, RecordPath::ParseBrackets(inside.substr(6)));
    pieces_.push_back({.kind = Kind::kField, .text = {}, .index = 0, .path = std::move(path)});
    return OkStatus();
  }
  return InvalidConfig(
      "\"${" + std::string(inside) +
      "}\" is no placeholder; there are ${tag}, ${tag_parts[n]}, ${tag_prefix[n]}, "
      "${tag_suffix[n]}, ${hostname}, ${time} and ${record[\"key\"]}");
}

bool TextTemplate::Render(std::string_view tag, const EntryView& entry, std::string_view hostname,
                          ByteBuffer& out) const {
  bool whole = true;
  for (const Piece& piece : pieces_) {
    if (piece.kind == Kind::kHostname) {
      out.Append(hostname);
    } else {
      whole = RenderPiece(piece, tag, entry, out) && whole;
    }
  }
  return whole;
}

bool TextTemplate::RenderPiece(const Piece& piece, std::string_view tag, const EntryView& entry,
                               ByteBuffer& out) {
  std::optional<std::string_view> text;
  NumberText room;
  switch (piece.kind) {
    case Kind::kText:
      text = piece.text;
      break;
    case Kind::kTag:
      text = tag;
      break;
    case Kind::kTagPart:
      text = TagPart(tag, piece.index);
      break;
    case Kind::kTagPrefix:
      text = TagPrefix(tag, piece.index);
      break;
    case Kind::kTagSuffix:
      text = TagSuffix(tag, piece.index);
      break;
    case Kind::kTime:
      AppendTime(entry.time, out);
      return true;
    case Kind::kField:
      if (const auto value = piece.path.Find(entry.record)) text = TextOf(*value, room);
      break;
    case Kind::kHostname:
      break;
  }
  if (!text.has_value()) return false;
  out.Append(*text);
  return true;
}

const RecordPath* TextTemplate::only_field() const {
  return pieces_.size() == 1 && pieces_.front().kind == Kind::kField ? &pieces_.front().path
                                                                     : nullptr;
}

bool TextTemplate::constant() const {
  return std::ranges::all_of(pieces_, [](const Piece& piece) {
    return piece.kind == Kind::kText || piece.kind == Kind::kHostname;
  });
}

}  // namespace andon
