#include "outputs/kafka/topic_table.h"

#include <algorithm>

namespace andon::kafka_output {

namespace {

constexpr size_t kMostNameBytes = 249;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

const char* TopicTable::WhyNoName(std::string_view name) {
  if (name.empty()) return "topic: the name is empty";
  if (name.size() > kMostNameBytes) return "topic: the name has more than 249 characters";
  if (name == "." || name == "..") return "topic: the name is \".\" or \"..\"";
  if (!std::ranges::all_of(name, IsNameCharacter)) {
    return "topic: the name has other characters than a-z, A-Z, 0-9, \".\", \"_\" and \"-\"";
  }
  return nullptr;
}

TopicEntry* TopicTable::Find(std::string_view name) {
  const auto found = entries_.find(name);
  if (found != entries_.end()) return &found->second;
  if (entries_.size() >= kMostTopics) return nullptr;
  TopicEntry& entry = entries_[std::string(name)];
  entry.name = name;
  return &entry;
}

void TopicTable::ForgetClient() {
  for (auto& [name, entry] : entries_) {
    entry.topic.reset();
    entry.spread = {};
    if (!entry.refused) entry.state = TopicEntry::State::kNew;
  }
}

}  // namespace andon::kafka_output
