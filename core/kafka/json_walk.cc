#include "core/kafka/json_walk.h"

#include <charconv>
#include <vector>

namespace andon::kafka {

namespace {

constexpr size_t kDeepest = 16;

class Walker {
 public:
  Walker(std::string_view text, JsonVisitor& visitor) : rest_(text), visitor_(visitor) {}

  bool Value(size_t depth) {
    SkipSpace();
    if (rest_.empty() || depth > kDeepest) return false;
    switch (rest_.front()) {
      case '{':
        return Map(depth);
      case '[':
        return List(depth);
      case '"': {
        std::string_view text;
        return String(&text);
      }
      default:
        return Scalar();
    }
  }
  bool at_end() {
    SkipSpace();
    return rest_.empty();
  }

 private:
  void SkipSpace() {
    const size_t next = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(next == std::string_view::npos ? rest_.size() : next);
  }
  bool Take(char c) {
    SkipSpace();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool Map(size_t depth) {
    Take('{');
    if (Take('}')) return true;
    do {
      std::string_view key;
      SkipSpace();
      if (!String(&key) || !Take(':')) return false;
      path_.push_back(key);
      const bool good = Value(depth + 1);
      path_.pop_back();
      if (!good) return false;
    } while (Take(','));
    return Take('}');
  }
  bool List(size_t depth) {
    Take('[');
    if (Take(']')) return true;
    ++lists_;
    bool good = true;
    do {
      good = Value(depth + 1);
    } while (good && Take(','));
    --lists_;
    return good && Take(']');
  }
  bool String(std::string_view* text) {
    if (rest_.empty() || rest_.front() != '"') return false;
    for (size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        *text = rest_.substr(1, i - 1);
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }
  bool Scalar() {
    const size_t end = rest_.find_first_of(",}] \t\r\n");
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(word.size());
    if (word == "true" || word == "false" || word == "null") return true;
    double value = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || stop != word.data() + word.size()) return false;
    if (lists_ == 0 && !path_.empty()) visitor_.OnNumber(path_, value);
    return true;
  }

  std::string_view rest_;
  JsonVisitor& visitor_;
  std::vector<std::string_view> path_;
  int lists_ = 0;  // Open ones.
};

}  // namespace

bool WalkJson(std::string_view untrusted, JsonVisitor& visitor) {
  Walker walker(untrusted, visitor);
  return walker.Value(0) && walker.at_end();
}

}  // namespace andon::kafka
