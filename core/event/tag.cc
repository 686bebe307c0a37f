#include "core/event/tag.h"

#include <algorithm>
#include <utility>

namespace andon {

Status CheckTag(std::string_view text) {
  if (text.empty()) return Rejected("tag: empty");
  if (text.size() > kMaxTagBytes) {
    return Rejected("tag: " + std::to_string(text.size()) + " bytes long, at most " +
                    std::to_string(kMaxTagBytes) + " are taken");
  }
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (control != text.end()) {
    return Rejected("tag: control character at byte " + std::to_string(control - text.begin() + 1));
  }
  return OkStatus();
}

const Tag& TagTable::Intern(std::string_view text) {
  if (const auto found = young_.find(text); found != young_.end()) return *found->second;
  if (young_.size() >= generation_size_) {
    old_ = std::move(young_);
    young_.clear();
  }
  std::unique_ptr<Tag> tag;
  if (const auto found = old_.find(text); found != old_.end()) {
    tag = std::move(found->second);
    old_.erase(found);
  } else {
    tag = std::make_unique<Tag>(std::string(text));
  }
  const std::string_view key = tag->text();
  return *young_.emplace(key, std::move(tag)).first->second;
}

}  // namespace andon
