#include "outputs/elasticsearch/index_name.h"

#include <algorithm>
#include <ctime>

namespace andon::elasticsearch {
namespace {

constexpr uint32_t kHour = 3600;
constexpr uint32_t kDay = 24 * kHour;
constexpr size_t kLongestName = 255;
// https://www.elastic.co/guide/en/elasticsearch/reference/8.19/indices-create-index.html
constexpr std::string_view kForbidden = "\\/*?\"<>| ,#:";
constexpr std::string_view kForbiddenFirst = "-_+";

bool Forbidden(char c) {
  return static_cast<unsigned char>(c) < 0x20 || kForbidden.find(c) != std::string_view::npos;
}

char Allowed(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return Forbidden(c) ? '_' : c;
}

// Where the text up to the next date ends. What is in a placeholder is none.
size_t DateAt(std::string_view text) {
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && !inside) return i;
    if (text.substr(i).starts_with("${")) inside = true;
    if (text[i] == '}') inside = false;
  }
  return text.size();
}

Status CheckLiterals(std::string_view text) {
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) inside = true;
    if (!inside && Allowed(text[i]) != text[i]) {
      return InvalidConfig("\"" + std::string(text) + "\" has a '" + text[i] +
                           "': names are lower case, without any of \\ / * ? \" < > | , # : and "
                           "spaces");
    }
    if (text[i] == '}') inside = false;
  }
  return OkStatus();
}

}  // namespace

Result<IndexName> IndexName::Parse(std::string_view text) {
  IndexName name;
  name.text_ = text;
  if (text.empty()) return InvalidConfig("the name must not be empty");
  if (kForbiddenFirst.find(text.front()) != std::string_view::npos) {
    return InvalidConfig("\"" + name.text_ + "\": a name cannot begin with -, _ or +");
  }
  name.prefix_ = text.substr(0, std::min(DateAt(text), text.find("${")));
  while (!text.empty()) {
    const size_t date = DateAt(text);
    if (date > 0) RETURN_IF_ERROR(name.AddText(text.substr(0, date)));
    if (date == text.size()) break;
    if (date + 1 == text.size()) return InvalidConfig("\"" + name.text_ + "\": \"%\" at the end");
    RETURN_IF_ERROR(name.AddDate(text[date + 1]));
    text.remove_prefix(date + 2);
  }
  return name;
}

Status IndexName::AddText(std::string_view text) {
  RETURN_IF_ERROR(CheckLiterals(text));
  Part part;
  ASSIGN_OR_RETURN(part.text, TextTemplate::Parse(text));
  by_record_ = by_record_ || text.find("${record") != std::string_view::npos ||
               text.find("${time}") != std::string_view::npos;
  constant_ = constant_ && part.text.constant();
  parts_.push_back(std::move(part));
  return OkStatus();
}

Status IndexName::AddDate(char conversion) {
  if (std::string_view("YmdHjGV").find(conversion) == std::string_view::npos) {
    return InvalidConfig("\"" + text_ + "\" has \"%" + conversion +
                         "\": known are %Y %m %d %H %j %G %V");
  }
  const uint32_t bucket = conversion == 'H' ? kHour : kDay;
  bucket_seconds_ = bucket_seconds_ == 0 ? bucket : std::min(bucket_seconds_, bucket);
  if (parts_.empty() || parts_.back().date.empty()) parts_.emplace_back();
  parts_.back().date += {'%', conversion};
  return OkStatus();
}

const char* IndexName::Render(std::string_view tag, const EntryView& entry,
                              std::string_view hostname, ByteBuffer& out) const {
  const size_t begin = out.size();
  for (const Part& part : parts_) {
    if (part.date.empty()) {
      if (!part.text.Render(tag, entry, hostname, out)) {
        return "the event lacks a tag part or a field that the index name asks for";
      }
      continue;
    }
    const time_t seconds = entry.time.seconds;
    tm fields{};
    gmtime_r(&seconds, &fields);
    char text[64];
    out.Append(std::string_view(text, strftime(text, sizeof text, part.date.c_str(), &fields)));
  }
  char* const name = reinterpret_cast<char*>(out.data() + begin);
  const size_t size = out.size() - begin;
  std::transform(name, name + size, name, Allowed);
  if (size == 0) return "the event's index name is empty";
  if (out.text().substr(begin) == "." || out.text().substr(begin) == "..") {
    return "the event's index name is \".\" or \"..\"";
  }
  if (size > kLongestName) return "the event's index name is longer than 255 bytes";
  if (kForbiddenFirst.find(*name) != std::string_view::npos) *name = 'x';
  return nullptr;
}

}  // namespace andon::elasticsearch
